// How much each feature of a suggestion counts. Set by hand until scripts/completion/fitShowDecision.ts writes it.

import type { ShowFeature } from "./showDecision.ts";

export const SHOW_BIAS = 2.5;

export const SHOW_WEIGHTS: Readonly<Record<ShowFeature, number>> = {
  lineDoubt: -2.7,
  endLogProb: 0.63,
  unknownNames: -0.91,
  onlyPunctuation: -0.75,
  opensBlock: 0.85,
  insideWord: 0.35,
};

/** The least score that is shown. */
export const SHOW_THRESHOLD = 0.2;
