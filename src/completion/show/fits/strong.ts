// How suggestions of the strong model are decided about. Made by lab/fit/fitShowDecision.ts from 1430 suggestions (762 of
// them right) at typed places of 12 packages that it was not trained on, which lab/fit/recordSuggestions.ts had recorded.

import type { ShowFit } from "../showDecision.ts";

export const strong: ShowFit = {
  bias: 4.26,
  weights: {
    lineDoubt: -3.81,
    endLogProb: 1.88,
    unknownNames: -0.01,
    onlyPunctuation: 0.3,
    opensBlock: 0.12,
    inComment: -0.09,
    insideWord: -0.02,
  },
  // of the right ones of packages that were not fitted on
  thresholds: {
    fewer: 0.68, // keeps 75 %
    usual: 0.45, // keeps 90 %
    more: 0.13, // keeps 98.5 %
  },
};
