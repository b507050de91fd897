// The memory of a recorded generation: what was counted before each of its choices, written down and mixed in again.

import type { RecordedCounts } from "../../host/protocol/messages.ts";
import { MatchCounts } from "./matchCounts.ts";
import { type LineBreaks, mixCounts } from "./mixCounts.ts";
import type { MixtureWeights } from "./mixture.ts";

/** A row for each token that was counted: the token, then each cell that is not zero and its count. */
export function recordedCounts({ byToken }: MatchCounts): RecordedCounts {
  return [...byToken].map(([token, row]) => [
    token,
    ...[...row.entries()].flatMap(([cell, count]) => (count > 0 ? [cell, count] : [])),
  ]);
}

/** Stands in for a `GenerationMemory` while the recorded generation is written again, choice by choice. */
export class RecordedMemory {
  readonly #steps: readonly RecordedCounts[];
  readonly #lineBreaks: LineBreaks;
  readonly #weights: MixtureWeights;
  #next = 0;

  /** @param steps what was counted before each choice */
  constructor(steps: readonly RecordedCounts[], lineBreaks: LineBreaks, weights: MixtureWeights) {
    this.#steps = steps;
    this.#lineBreaks = lineBreaks;
    this.#weights = weights;
  }

  mix(logits: Float32Array, allowed: readonly number[] | undefined): Float32Array {
    const counts = MatchCounts.ofRows(this.#steps[this.#next++] ?? []);
    return mixCounts(logits, counts, { allowed, lineBreaks: this.#lineBreaks, weights: this.#weights });
  }

  /** The next choice has its own counts, whatever was written. */
  push(): void {}

  guess(): { tokens: number[]; matched: number } {
    return { tokens: [], matched: 0 };
  }
}
