// How much each feature of a piece counts. Made by scripts/context/fitRanker.ts from cases of packages that nothing was trained on; by hand:
// sibling, scope, edit, visited, clipboard, of which packages at rest tell nothing.

import type { Feature } from "../retrievers/retriever.ts";

export const BIAS = -3.47;

export const WEIGHTS: Readonly<Record<Feature, number>> = {
  imported: 0.09,
  importNear: 0.76,
  importUnused: 0.53,
  receiver: 0.62,
  referenced: 0.08,
  near: 0.11,
  search: 1.34,
  searchImported: 0.98,
  sameFolder: -0.09,
  sibling: 0.3,
  scope: 1.5,
  edit: 2,
  visited: 1.5,
  clipboard: 2,
};
