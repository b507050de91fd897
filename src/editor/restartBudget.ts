// When an agent that ended may be restarted: at once the first time, then after growing delays, and not at all after too many ends.
// Pure; the language client asks it.

const MAX_RESTARTS = 5; // within the window
const WINDOW_MS = 180_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8_000;

export class RestartBudget {
  #endsMs: number[] = [];

  /** Notes an end at `nowMs`; the delay before the next start, or undefined when it must stay down. */
  next(nowMs: number): number | undefined {
    this.#endsMs = this.#endsMs.filter((endMs) => nowMs - endMs < WINDOW_MS);
    this.#endsMs.push(nowMs);
    const ends = this.#endsMs.length;
    if (ends > MAX_RESTARTS) return undefined;
    return ends === 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (ends - 2));
  }
}
