// How suggestions of the quick model are decided about. Made by lab/fit/fitShowDecision.ts from 1340 suggestions (470 of
// them right) at typed places of 10 packages that it was not trained on, which lab/fit/recordSuggestions.ts had recorded.

import type { ShowFit } from "../showDecision.ts";

export const quick: ShowFit = {
  bias: 2.7,
  weights: {
    lineDoubt: -3.08,
    endLogProb: 0.11,
    unknownNames: -0.8,
    onlyPunctuation: -0.07,
    opensBlock: 0.71,
    inComment: -0.16,
    insideWord: 0.31,
  },
  // "usual" keeps 95.3 % of the right ones of packages that were not fitted on; the others keep so many of 98 right ones recorded later
  thresholds: {
    fewer: 0.4, // keeps 80 %
    usual: 0.12,
    more: 0.06, // keeps 99 %
  },
};
