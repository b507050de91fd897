// How much each feature of a suggestion counts. Set by hand until scripts/completion/fitShowDecision.ts writes it.

import type { ShowFeature } from "./showDecision.ts";

export const SHOW_BIAS = 2;

export const SHOW_WEIGHTS: Readonly<Record<ShowFeature, number>> = {
  lineLogProb: 0.33,
  lineDoubt: -2.27,
  logTokens: 0.23,
  unknownNames: -1.17,
  opensBlock: 0.84,
  insideWord: 0.2,
};

/** The least score that is shown. */
export const SHOW_THRESHOLD = 0.2;
