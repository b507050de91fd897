// How many guessed tokens are worth running along: from what a run costs on this machine and how often guesses come true, both as running
// estimates. They decide the speed of a generation, never its text. Guesses nothing and runs nothing.

import { LONGEST_MATCH } from "./promptLookup.ts";

/**
 * A decoder never runs a single row where it can run two. onnxruntime takes other kernels for one row, whose sums round differently; 8-bit
 * activations carry that on until logits differ by up to 1.9, and of 200 tokens 10 are others (no better and no worse ones, against
 * fp32). All runs of two rows or more give the same to the bit. So a token's logits depend only on the tokens before it, whether it was
 * prefilled, decoded or guessed; and the first guess costs nothing.
 */
export const FEWEST_ROWS = 2;

/** Guesses in one run. Longer ones seldom come true as a whole. */
export const MOST_GUESSES = 8;

const PRIOR_ROW_SHARE = 0.09; // measured with the embedded model, one thread and two
const PRIOR_VARIANCE = 0.3; // its weight: that of runs whose rows vary so much
const FADING = 1 / 128;
const MOST_TIMES_EXPECTED = 1.5;
const MOST_ROWS = 2 * MOST_GUESSES;

/**
 * The number of guesses, at most `acceptance.length`, that gives the most tokens for the time.
 * @param acceptance probability that each guess is right, once those before it are
 * @param rowShare what each row after the first costs, in runs of one row
 * @param rows that run in any case (one for the last token; more in a prefill, where what they cost beyond FEWEST_ROWS is no matter)
 */
export function guessesWorth(acceptance: readonly number[], rowShare: number, rows = 1): number {
  const others = Math.min(rows, FEWEST_ROWS);
  const cost = (guesses: number) => 1 + rowShare * (Math.max(FEWEST_ROWS, others + guesses) - 1);
  let best = 0;
  let bestRate = 1 / cost(0);
  let tokens = 1;
  let reached = 1;
  for (const [index, probability] of acceptance.entries()) {
    reached *= probability;
    tokens += reached;
    const rate = tokens / cost(index + 1);
    if (rate > bestRate) {
      best = index + 1;
      bestRate = rate;
    }
  }
  return best;
}

/** Running estimates of one decoder, kept from generation to generation. */
export class SpeculationEstimates {
  readonly #accepted = new AcceptanceEstimate();
  readonly #cost = new RowCostEstimate();

  /** How many guesses to run with `rows` others, of those that a lookup found after a match of `matched` tokens. */
  worth(matched: number, rows: number, most: number): number {
    const acceptance = Array.from({ length: most }, (_, index) => this.#accepted.at(matched + index));
    return guessesWorth(acceptance, this.#cost.rowShare, rows);
  }

  /**
   * After a match of `matched` tokens, `accepted` guesses were right, and (where `missed`) the next one was not. Guesses without a match
   * were not looked up, and say nothing of lookups.
   */
  sawGuesses(matched: number, accepted: number, missed: boolean): void {
    if (matched === 0) return;
    for (let index = 0; index < accepted; index++) this.#accepted.saw(matched + index, true);
    if (missed) this.#accepted.saw(matched + accepted, false);
  }

  sawRun(rows: number, ms: number): void {
    this.#cost.saw(rows, ms);
  }
}

/**
 * How often a guess is right, by the length of the match before it. A guess that was accepted makes the match longer by one, so the guesses
 * of one run have different probabilities.
 */
export class AcceptanceEstimate {
  readonly #means = [0.37, 0.62, 0.65, 0.71, 0.78, 0.78, 0.8, 0.92]; // to begin with: measured on prompts of six code bases
  readonly #counts = this.#means.map(() => 20); // what those are worth

  at(matched: number): number {
    return this.#means[Math.min(matched, LONGEST_MATCH) - 1] ?? 0;
  }

  saw(matched: number, isRight: boolean): void {
    const index = Math.min(matched, LONGEST_MATCH) - 1;
    if (index < 0) return;
    this.#counts[index] = Math.min(this.#counts[index] + 1, 200); // older ones fade
    this.#means[index] += ((isRight ? 1 : 0) - this.#means[index]) / this.#counts[index];
  }
}

/**
 * What a further row costs, by linear regression of the milliseconds of short runs over their rows. Older runs fade; a pull to the prior
 * keeps the slope sensible while all runs have the same number of rows.
 */
export class RowCostEstimate {
  #meanRows = 0;
  #meanMs = 0;
  #variance = 0; // of the rows
  #covariance = 0; // of rows and ms
  #runs = 0;

  /** What each row after the first costs, in runs of one row; 0 to 1. */
  get rowShare(): number {
    const { oneRowMs, slopeMs } = this.#line();
    if (this.#runs === 0) return PRIOR_ROW_SHARE;
    return oneRowMs > 0 ? Math.min(1, Math.max(0, slopeMs / oneRowMs)) : 1;
  }

  saw(rows: number, ms: number): void {
    if (rows > MOST_ROWS) return; // a prefill: no longer linear
    const { oneRowMs, slopeMs } = this.#line();
    const expectedMs = oneRowMs + slopeMs * (rows - 1);
    const seenMs = this.#runs === 0 ? ms : Math.min(ms, MOST_TIMES_EXPECTED * expectedMs); // a pause of the process is no cost
    this.#runs++;
    const share = Math.max(1 / this.#runs, FADING);
    const rowsOff = rows - this.#meanRows;
    const msOff = seenMs - this.#meanMs;
    this.#meanRows += share * rowsOff;
    this.#meanMs += share * msOff;
    this.#variance = (1 - share) * (this.#variance + share * rowsOff * rowsOff);
    this.#covariance = (1 - share) * (this.#covariance + share * rowsOff * msOff);
  }

  #line(): { oneRowMs: number; slopeMs: number } {
    const priorMs = (PRIOR_ROW_SHARE * this.#meanMs) / (1 + PRIOR_ROW_SHARE * (this.#meanRows - 1));
    const slopeMs = (this.#covariance + PRIOR_VARIANCE * priorMs) / (this.#variance + PRIOR_VARIANCE);
    return { oneRowMs: this.#meanMs - slopeMs * (this.#meanRows - 1), slopeMs };
  }
}
