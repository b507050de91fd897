// How much each feature of a suggestion counts, in log-odds. Made by scripts/completion/fitShowDecision.ts from 1340 suggestions (470 of
// them right) at typed places of 10 packages that nothing here was trained on, which scripts/completion/recordSuggestions.ts had recorded.

import type { ShowFeature } from "./showDecision.ts";

export const SHOW_BIAS = 2.7;

export const SHOW_WEIGHTS: Readonly<Record<ShowFeature, number>> = {
  lineDoubt: -3.08,
  endLogProb: 0.11,
  unknownNames: -0.8,
  onlyPunctuation: -0.07,
  opensBlock: 0.71,
  inComment: -0.16,
  insideWord: 0.31,
};

/** The least score that is shown: it keeps 95.3 % of the right ones of packages that were not fitted on. */
export const SHOW_THRESHOLD = 0.12;
