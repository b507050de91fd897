// How suggestions of the strong model are decided about. Made by lab/fit/fitShowDecision.ts from 1120 suggestions (584 of
// them right) at typed places of 12 packages that it was not trained on, which lab/fit/recordSuggestions.ts had recorded.

import type { ShowFit } from "../showDecision.ts";

export const strong: ShowFit = {
  bias: 4.42,
  weights: {
    lineDoubt: -3.87,
    endLogProb: 1.36,
    unknownNames: 0.12,
    onlyPunctuation: 0.11,
    opensBlock: -0.13,
    inComment: -0.25,
    insideWord: -0.18,
  },
  // of the right ones of packages that were not fitted on
  thresholds: {
    fewer: 0.66, // keeps 76 %
    usual: 0.44, // keeps 90 %
    more: 0.1, // keeps 98.8 %
  },
};
