// Chooses the next token from logits: greedily, or at random with temperature, top-k and top-p. Samplers are functions made by a factory. Does
// not know what tokens mean.

import { runtimeFailed } from "../../../common/errors.ts";
import type { Sampling } from "../../host/protocol/messages.ts";
import { createRandom } from "./random.ts";

export interface Choice {
  index: number; // index into the logits
  logProb: number; // natural logarithm of its probability in the distribution before temperature, top-k and top-p
}

export type Sampler = (logits: Float32Array) => Choice;

/**
 * A sampler: the temperature divides the logits first; then the k likeliest stay, and of these the likeliest whose probabilities add up to
 * `topP`.
 */
export function createSampler({ temperature, topK, topP, seed }: Sampling): Sampler {
  if (temperature === 0) return (logits) => withLogProb(logits, indexOfLargest(logits));
  const random = createRandom(seed);
  return (logits) => {
    const weights = softWeights(logits, temperature);
    const limit = topK === undefined || topK <= 0 ? logits.length : topK;
    const isCut = limit < logits.length || (topP !== undefined && topP < 1);
    const index = isCut ? drawLikeliest(weights, limit, topP ?? 1, random()) : draw(weights, sum(weights), random());
    return withLogProb(logits, index);
  };
}

/** The index of the largest value; the first one of equal values. */
export function indexOfLargest(logits: Float32Array): number {
  let index = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[index]) index = i;
  return index;
}

function withLogProb(logits: Float32Array, index: number): Choice {
  return { index, logProb: logProbAt(logits, index) };
}

/** The natural logarithm of a probability. @throws UserError where the logits are not numbers */
export function logProbAt(logits: Float32Array, index: number): number {
  const largest = logits[indexOfLargest(logits)];
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i] - largest);
  const logProb = logits[index] - largest - Math.log(total);
  if (Number.isNaN(logProb)) throw runtimeFailed("the model's output is not a number");
  return logProb;
}

/** Probabilities at `temperature`, up to a common factor: the largest is 1. */
function softWeights(logits: Float32Array, temperature: number): Float64Array {
  const largest = logits[indexOfLargest(logits)];
  const weights = new Float64Array(logits.length);
  for (let i = 0; i < weights.length; i++) weights[i] = Math.exp((logits[i] - largest) / temperature);
  return weights;
}

function sum(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}

/** The index at which the running sum of `weights` exceeds `u` times `total`. */
function draw(weights: ArrayLike<number>, total: number, u: number): number {
  let left = u * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    left -= weights[i];
    if (left < 0) return i;
  }
  return last; // rounding made the sum slightly too small
}

/** Draws among the `limit` likeliest, cut off where their probabilities reach `topP` of their sum. */
function drawLikeliest(weights: Float64Array, limit: number, topP: number, u: number): number {
  const next = descending(weights);
  const indices: number[] = [];
  const kept: number[] = [];
  let total = 0;
  if (limit < weights.length) {
    while (indices.length < limit) {
      indices.push(next());
      total += weights[indices[indices.length - 1]];
    }
  } else total = sum(weights);
  let reached = 0;
  for (let i = 0; reached < topP * total && i < limit; i++) {
    if (i === indices.length) indices.push(next());
    kept.push(weights[indices[i]]);
    reached += kept[i];
  }
  return indices[draw(kept, reached, u)];
}

/** Yields the indices of `weights` in descending order of weight, with a heap: only a few of many are ever needed. */
function descending(weights: Float64Array): () => number {
  const heap = Int32Array.from(weights.keys());
  let size = heap.length;
  const sink = (start: number) => {
    const moved = heap[start];
    let hole = start;
    for (let child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && weights[heap[child + 1]] > weights[heap[child]]) child++;
      if (weights[heap[child]] <= weights[moved]) break;
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = moved;
  };
  for (let i = (size >> 1) - 1; i >= 0; i--) sink(i);
  return () => {
    const top = heap[0];
    heap[0] = heap[--size];
    sink(0);
    return top;
  };
}
