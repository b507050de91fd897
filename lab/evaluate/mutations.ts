// The kinds of mutations, and what one is. Types and names only.

export const MUTATIONS = [
  "misspeltName",
  "wrongProperty",
  "missingImport",
  "missingAwait",
  "missingArgument",
  "wrongType",
  "wrongMember", // another member of the same object, of another type
  "wrongArgument", // another variable in scope, or two arguments the other way round
] as const;
export type Mutation = (typeof MUTATIONS)[number];

export interface MutatedFile {
  id: string;
  kind: Mutation;
  root: string;
  path: string; // in the root
  start: number; // of what was changed, in UTF-16 units; the same in both texts
  removed: string;
  inserted: string;
}

/** A place where a mutation can be made. */
export interface Site {
  kind: Mutation;
  start: number;
  end: number;
  newText: string;
}
