// The confidence in a difference between two models on the same cases: the paired bootstrap, resampled by file, because lines of one file are
// not independent. Pure.
// Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 8 and 13; for whole clusters: Field and Welsh (2007); for few of
// them: Hesterberg, "What Teachers Should Know About the Bootstrap" (2015), section 4.3.

import { createRandom } from "../../server/engine/generate/random.ts";

export interface Difference {
  cluster: string; // clusters are resampled as a whole
  gain: number; // of the second model over the first, summed over `weight`
  weight: number; // unit of the gain: 1 for a case, the number of characters for a loss
}

export interface Gain {
  mean: number; // sum of gains / sum of weights; above 0 is better
  interval: [low: number, high: number]; // 95 %
}

export const RESAMPLES = 10_000;
const NORMAL_QUANTILE = 1.959964; // of the normal distribution, for 0.975

/**
 * The mean gain and its percentile interval; the same seed gives the same interval. There must be at least one difference.
 * Percentiles alone are too narrow for few files (for five, 9 in 100 cases without a gain look like one, instead of 2.5), so they are widened as
 * Student's t is over the normal distribution. With 40 files this makes hardly a difference.
 */
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
  const tail = tailFor(clusters.length);
  return { mean: meanGain(clusters), interval: [at(tail), at(1 - tail)] };
}

/** The share of the resamples beyond each end, for this many clusters: 0.025 for very many. */
export function tailFor(clusters: number): number {
  if (clusters < 2) return 0;
  return normalTail(Math.sqrt(clusters / (clusters - 1)) * studentQuantile(clusters - 1));
}

/** The 0.975 quantile of Student's t: the expansion in 1/ν (Abramowitz and Stegun, 26.7.5), within 2 % from three degrees of freedom on. */
function studentQuantile(freedom: number): number {
  const z = NORMAL_QUANTILE;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

/** The share of the normal distribution above `z` > 0 (Abramowitz and Stegun, 26.2.17; absolute error below 1e-7). */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const factors = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = factors.reduceRight((rest, factor) => (rest + factor) * t, 0);
  return (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
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
