// The filters that a person can switch off, one by one. The steps that fit a suggestion to its place (trimming, brackets) always run.

export const FILTER_NAMES = [
  "duplicates", // of the text directly after or before the cursor
  "repetition",
  "syntax",
  "symbols",
  "secrets",
  "insecure",
  "harmful",
  "improbable",
] as const;

export type FilterName = (typeof FILTER_NAMES)[number];

export type FilterSwitches = Readonly<Record<FilterName, boolean>>;

export const allFilters = Object.fromEntries(FILTER_NAMES.map((name) => [name, true])) as FilterSwitches;
