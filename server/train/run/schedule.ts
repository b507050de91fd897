// The sequences and the learning rate of each step: pure functions of the step, so that a resumed run continues as if it had never stopped.

import { streamKey } from "../counterRandom.ts";

/** Independent streams of random numbers. */
const STREAM = { order: 1, dropout: 2 };

/**
 * The sequences of step `step` (from 0): each pass over the data is a permutation of its own, and the passes follow each other without a gap.
 */
export function sequencesOfStep(
  step: number,
  { seed, sequences, perStep }: { seed: number; sequences: number; perStep: number },
): number[] {
  return Array.from({ length: perStep }, (_, i) => {
    const position = step * perStep + i;
    return permutation(seed, Math.floor(position / sequences), sequences)[position % sequences];
  });
}

let latest: { key: string; order: Uint32Array } | undefined; // cached, since a pass's permutation is needed many times

function permutation(seed: number, pass: number, length: number): Uint32Array {
  const key = `${seed} ${pass} ${length}`;
  if (latest?.key === key) return latest.order;
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor((streamKey(seed, STREAM.order, pass, i) / 2 ** 32) * (i + 1)); // Fisher and Yates
    [order[i], order[j]] = [order[j], order[i]];
  }
  latest = { key, order };
  return order;
}

/** The seed of the dropout masks of the `index`th sequence of a step. */
export const dropoutSeed = (seed: number, step: number, index: number): number =>
  streamKey(seed, STREAM.dropout, step, index);

/** Share of the maximum learning rate that is left at the end. */
const FINAL_SHARE = 0.1;

/**
 * The learning rate of step `step` (from 0): it rises linearly during the first `warmupSteps`, then falls along half a cosine to a tenth
 * (Loshchilov and Hutter 2016, arXiv:1608.03983, without restarts).
 */
export function learningRateOfStep(
  step: number,
  { learningRate, warmupSteps, steps }: { learningRate: number; warmupSteps: number; steps: number },
): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - 1 - warmupSteps));
  return learningRate * (FINAL_SHARE + ((1 - FINAL_SHARE) * (1 + Math.cos(Math.PI * progress))) / 2);
}
