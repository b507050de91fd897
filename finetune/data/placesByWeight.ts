// Draws places of a text so that every part of it is covered and some lines come more often: the text is cut into stretches of equal weight, and
// a place is drawn in each. Pure.

import type { SeededRandom } from "./seededRandom.ts";

export class PlacesByWeight {
  readonly #starts: number[] = []; // offset of each line in the text
  readonly #before: number[] = []; // total weight of the lines before each line
  readonly #weights: number[] = []; // weight per unit of each line
  readonly #length: number;
  /** Σ weight · units. */
  readonly total: number;

  /** @param weightOf weight per UTF-16 unit of the line with this number, from 0; above 0 */
  constructor(text: string, weightOf: (line: number) => number) {
    let total = 0;
    for (let start = 0, line = 0; start < text.length; line++) {
      const lineEnd = text.indexOf("\n", start);
      const next = lineEnd === -1 ? text.length : lineEnd + 1;
      const weight = weightOf(line);
      this.#starts.push(start);
      this.#before.push(total);
      this.#weights.push(weight);
      total += (next - start) * weight;
      start = next;
    }
    this.#length = text.length;
    this.total = total;
  }

  /** How many stretches of about this weight the text has: at least one. */
  stretches(weight: number): number {
    return Math.max(1, Math.round(this.total / weight));
  }

  /** An offset of the text in the stretch with this number, from 0. */
  drawIn(stretch: number, stretches: number, random: SeededRandom): number {
    const per = this.total / stretches;
    return this.offsetAt(per * stretch + (per * random.between(0, 999_999)) / 1_000_000);
  }

  /** The offset before which there is this much weight. */
  offsetAt(weight: number): number {
    let low = 0;
    let high = this.#before.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#before[middle]! <= weight) low = middle;
      else high = middle - 1;
    }
    const within = Math.floor((weight - (this.#before[low] ?? 0)) / (this.#weights[low] ?? 1));
    return Math.max(0, Math.min((this.#starts[low] ?? 0) + within, this.#length - 1));
  }
}
