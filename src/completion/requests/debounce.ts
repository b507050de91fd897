// How long a request waits for a pause in the typing before it costs anything. If its answer would come within the next keys, it does not wait:
// the requests of those keys take over its generation. If the answer would come later, it waits until the typing pauses. Adapts to the rhythm
// of the keys and to the answer times. The editor has waited already: VS Code asks 50 ms after a key.

import { type Clock, realClock } from "../clock.ts";

/** The longest gap within a burst of keys, in milliseconds (Tabby leaves gaps of more than 400 ms out of its average). */
const BURST_GAP_MS = 500;

/** The shortest gap that counts, in milliseconds: faster keys are a held key's repetition, or come from a program. */
const SHORTEST_GAP_MS = 20;

/** How many gaps and answer times are remembered, and how many are needed for a median. */
const MOST_SAMPLES = 15;
const FEWEST_SAMPLES = 3;

/**
 * A request does not wait if its answer comes within this many keys. Measured by `lab/bench/flow.ts`: waiting whenever an answer comes after the
 * next key saved a seventh of the tokens, threw away a larger share of them, and made the slowest ghost text come 100 ms later.
 */
const KEYS_AHEAD = 2;

/** Length of a pause in the typing, in median gaps between keys. Tabby waits for 1.5 to 3 of them. */
const GAPS_OF_A_PAUSE = 1.5;

/**
 * The longest wait of a request, in milliseconds. Tabby's limit is 1,000 ms; Cody waits 125 ms on the device, Continue 350 ms. Here a premature
 * request costs little: its generation is taken over, or ended at the next key.
 */
const LONGEST_PAUSE_MS = 120;

export interface Rhythm {
  sinceKeyMs: number; // since the last key
  gapMs?: number; // median between two keys; absent while nobody types, or nothing is known
  answerMs?: number; // median from a request to its answer; absent while nothing is known
  leastMs: number; // the person's setting
}

/** How long a request is to wait, in ms. Pure. */
export function pauseMs({ sinceKeyMs, gapMs, answerMs, leastMs }: Rhythm): number {
  if (gapMs === undefined || answerMs === undefined) return leastMs;
  if (sinceKeyMs + leastMs + answerMs <= KEYS_AHEAD * gapMs) return leastMs;
  return Math.max(leastMs, Math.min(LONGEST_PAUSE_MS, GAPS_OF_A_PAUSE * gapMs - sinceKeyMs));
}

export class Debounce {
  readonly #clock: Clock;
  readonly #gapsMs: number[] = []; // between the keys of bursts, the newest last
  readonly #answersMs: number[] = [];
  #lastKeyMs = Number.NEGATIVE_INFINITY;
  #isTyping = false; // the last change was a key of a word or of punctuation

  constructor(clock: Clock = realClock) {
    this.#clock = clock;
  }

  /** A document has changed. @param text that was inserted; "" where something was deleted */
  changed(text: string): void {
    const nowMs = this.#clock.nowMs();
    const gapMs = nowMs - this.#lastKeyMs;
    this.#isTyping = text.length > 0 && text.length <= 2 && !/\s/.test(text); // 2: an opening bracket with the one that closes it
    if (gapMs >= SHORTEST_GAP_MS && gapMs <= BURST_GAP_MS) push(this.#gapsMs, gapMs);
    this.#lastKeyMs = nowMs;
  }

  /** The model has answered a request, `ms` milliseconds after it was asked. */
  answered(ms: number): void {
    push(this.#answersMs, ms);
  }

  /** How long a request that comes now must wait, in milliseconds. */
  pauseMs(leastMs: number): number {
    const sinceKeyMs = this.#clock.nowMs() - this.#lastKeyMs;
    const gapMs = this.#isTyping && sinceKeyMs < BURST_GAP_MS ? median(this.#gapsMs) : undefined;
    return pauseMs({ sinceKeyMs, gapMs, answerMs: median(this.#answersMs), leastMs });
  }

  /** Waits for a pause in the typing. Resolves at once when `signal` fires. */
  pause(leastMs: number, signal: AbortSignal): Promise<void> {
    const ms = this.pauseMs(leastMs);
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        callOff();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const callOff = this.#clock.after(ms, end);
      signal.addEventListener("abort", end);
    });
  }
}

function push(samples: number[], sample: number): void {
  samples.push(sample);
  if (samples.length > MOST_SAMPLES) samples.shift();
}

/** undefined where there are too few samples. */
function median(samples: readonly number[]): number | undefined {
  if (samples.length < FEWEST_SAMPLES) return undefined;
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}
