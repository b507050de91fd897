// Fits the show decision to suggestions that are known to be right or wrong, and writes it down as source text. Reads and writes no files.

import type { Tier } from "../../server/host/protocol/tiers.ts";
import {
  type Eagerness,
  SHOW_FEATURES,
  type ShowFeature,
  type ShowFit,
  type ShowWeights,
  showScore,
} from "../../src/completion/show/showDecision.ts";
import { fitLogistic } from "./logisticRegression.ts";
import type { Suggestion } from "./recorded.ts";

/** Regularisation, which keeps the weights small: there are only some hundred right suggestions. */
const RIDGE = 1e-3;

/** How a suggestion is scored: 0 to 1. */
export type Scorer = (suggestion: Suggestion) => number;

export const scorerBy =
  (weights: ShowWeights): Scorer =>
  ({ features }) =>
    showScore(features, weights);

export function fitted(suggestions: readonly Suggestion[]): ShowWeights {
  const rows = suggestions.map(({ features }) => SHOW_FEATURES.map((name) => features[name]));
  const labels = suggestions.map(({ right }) => (right ? 1 : 0));
  const { weights, bias } = fitLogistic(
    rows,
    labels,
    rows.map(() => 1),
    RIDGE,
  );
  const byName = Object.fromEntries(SHOW_FEATURES.map((name, index) => [name, rounded(weights[index])]));
  return { bias: rounded(bias), weights: byName as Record<ShowFeature, number> };
}

/** Scores each suggestion by what was fitted on all packages but its own. */
export function onOtherPackages(suggestions: readonly Suggestion[]): Scorer {
  const scorers = new Map<string, Scorer>();
  for (const source of sourcesOf(suggestions))
    scorers.set(source, scorerBy(fitted(suggestions.filter(({ value }) => value.source !== source))));
  return (suggestion) => scorers.get(suggestion.value.source)!(suggestion);
}

/** The greatest threshold that keeps this share of the right ones. */
export function thresholdFor(suggestions: readonly Suggestion[], score: Scorer, kept: number): number {
  const ofRight = suggestions
    .filter(({ right }) => right)
    .map(score)
    .toSorted((a, b) => a - b);
  return Math.floor(100 * ofRight[Math.floor((1 - kept) * ofRight.length)]) / 100;
}

/** The tier's file in src/completion/show/fits. @param kept the share of the right ones that each threshold keeps */
export function fitText(
  tier: Tier,
  fit: ShowFit,
  suggestions: readonly Suggestion[],
  kept: Readonly<Record<Eagerness, number>>,
): string {
  const threshold = (name: Eagerness) => `    ${name}: ${fit.thresholds[name]}, // keeps ${percent(kept[name])} %`;
  const right = suggestions.filter((one) => one.right).length;
  const lines = SHOW_FEATURES.map((name) => `    ${name}: ${fit.weights[name]},`);
  return `// How suggestions of the ${tier} model are decided about. Made by lab/fit/fitShowDecision.ts from ${suggestions.length} suggestions (${right} of
// them right) at typed places of ${sourcesOf(suggestions).size} packages that it was not trained on, which lab/fit/recordSuggestions.ts had recorded.

import type { ShowFit } from "../showDecision.ts";

export const ${tier}: ShowFit = {
  bias: ${fit.bias},
  weights: {
${lines.join("\n")}
  },
  // of the right ones of packages that were not fitted on
  thresholds: {
${(["fewer", "usual", "more"] as const).map(threshold).join("\n")}
  },
};
`;
}

/** The packages that they stand in. */
export const sourcesOf = (suggestions: readonly Suggestion[]) => new Set(suggestions.map(({ value }) => value.source));
const rounded = (value: number) => Number(value.toFixed(2));
const percent = (share: number) => Number((100 * share).toFixed(1));
