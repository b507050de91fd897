// Why a file may not be read as context: a closed list of names, each with the text that a person sees.

export const REFUSALS = {
  secretFile: "its name says that it holds secrets",
  sottoignore: "excluded by .sottoignore",
  excluded: "excluded by the setting sotto.exclude",
  gitignore: "ignored by git",
  ignoreFileUnread:
    "below an ignore file that cannot be read, is larger than 1 MB, or has more or stranger patterns than people write",
  skippedFolder: "in a folder that nobody writes by hand",
  lockFile: "a lock file",
  notFile: "not a regular file",
  unreadable: "a file that cannot be read",
  tookTooLong: "a file that took too long to read",
  tooLarge: "too large",
  binary: "binary",
  generated: "generated",
  minified: "minified",
} as const;
export type Refusal = keyof typeof REFUSALS;

/**
 * What a person has decided, or would, or may have (in an ignore file that nobody can read): no completion is made in such a file either.
 * The others are guesses about what helps.
 */
const decided: ReadonlySet<Refusal> = new Set([
  "secretFile",
  "sottoignore",
  "excluded",
  "gitignore",
  "ignoreFileUnread",
]);

export const isDecided = (refusal: Refusal): boolean => decided.has(refusal);
