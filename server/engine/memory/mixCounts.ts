// Mixes what was counted into logits of all tokens, or of those that may come. Counts nothing.

import { LINE_BREAK, type MatchCounts } from "./matchCounts.ts";
import { type MixtureWeights, mixedLogits } from "./mixture.ts";

/** The tokens of a vocabulary that begin with a line break. */
export interface LineBreaks {
  ids: readonly number[];
  has(token: number): boolean;
}

/**
 * @param logits of all tokens, [vocab], or of `allowed`, [allowed.length]
 * @param allowed ids of the tokens that may come; undefined: all
 * @returns `logits` itself where nothing was counted
 */
export function mixCounts(
  logits: Float32Array,
  counts: MatchCounts,
  {
    allowed,
    lineBreaks,
    weights,
  }: { allowed: readonly number[] | undefined; lineBreaks: LineBreaks; weights: MixtureWeights },
): Float32Array {
  if (counts.byToken.size === 0) return logits;
  const indices = allowed && new Map(allowed.map((id, index) => [id, index]));
  return mixedLogits(logits, counts, weights, (token) => {
    if (!indices) return token === LINE_BREAK ? lineBreaks.ids : [token];
    const index = indices.get(token);
    return index === undefined ? [] : [index];
  });
}
