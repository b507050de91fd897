// How often the wanted chunk is among the pieces that fit a token budget, for an order of the candidates that mixes BM25 with another score.
// Pure.

import type { Dice } from "../../finetune/data/dice.ts";
import type { Candidate, Place } from "./places.ts";

export const BUDGETS_TOKENS = [600, 1_200] as const;

const UNITS_PER_TOKEN = 3.4;
const TOKENS_PER_PIECE = 8; // its header in the prompt

/** How much the other score counts beside BM25, both as deviations from their mean among the candidates. */
export const WEIGHTS = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 5] as const;

/** For one place: 1 where the wanted is packed. */
export interface Found {
  chunk: number[]; // of each budget
  file: number[];
}

/** A place with its other scores, one of each candidate. */
export interface Scored {
  place: Place;
  scores: ArrayLike<number>;
}

/** Candidates packed in the order of z(BM25) + weight · z(other); `weight` infinite is the other score alone. */
export function found({ place, scores }: Scored, weight: number): Found {
  const { candidates } = place;
  const bm25 = deviations(candidates.map(({ score }) => score));
  const other = deviations(scores);
  const mixed = bm25.map((value, i) => (weight === Number.POSITIVE_INFINITY ? other[i] : value + weight * other[i]));
  const order = [...candidates.keys()].sort((a, b) => mixed[b] - mixed[a] || a - b);
  const packed = BUDGETS_TOKENS.map((budget) =>
    pack(
      order.map((i) => candidates[i]),
      budget,
    ),
  );
  return {
    chunk: packed.map((pieces) => Number(pieces.some(({ gold }) => gold))),
    file: packed.map((pieces) => Number(pieces.some(({ chunk }) => chunk.path === place.goldPath))),
  };
}

/** The best first until the budget is full; one that does not fit is passed over. */
function pack(candidates: readonly Candidate[], budgetTokens: number): Candidate[] {
  let left = budgetTokens;
  return candidates.filter(({ chunk }) => {
    const tokens = Math.ceil(chunk.text.length / UNITS_PER_TOKEN) + TOKENS_PER_PIECE;
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}

function deviations(values: ArrayLike<number>): number[] {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length) || 1;
  return all.map((value) => (value - mean) / deviation);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The weight that finds most, over both budgets; the least of equals. */
export function bestWeight(scored: readonly Scored[]): number {
  let best = { weight: 0, total: -1 };
  for (const weight of WEIGHTS) {
    const total = mean(scored.map((value) => mean(found(value, weight).chunk)));
    if (total > best.total) best = { weight, total };
  }
  return best.weight;
}

/** The sources in two halves of about as many places: the largest first, each to the smaller half. */
export function halves(scored: readonly Scored[]): [Scored[], Scored[]] {
  const result: [Scored[], Scored[]] = [[], []];
  const bySource = grouped(scored, ({ place }) => place.source).sort((a, b) => b.length - a.length);
  for (const group of bySource) result[result[0].length <= result[1].length ? 0 : 1].push(...group);
  return result;
}

/** Half the width on both sides of the 95 % interval of the mean: whole documents are drawn anew, since places of one are alike. */
export function interval(values: readonly { document: string; value: number }[], dice: Dice): [number, number] {
  const groups = grouped(values, ({ document }) => document).map((group) => ({
    sum: group.reduce((sum, { value }) => sum + value, 0),
    count: group.length,
  }));
  const means = Array.from({ length: 2_000 }, () => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < groups.length; i++) {
      const group = dice.pick(groups);
      sum += group.sum;
      count += group.count;
    }
    return sum / count;
  }).sort((a, b) => a - b);
  return [means[50], means[1949]];
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
