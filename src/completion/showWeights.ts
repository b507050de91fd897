// How much each feature of a suggestion counts, in log-odds. Made by scripts/completion/fitShowDecision.ts from 1112 suggestions (345 of
// them right) at typed places of 10 packages that nothing here was trained on, which scripts/completion/recordSuggestions.ts had recorded.

import type { ShowFeature } from "./showDecision.ts";

export const SHOW_BIAS = 2.41;

export const SHOW_WEIGHTS: Readonly<Record<ShowFeature, number>> = {
  lineDoubt: -2.81,
  endLogProb: 0.23,
  unknownNames: -1.55,
  onlyPunctuation: -0.59,
  opensBlock: 0.95,
  inComment: 0,
  insideWord: 0.4,
};

/** The least score that is shown: it keeps 95 % of the right ones of packages that were not fitted on. */
export const SHOW_THRESHOLD = 0.13;
