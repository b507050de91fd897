// Draws from distributions, all from one seeded generator: the same seed gives the same draws.

import { createRandom } from "../../server/engine/generate/random.ts";

export class SeededRandom {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = createRandom(seed);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A uniform integer in [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  /** An integer in [low, high] whose logarithm is uniform: as often between 100 and 200 as between 200 and 400. */
  logBetween(low: number, high: number): number {
    return Math.round(low * (high / low) ** this.#next());
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)];
  }

  /** An index into `weights`, drawn in proportion to its weight. */
  weighted(weights: readonly number[]): number {
    let rest = this.#next() * weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < weights.length - 1; i++) if ((rest -= weights[i]) < 0) return i;
    return weights.length - 1;
  }
}

/** The items in a random order (Fisher and Yates); `items` stays unchanged. */
export function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.between(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
