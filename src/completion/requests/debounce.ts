// How long a request waits for a pause in the typing before it costs anything. If its answer would come within the next keys, it does not wait:
// the requests of those keys take over its generation. If the answer would come later, it waits until the typing pauses. Adapts to the rhythm
// of the keys and to the answer times. The editor has waited already: VS Code asks 50 ms after a key.

import { type Clock, realClock } from "../clock.ts";
import { BURST_GAP_MS, KeyGaps, Latest } from "./keyGaps.ts";

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
  readonly #gaps = new KeyGaps();
  readonly #answersMs = new Latest();
  #isTyping = false; // the last change was a key of a word or of punctuation

  constructor(clock: Clock = realClock) {
    this.#clock = clock;
  }

  /** A document has changed. @param text that was inserted; "" where something was deleted */
  changed(text: string): void {
    this.#isTyping = text.length > 0 && text.length <= 2 && !/\s/.test(text); // 2: an opening bracket with the one that closes it
    this.#gaps.key(this.#clock.nowMs());
  }

  /** The model has answered a request, `ms` milliseconds after it was asked. */
  answered(ms: number): void {
    this.#answersMs.add(ms);
  }

  /** How long a request that comes now must wait, in milliseconds. */
  pauseMs(leastMs: number): number {
    const sinceKeyMs = this.#clock.nowMs() - this.#gaps.lastKeyMs;
    const gapMs = this.#isTyping && sinceKeyMs < BURST_GAP_MS ? this.#gaps.medianMs : undefined;
    return pauseMs({ sinceKeyMs, gapMs, answerMs: this.#answersMs.median, leastMs });
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
