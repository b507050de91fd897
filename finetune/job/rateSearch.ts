// Which learning rate is tried next, and which one is the best: pure functions of what was measured.

import { RATE_SEARCH } from "./recipe.ts";

export interface TriedRate {
  rate: number;
  heldOutLoss: number | null; // nats a token; null where the training came apart
}

/**
 * The next rate to try: those of the grid, then one beyond its edge as long as the edge is the best, or everything came apart.
 * @returns undefined when it is known which is the best
 */
export function nextRate(tried: readonly TriedRate[]): number | undefined {
  const next = RATE_SEARCH.grid.find((rate) => !tried.some((other) => other.rate === rate));
  if (next !== undefined) return next;
  if (tried.length >= RATE_SEARCH.most) return undefined;
  const rates = tried.map(({ rate }) => rate);
  const best = bestRate(tried);
  if (best === undefined || best === Math.min(...rates)) return Math.min(...rates) / RATE_SEARCH.factor;
  return best === Math.max(...rates) ? best * RATE_SEARCH.factor : undefined;
}

/** The lowest rate whose loss is as good as equal to the least; undefined where none has a loss. */
export function bestRate(tried: readonly TriedRate[]): number | undefined {
  const measured = tried.flatMap(({ rate, heldOutLoss }) => (heldOutLoss === null ? [] : [{ rate, heldOutLoss }]));
  const least = Math.min(...measured.map(({ heldOutLoss }) => heldOutLoss));
  const good = measured.filter(({ heldOutLoss }) => heldOutLoss - least <= RATE_SEARCH.nearTie * least);
  return good.length > 0 ? Math.min(...good.map(({ rate }) => rate)) : undefined;
}
