// How suggestions of the quick model are decided about. Made by lab/fit/fitShowDecision.ts from 724 suggestions (306 of
// them right) at typed places of 12 packages that it was not trained on, which lab/fit/recordSuggestions.ts had recorded.

import type { ShowFit } from "../showDecision.ts";

export const quick: ShowFit = {
  bias: 2.95,
  weights: {
    lineDoubt: -3.3,
    endLogProb: -0.97,
    unknownNames: -0.76,
    onlyPunctuation: 0.02,
    opensBlock: 1.06,
    inComment: -0.07,
    insideWord: 0.34,
  },
  // of the right ones of packages that were not fitted on
  thresholds: {
    fewer: 0.56, // keeps 75 %
    usual: 0.26, // keeps 90 %
    more: 0.07, // keeps 98.5 %
  },
};
