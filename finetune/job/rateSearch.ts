// Which learning rate is tried next, and which one is the best: pure functions of what was measured.

import { RATE_SEARCH } from "./recipe.ts";

export interface TriedRate {
  rate: number;
  heldOutLoss: number | null; // nats a token; null where the training came apart
  firstHeldOutLoss: number; // before the training: the same for all; 0 where it is not known
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

/** The lowest rate that gains nearly as much as the best one; undefined where none has a loss. */
export function bestRate(tried: readonly TriedRate[]): number | undefined {
  const measured = tried.flatMap(({ rate, heldOutLoss, firstHeldOutLoss }) =>
    heldOutLoss === null ? [] : [{ rate, gain: firstHeldOutLoss - heldOutLoss }],
  );
  const most = Math.max(...measured.map(({ gain }) => gain));
  const good = measured.filter(({ gain }) => gain >= (most > 0 ? RATE_SEARCH.goodShare : 1) * most);
  return good.length > 0 ? Math.min(...good.map(({ rate }) => rate)) : undefined;
}
