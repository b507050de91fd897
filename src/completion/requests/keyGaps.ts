// How fast somebody types: the gaps between the last keys of bursts. Pure; knows no clock of its own.

/** The longest gap within a burst of keys, in milliseconds (Tabby leaves gaps of more than 400 ms out of its average). */
export const BURST_GAP_MS = 500;

/** The shortest gap that counts, in milliseconds: faster keys are a held key's repetition, or come from a program. */
const SHORTEST_GAP_MS = 20;

/** How many samples are remembered, and how many are needed for a median. */
const MOST_SAMPLES = 15;
const FEWEST_SAMPLES = 3;

/** The latest samples of something. */
export class Latest {
  readonly #samples: number[] = []; // the newest last

  add(sample: number): void {
    this.#samples.push(sample);
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
  }

  /** undefined where there are too few samples. */
  get median(): number | undefined {
    if (this.#samples.length < FEWEST_SAMPLES) return undefined;
    return this.#samples.toSorted((a, b) => a - b)[this.#samples.length >> 1];
  }
}

export class KeyGaps {
  readonly #gapsMs = new Latest();
  lastKeyMs = Number.NEGATIVE_INFINITY;

  /** A key was pressed. */
  key(nowMs: number): void {
    const gapMs = nowMs - this.lastKeyMs;
    if (gapMs >= SHORTEST_GAP_MS && gapMs <= BURST_GAP_MS) this.#gapsMs.add(gapMs);
    this.lastKeyMs = nowMs;
  }

  /** The usual gap; undefined where too little is known. */
  get medianMs(): number | undefined {
    return this.#gapsMs.median;
  }
}
