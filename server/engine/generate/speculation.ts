// Decides how many guessed tokens are worth running along, from the cost of a run on this machine and the rate of correct guesses, both as
// running estimates. They affect the speed of a generation, never its text. Guesses nothing and runs nothing.

import { LONGEST_MATCH } from "./promptLookup.ts";

/**
 * The fewest rows that a decoder runs at once. For a single row onnxruntime uses other kernels, whose sums round differently; 8-bit activations
 * amplify that until logits differ by up to 1.9, and of 200 tokens 10 are others (no better and no worse ones, against fp32). All runs of two
 * rows or more give the same to the bit. So a token's logits depend only on the tokens before it, whether it was prefilled, decoded or guessed;
 * and the first guess costs nothing.
 */
export const FEWEST_ROWS = 2;

/** The most guesses in one run. Longer ones are seldom right as a whole. */
export const MOST_GUESSES = 8;

const PRIOR_ROW_SHARE = 0.09; // measured with the embedded model, on one and two threads
const PRIOR_VARIANCE = 0.3; // the prior's weight: that of runs with this variance of rows
const FADING = 1 / 128;
const MOST_TIMES_EXPECTED = 1.5;
const MOST_ROWS = 2 * MOST_GUESSES;

/**
 * The number of guesses, at most `acceptance.length`, that gives the most tokens per time.
 * @param acceptance probability that each guess is right, given that those before it are
 * @param rowShare cost of each row after the first, in runs of one row
 * @param rows rows that run in any case (one for the last token; more in a prefill, where their cost beyond FEWEST_ROWS does not matter)
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

/** Running estimates for one decoder, kept from generation to generation. */
export class SpeculationEstimates {
  readonly #accepted = new AcceptanceEstimate();
  readonly #cost = new RowCostEstimate();

  /** How many of the guesses that a lookup found after a match of `matched` tokens to run along with `rows` others. */
  worth(matched: number, rows: number, most: number): number {
    const acceptance = Array.from({ length: most }, (_, index) => this.#accepted.at(matched + index));
    return guessesWorth(acceptance, this.#cost.rowShare, rows);
  }

  /**
   * Records that after a match of `matched` tokens, `accepted` guesses were right, and (where `missed`) the next one was wrong. Guesses without
   * a match did not come from a lookup, and say nothing about lookups.
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
 * How often a guess is right, by the length of the match before it. An accepted guess lengthens the match by one, so the guesses of one run have
 * different probabilities.
 */
export class AcceptanceEstimate {
  readonly #means = [0.37, 0.62, 0.65, 0.71, 0.78, 0.78, 0.8, 0.92]; // initial values, measured on prompts of six code bases
  readonly #counts = this.#means.map(() => 20); // the weight of the initial values

  at(matched: number): number {
    return this.#means[Math.min(matched, LONGEST_MATCH) - 1] ?? 0;
  }

  saw(matched: number, isRight: boolean): void {
    const index = Math.min(matched, LONGEST_MATCH) - 1;
    if (index < 0) return;
    this.#counts[index] = Math.min(this.#counts[index] + 1, 200); // the limit lets older observations fade
    this.#means[index] += ((isRight ? 1 : 0) - this.#means[index]) / this.#counts[index];
  }
}

/**
 * The cost of each further row, by linear regression of the milliseconds of short runs over their rows. Older runs fade; a pull towards the
 * prior keeps the slope sensible while all runs have the same number of rows.
 */
export class RowCostEstimate {
  #meanRows = 0;
  #meanMs = 0;
  #variance = 0; // of the rows
  #covariance = 0; // of rows and ms
  #runs = 0;

  /** Cost of each row after the first, in runs of one row; 0 to 1. */
  get rowShare(): number {
    const { oneRowMs, slopeMs } = this.#line();
    if (this.#runs === 0) return PRIOR_ROW_SHARE;
    return oneRowMs > 0 ? Math.min(1, Math.max(0, slopeMs / oneRowMs)) : 1;
  }

  saw(rows: number, ms: number): void {
    if (rows > MOST_ROWS) return; // a prefill, whose time is no longer linear in its rows
    const { oneRowMs, slopeMs } = this.#line();
    const expectedMs = oneRowMs + slopeMs * (rows - 1);
    const seenMs = this.#runs === 0 ? ms : Math.min(ms, MOST_TIMES_EXPECTED * expectedMs); // a pause of the process does not count as cost
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
