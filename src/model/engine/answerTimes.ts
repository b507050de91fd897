// How long an engine's last answers to typed requests took, and whether that is too slow to type with. Owns numbers only.

/** How many answers are looked at; with fewer nothing is said. */
const SAMPLES = 20;

const SHARE = 0.95;

export class AnswerTimes {
  readonly #ms: number[] = []; // the newest last

  add(ms: number): void {
    this.#ms.push(ms);
    if (this.#ms.length > SAMPLES) this.#ms.shift();
  }

  clear(): void {
    this.#ms.length = 0;
  }

  /** Whether the 95th percentile (nearest rank) of the last 20 is above `limitMs`. */
  areAbove(limitMs: number): boolean {
    if (this.#ms.length < SAMPLES) return false;
    return this.#ms.toSorted((a, b) => a - b)[Math.ceil(SHARE * SAMPLES) - 1]! > limitMs;
  }
}
