// Chooses the next learning rate to try, and the best one: pure functions of the measurements.

import { RATE_SEARCH } from "./hyperparameters.ts";

export interface TriedRate {
  rate: number;
  heldOutLoss: number | null; // nats per token; null where the training diverged
}

/**
 * The next rate to try: first those of the grid, then one beyond its edge as long as the edge is the best, or all diverged.
 * @param firstLoss held-out loss before any training; undefined where it is unknown
 * @returns undefined when the best rate is known
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
 * The lowest rate whose gain is close to the best one's; undefined where none has a loss. Rates are compared by their gain and not by their
 * loss: where a short run hardly changes the loss, a rate that learns nothing would be a near tie.
 * @param firstLoss as in `nextRate`; where it is unknown there are no ties
 */
export function bestRate(tried: readonly TriedRate[], firstLoss: number | undefined): number | undefined {
  const measured = tried.flatMap(({ rate, heldOutLoss }) => (heldOutLoss === null ? [] : [{ rate, heldOutLoss }]));
  const least = Math.min(...measured.map(({ heldOutLoss }) => heldOutLoss));
  const slack = RATE_SEARCH.nearTie * Math.max(0, (firstLoss ?? least) - least);
  const good = measured.filter(({ heldOutLoss }) => heldOutLoss - least <= slack);
  return good.length > 0 ? Math.min(...good.map(({ rate }) => rate)) : undefined;
}
