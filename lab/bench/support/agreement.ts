// Compares the logits of two engines over the same tokens, position by position. Runs no engine.

import { indexOfLargest } from "../../../server/engine/generate/sampler.ts";

/** A position at which two engines find another token most probable. */
export interface Disagreement {
  document: string;
  position: number;
  tokens: [number, number]; // the first engine's choice, the second's
  margin: number; // between the first engine's two largest logits
}

export interface Agreement {
  positions: number;
  equal: number; // at how many of them both choose the same token
  disagreements: Disagreement[];
  largestDifference: number; // between two logits of the same token
  meanDifference: number; // of the absolute differences
}

export const noAgreement = (): Agreement => ({
  positions: 0,
  equal: 0,
  disagreements: [],
  largestDifference: 0,
  meanDifference: 0,
});

/** Adds a document to `sum`. `first` and `second`: logits [positions, vocab] after the same tokens. @throws Error for a value that is no number */
export function addDocument(
  sum: Agreement,
  document: string,
  first: Float32Array,
  second: Float32Array,
  vocabSize: number,
): void {
  if (first.length !== second.length) throw new Error("the two engines gave logits for different positions");
  let total = 0;
  for (let i = 0; i < first.length; i++) {
    const difference = Math.abs(first[i] - second[i]);
    if (Number.isNaN(difference)) throw new Error(`${document}: a logit is no number`);
    total += difference;
    if (difference > sum.largestDifference) sum.largestDifference = difference;
  }
  const positions = first.length / vocabSize;
  const before = sum.meanDifference * sum.positions;
  sum.positions += positions;
  sum.meanDifference = (before + total / vocabSize) / sum.positions;
  for (let position = 0; position < positions; position++) {
    const [start, end] = [position * vocabSize, (position + 1) * vocabSize];
    const tokens: [number, number] = [
      indexOfLargest(first.subarray(start, end)),
      indexOfLargest(second.subarray(start, end)),
    ];
    if (tokens[0] === tokens[1]) sum.equal++;
    else sum.disagreements.push({ document, position, tokens, margin: margin(first, start, end, tokens[0]) });
  }
}

/** From the largest logit, of token `best`, down to the next. */
function margin(logits: Float32Array, start: number, end: number, best: number): number {
  let next = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) if (i - start !== best && logits[i] > next) next = logits[i];
  return logits[start + best] - next;
}
