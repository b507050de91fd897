// The probability that a piece predicts what will be written: logistic regression over its features. Candidates of several retrievers for the
// same lines share their features. Pure.

import { type Candidate, FEATURES, type Features } from "../retrievers/retriever.ts";
import { BIAS, WEIGHTS } from "./weights.ts";

export interface Scored extends Candidate {
  score: number; // 0..1
}

/** @param weights those of weights.ts, except for fitting */
export function scoreOf(features: Features, weights = WEIGHTS, bias = BIAS): number {
  let sum = bias;
  for (const feature of FEATURES) sum += weights[feature] * (features[feature] ?? 0);
  return 1 / (1 + Math.exp(-sum));
}

/** Shares features: a candidate that holds at least half of another one's lines also gets that one's features. */
export function withSharedFeatures(candidates: readonly Candidate[]): Candidate[] {
  const byPath = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const pieces = byPath.get(one.path);
    if (pieces) pieces.push(one);
    else byPath.set(one.path, [one]);
  }
  for (const pieces of byPath.values()) pieces.sort((a, b) => a.startLine - b.startLine);
  return candidates.map((one) => {
    const features = { ...one.features };
    for (const other of around(one, byPath.get(one.path)!)) {
      if (other === one || !holdsHalf(one, other)) continue;
      for (const feature of FEATURES) {
        const value = other.features[feature];
        if (value !== undefined && value > (features[feature] ?? 0)) features[feature] = value;
      }
    }
    return { ...one, features };
  });
}

/** The candidates of which `one` may hold half: they are at most twice as long. @param sorted by their first lines */
function* around({ startLine, endLine }: Candidate, sorted: readonly Candidate[]): Generator<Candidate> {
  const least = startLine - 2 * (endLine - startLine);
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.startLine < least) low = middle + 1;
    else high = middle;
  }
  for (; low < sorted.length && sorted[low]!.startLine < endLine; low++) yield sorted[low]!;
}

/** Whether `one` holds at least half of the lines of `other`. */
export function holdsHalf(one: Candidate, other: Candidate): boolean {
  const lines = Math.min(one.endLine, other.endLine) - Math.max(one.startLine, other.startLine);
  return lines > 0 && lines * 2 >= other.endLine - other.startLine;
}
