// How sure a difference between two models on the same cases is: the paired bootstrap, resampled by file, because lines of one file
// are no independent witnesses. Pure.
// Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 8 and 13; for whole clusters: Field and Welsh (2007).

import { createRandom } from "../../server/generate/random.ts";

export interface Difference {
  cluster: string; // drawn as a whole
  gain: number; // of the second over the first, summed over `weight`
  weight: number; // what the gain is counted over: 1 for a case, its characters for a loss
}

export interface Gain {
  mean: number; // sum of gains / sum of weights; above 0 is better
  interval: [low: number, high: number]; // 95 %
}

export const RESAMPLES = 10_000;
const TAIL = 0.025;

/** The mean gain and its percentile interval; the same seed gives the same interval. There must be a difference. */
export function bootstrapGain(differences: readonly Difference[], seed: number, resamples = RESAMPLES): Gain {
  const clusters = sumsByCluster(differences);
  const random = createRandom(seed);
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let gain = 0;
    let weight = 0;
    for (let drawn = 0; drawn < clusters.length; drawn++) {
      const cluster = clusters[Math.floor(random() * clusters.length)];
      gain += cluster.gain;
      weight += cluster.weight;
    }
    means[i] = gain / weight;
  }
  means.sort();
  const at = (share: number) => means[Math.round(share * (resamples - 1))];
  return { mean: meanGain(clusters), interval: [at(TAIL), at(1 - TAIL)] };
}

function sumsByCluster(differences: readonly Difference[]): { gain: number; weight: number }[] {
  const sums = new Map<string, { gain: number; weight: number }>();
  for (const { cluster, gain, weight } of differences) {
    const sum = sums.get(cluster) ?? { gain: 0, weight: 0 };
    sums.set(cluster, { gain: sum.gain + gain, weight: sum.weight + weight });
  }
  return [...sums.values()];
}

function meanGain(sums: readonly { gain: number; weight: number }[]): number {
  const weight = sums.reduce((total, sum) => total + sum.weight, 0);
  return sums.reduce((total, sum) => total + sum.gain, 0) / weight;
}
