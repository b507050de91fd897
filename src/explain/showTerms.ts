// The show decision of a suggestion, term by term. Exact: the terms add up to the log-odds of the score. Pure.

import type { SuggestionOrigin } from "../completion/result.ts";
import { SHOW_FEATURES, type ShowFeature } from "../completion/show/showDecision.ts";
import { showFitOf } from "../completion/show/showFitOf.ts";
import type { ShowExplanation, ShowTerm } from "./explanation.ts";

const WORDS: Readonly<Record<ShowFeature | "historyShift", string>> = {
  lineDoubt: "doubt within its lines",
  endLogProb: "doubt about where it ends",
  unknownNames: "share of its names that stand nowhere near",
  onlyPunctuation: "it is punctuation only",
  opensBlock: "it opens a bracket that the text below closes",
  inComment: "the cursor stands in a comment",
  insideWord: "it goes on within a word",
  historyShift: "what was learnt of you, and what you took of the last suggestions",
};

export function showTerms({
  scored,
  generation,
  explicit,
  threshold,
}: Pick<SuggestionOrigin, "scored" | "generation" | "explicit" | "threshold">): ShowExplanation | undefined {
  if (!scored) return undefined;
  const { score, features } = scored;
  const common = { score, explicit, ...(threshold !== undefined && { threshold }) };
  if (generation.logProbs.length === 0) return { ...common, rule: true, bias: 0, terms: [] };
  const { bias, weights } = showFitOf(generation.tier);
  const term = (name: ShowFeature | "historyShift", weight: number): ShowTerm => {
    const value = features[name];
    return { name, words: WORDS[name], value, weight, logOdds: value * weight };
  };
  const terms = [...SHOW_FEATURES.map((name) => term(name, weights[name])), term("historyShift", 1)];
  return { ...common, bias, terms };
}
