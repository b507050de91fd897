// The filters that a person can switch off, one by one. What fits a suggestion to its place (trimming, brackets) always runs.

export const FILTER_NAMES = [
  "duplicates", // of what follows or stands directly before
  "repetition",
  "syntax",
  "symbols",
  "secrets",
  "insecure",
  "improbable",
] as const;

export type FilterName = (typeof FILTER_NAMES)[number];

export type FilterSwitches = Readonly<Record<FilterName, boolean>>;

export const allFilters = Object.fromEntries(FILTER_NAMES.map((name) => [name, true])) as FilterSwitches;
