// Which learning rate is tried next, and which one is the best: pure functions of what was measured.

import { RATE_SEARCH } from "./hyperparameters.ts";

export interface TriedRate {
  rate: number;
  heldOutLoss: number | null; // nats a token; null where the training came apart
}

/**
 * The next rate to try: those of the grid, then one beyond its edge as long as the edge is the best, or everything came apart.
 * @param firstLoss held-out, before any training; undefined where it is not known
 * @returns undefined when it is known which is the best
 */
export function nextRate(tried: readonly TriedRate[], firstLoss: number | undefined): number | undefined {
  const next = RATE_SEARCH.grid.find((rate) => !tried.some((other) => other.rate === rate));
  if (next !== undefined) return next;
  if (tried.length >= RATE_SEARCH.most) return undefined;
  const rates = tried.map(({ rate }) => rate);
  const best = bestRate(tried, firstLoss);
  if (best === undefined || best === Math.min(...rates)) return Math.min(...rates) / RATE_SEARCH.factor;
  return best === Math.max(...rates) ? best * RATE_SEARCH.factor : undefined;
}

/**
 * The lowest rate that gained about as much as the best one; undefined where none has a loss. What counts is what was gained: of a loss that a
 * short run hardly moves, a rate that learns nothing would be a near tie.
 * @param firstLoss as of `nextRate`; where it is not known there are no ties
 */
export function bestRate(tried: readonly TriedRate[], firstLoss: number | undefined): number | undefined {
  const measured = tried.flatMap(({ rate, heldOutLoss }) => (heldOutLoss === null ? [] : [{ rate, heldOutLoss }]));
  const least = Math.min(...measured.map(({ heldOutLoss }) => heldOutLoss));
  const slack = RATE_SEARCH.nearTie * Math.max(0, (firstLoss ?? least) - least);
  const good = measured.filter(({ heldOutLoss }) => heldOutLoss - least <= slack);
  return good.length > 0 ? Math.min(...good.map(({ rate }) => rate)) : undefined;
}
