// How much each feature of a suggestion counts. Set by hand until scripts/completion/fitShowDecision.ts writes it.

import type { ShowFeature } from "./showDecision.ts";

export const SHOW_BIAS = 1;

export const SHOW_WEIGHTS: Readonly<Record<ShowFeature, number>> = {
  lineLogProb: 0.7,
  meanLogProb: 1.5,
};

/** The least score that is shown. */
export const SHOW_THRESHOLD = 0.2;
