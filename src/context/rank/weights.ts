// How much each feature of a piece counts. Made by scripts/context/fitRanker.ts from development cases; the last four were set by hand, since
// no case of a repository at rest tells of edits, visits or a clipboard.

import type { Feature } from "../retrievers/retriever.ts";

export const BIAS = -4;

export const WEIGHTS: Readonly<Record<Feature, number>> = {
  imported: 0.5,
  importNear: 3,
  importUnused: 0.7,
  receiver: 3,
  referenced: 1,
  near: 2,
  search: 2,
  searchImported: 2,
  sameFolder: 0.3,
  sibling: 1,
  scope: 2,
  edit: 2,
  visited: 1.5,
  clipboard: 2,
};
