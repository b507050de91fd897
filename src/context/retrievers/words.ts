// Words of code, and the weight of a text's words at a place. Pure.

import type { WeightedTerm } from "../../index/searchIndex.ts";
import { codeTerms } from "../../workspace/terms.ts";

/** An identifier in any language. */
export const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

const TYPE_NAME = /(?<![\p{L}\p{N}_$])\p{Lu}[\p{L}\p{N}_$]*/gu;

/** The greatest weight among the words; 0 for none. */
export function weightOf(words: Iterable<string>, near: ReadonlyMap<string, number>): number {
  let most = 0;
  for (const word of words) most = Math.max(most, near.get(word) ?? 0);
  return most;
}

/** Words that look like names of types in most languages: they begin with a capital letter. */
export function typeNames(text: string): Set<string> {
  return new Set(text.match(TYPE_NAME));
}

/** The most terms of a query: those nearest to the cursor. */
const MAX_TERMS = 80;

/** The weight of a term is that of the nearest word that contains it. */
export function queryTerms(near: ReadonlyMap<string, number>): WeightedTerm[] {
  const weights = new Map<string, number>();
  for (const [word, weight] of near) {
    for (const term of codeTerms(word)) if (weight > (weights.get(term) ?? 0)) weights.set(term, weight);
  }
  return [...weights]
    .map(([term, weight]) => ({ term, weight }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_TERMS);
}
