// How much each feature of a piece counts. Made by lab/fit/fitRanker.ts from cases of packages that nothing was trained on; by hand:
// sibling, scope, edit, visited, clipboard, of which packages at rest tell nothing.

import type { Feature } from "../retrievers/retriever.ts";

export const BIAS = -3.46;

export const WEIGHTS: Readonly<Record<Feature, number>> = {
  imported: 0.08,
  importNear: 0.72,
  importUnused: 0.55,
  receiver: 0.7,
  referenced: 0.13,
  near: 0.13,
  search: 1.33,
  searchImported: 0.98,
  sameFolder: -0.06,
  sibling: 0.3,
  scope: 1.5,
  edit: 2,
  visited: 1.5,
  clipboard: 2,
};
