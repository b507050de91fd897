// Suggestions as a recording gives them, for tests of what is fitted on them: right ones are surer.

import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import type { Recording, Suggestion } from "../../../lab/fit/recorded.ts";
import {
  SHOW_FEATURES,
  type ShowFeatures,
  type ShowFit,
  showScore,
} from "../../../src/completion/show/showDecision.ts";
import { showFitOf } from "../../../src/completion/show/showFitOf.ts";
import { caseOf } from "../../support/evaluationCases.ts";

const noFeatures = Object.fromEntries([...SHOW_FEATURES, "historyShift"].map((name) => [name, 0])) as Record<
  keyof ShowFeatures,
  number
>;

export function suggestionWith(given: Partial<ShowFeatures>, right: boolean, source = "here@1"): Suggestion {
  const features: ShowFeatures = { ...noFeatures, ...given };
  const score = showScore(features, showFitOf());
  return { value: caseOf({ source }), text: "a;", features, score, right, similarity: right ? 1 : 0 };
}

/** As many suggestions of a few packages; each is right with the probability that `fit` says. */
export function drawnSuggestions(fit: ShowFit, count: number, seed = 1): Suggestion[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const features = { lineDoubt: random.between(0, 300) / 100, unknownNames: random.between(0, 1) };
    const probability = showScore({ ...noFeatures, ...features }, fit);
    return suggestionWith(features, random.chance(probability), `package${index % 4}@1`);
  });
}

export const recordingOf = (suggestions: Suggestion[], given: Partial<Recording> = {}): Recording => ({
  name: "typed",
  asked: suggestions.map(() => ({ model: "smollm2-135m", tier: "quick" })),
  suggestions,
  ...given,
});
