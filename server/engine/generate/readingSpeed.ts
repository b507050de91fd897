// How long a decoder takes to read a token of a prompt, as a running estimate: a busy machine takes several times as long as a quiet one.

/** Fewer rows in a run are guesses along with a token, not a prompt being read. */
const FEWEST_ROWS = 32;

/** The weight of a new run. A machine becomes busy, and quiet again, within seconds. */
const WEIGHT = 0.4;

export class ReadingSpeed {
  #msPerToken: number | undefined;

  /** Undefined until a prompt has been read. */
  get msPerToken(): number | undefined {
    return this.#msPerToken;
  }

  sawRun(rows: number, ms: number): void {
    if (rows < FEWEST_ROWS) return;
    const seen = ms / rows;
    this.#msPerToken = this.#msPerToken === undefined ? seen : (1 - WEIGHT) * this.#msPerToken + WEIGHT * seen;
  }
}
