// How sure Sotto is that a verified fix is what stood there: a score from what is known of the candidate, fitted on mutated code whose original is
// known (`fixFit.ts`). Orders fixes, and decides which of them are made without a person who chooses.

import { FIX_FEATURES, type FixFacts, featuresOf } from "./fixFeatures.ts";
import { fixFit } from "./fixFit.ts";

/** 0 to 1. */
export function confidenceOf(facts: FixFacts): number {
  const score = featuresOf(facts).reduce(
    (sum, value, i) => sum + value * (fixFit.weights[FIX_FEATURES[i]!] ?? 0),
    fixFit.bias,
  );
  return 1 / (1 + Math.exp(-score));
}

export const isSure = (confidence: number): boolean => confidence >= fixFit.sure;
