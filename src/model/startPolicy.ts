// How often the model host may be started: the pauses between starts, and when to give up. Pure: the time is a parameter.

export interface StartLimits {
  maxStarts: number; // within windowMs
  windowMs: number;
  firstPauseMs: number; // before the second start; doubles with each further start
  maxPauseMs: number;
}

export const START_LIMITS: StartLimits = { maxStarts: 5, windowMs: 180_000, firstPauseMs: 250, maxPauseMs: 8_000 };

export class StartPolicy {
  readonly #limits: StartLimits;
  #starts: number[] = []; // times in ms, oldest first

  constructor(limits: StartLimits = START_LIMITS) {
    this.#limits = limits;
  }

  /** Counts a start at `nowMs`. Returns the pause to make before it, in milliseconds; undefined after too many starts: give up. */
  next(nowMs: number): number | undefined {
    const { maxStarts, windowMs, firstPauseMs, maxPauseMs } = this.#limits;
    this.#starts = this.#starts.filter((start) => start > nowMs - windowMs);
    const before = this.#starts.length;
    if (before >= maxStarts) return undefined;
    this.#starts.push(nowMs);
    return before === 0 ? 0 : Math.min(maxPauseMs, firstPauseMs * 2 ** (before - 1));
  }

  /** Forgets past starts: a person asked for another try. */
  reset(): void {
    this.#starts = [];
  }
}
