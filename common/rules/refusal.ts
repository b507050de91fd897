// Why a file may not be read as context: a closed list of names, each with the text that a person sees.

export const REFUSALS = {
  secretFile: "its name says that it holds secrets",
  sottoignore: "excluded by .sottoignore",
  excluded: "excluded by the setting sotto.exclude",
  gitignore: "ignored by git",
  skippedFolder: "in a folder that nobody writes by hand",
  lockFile: "a lock file",
  tooLarge: "too large",
  binary: "binary",
  generated: "generated",
  minified: "minified",
} as const;
export type Refusal = keyof typeof REFUSALS;

/** What a person has decided, or would: no completion is made in such a file either. The others are guesses about what helps. */
const decided: ReadonlySet<Refusal> = new Set(["secretFile", "sottoignore", "excluded", "gitignore"]);

export const isDecided = (refusal: Refusal): boolean => decided.has(refusal);
