// Mixes what followed elsewhere with the model's distribution of the next token: p = λ · share + (1 − λ) · p, level by level from the shortest
// match to the longest, at each from the whole repository to the open file. λ rises with the number of places and falls with the number of
// different continuations and the model's own certainty; its weights are fitted (lab/fit/fitMemory.ts). Pure.

import { CELLS, LEVELS, type MatchCounts, SOURCES } from "./matchCounts.ts";

/** How λ = n / (n + k) of one source depends on what was counted: n = count^power, ln k = bias + length · ln(match) + distinct · ln(different). */
export interface SourceWeights {
  bias: number;
  length: number;
  distinct: number;
  power: number; // 0 to 1
}

export interface MixtureWeights {
  sources: readonly [file: SourceWeights, directory: SourceWeights, repository: SourceWeights];
  entropy: number; // added to ln k, times the entropy of the model's distribution in nats
  certainty: number; // added to ln k, times −ln(1 − p) of the model's likeliest token
}

/** What λ sees of the model's distribution. */
export interface ModelDoubt {
  entropy: number; // nats
  certainty: number; // −ln(1 − p) of the likeliest token, 0 to 6
}

const MOST_LN_K = 12;
const LEAST_LN_K = -8;
const MOST_CERTAINTY = 6;
const LEAST_DOUBT = 1e-4;
const LEAST_PROBABILITY = 1e-30;

export const certaintyOf = (largestProbability: number): number =>
  Math.min(MOST_CERTAINTY, -Math.log(Math.max(LEAST_DOUBT, 1 - largestProbability)));

/** λ of a cell in which something was counted. */
export function lambdaOf(
  cell: number,
  total: number,
  distinct: number,
  { entropy, certainty }: ModelDoubt,
  weights: MixtureWeights,
): number {
  const { bias, length, distinct: ofDistinct, power } = weights.sources[Math.floor(cell / LEVELS.length)];
  const match = LEVELS[cell % LEVELS.length];
  const doubt = weights.entropy * entropy + weights.certainty * certainty;
  const lnK = bias + length * Math.log(match) + ofDistinct * Math.log(distinct) + doubt;
  const places = total ** power;
  return places / (places + Math.exp(Math.min(MOST_LN_K, Math.max(LEAST_LN_K, lnK))));
}

/** λ of each cell, [CELLS]; 0 where nothing was counted. */
export function lambdas(
  { total, distinct }: Pick<MatchCounts, "total" | "distinct">,
  doubt: ModelDoubt,
  weights: MixtureWeights,
): Float64Array {
  const found = new Float64Array(CELLS);
  for (let cell = 0; cell < CELLS; cell++) {
    if (total[cell] > 0) found[cell] = lambdaOf(cell, total[cell], distinct[cell], doubt, weights);
  }
  return found;
}

/** The cells in the order in which they are mixed in. */
export const MIXING_ORDER: readonly number[] = LEVELS.flatMap((_, level) =>
  SOURCES.map((_, source) => source * LEVELS.length + level).toReversed(),
);

/** The probability of a token after mixing. @param counts of the token, [CELLS]; absent where it followed nowhere */
export function mixedProbability(
  probability: number,
  counts: ArrayLike<number> | undefined,
  total: ArrayLike<number>,
  lambda: ArrayLike<number>,
): number {
  let mixed = probability;
  for (const cell of MIXING_ORDER) {
    if (lambda[cell] === 0) continue;
    const share = counts ? counts[cell] / total[cell] : 0;
    mixed = lambda[cell] * share + (1 - lambda[cell]) * mixed;
  }
  return mixed;
}

/**
 * The logits with the counts mixed in: natural logarithms of probabilities.
 * @param logits of the model, [n]
 * @param indicesOf indices into `logits` of a counted token: one, none where it may not come, or those that LINE_BREAK stands for
 */
export function mixedLogits(
  logits: Float32Array,
  counts: MatchCounts,
  weights: MixtureWeights,
  indicesOf: (token: number) => readonly number[],
): Float32Array {
  const { doubt, logTotal } = doubtOf(logits);
  const lambda = lambdas(counts, doubt, weights);
  const rest = Math.log(mixedProbability(1, undefined, counts.total, lambda));
  const mixed = new Float32Array(logits.length);
  for (let i = 0; i < logits.length; i++) mixed[i] = logits[i] - logTotal + rest;
  for (const [token, row] of counts.byToken) {
    const indices = indicesOf(token);
    let probability = 0;
    for (const index of indices) probability += Math.exp(logits[index] - logTotal);
    const factor = mixedProbability(probability, row, counts.total, lambda) / Math.max(probability, LEAST_PROBABILITY);
    for (const index of indices) mixed[index] = logits[index] - logTotal + Math.log(factor);
  }
  return mixed;
}

/** @returns also ln Σ exp(logits) */
export function doubtOf(logits: Float32Array): { doubt: ModelDoubt; logTotal: number } {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let total = 0;
  let weighted = 0;
  for (const logit of logits) {
    const weight = Math.exp(logit - largest);
    total += weight;
    weighted += weight * (logit - largest);
  }
  const logTotal = Math.log(total);
  const doubt = { entropy: logTotal - weighted / total, certainty: certaintyOf(1 / total) };
  return { doubt, logTotal: largest + logTotal };
}
