// The interval against what theory says of it: the normal approximation, its coverage on simulated differences, and clusters.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrapGain, type Difference, tailFor } from "../../../../finetune/judge/bootstrap.ts";
import { createRandom } from "../../../../server/engine/generate/random.ts";

/** Standard normal numbers (Box and Muller). */
function gaussian(seed: number): () => number {
  const random = createRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const alone = (gains: readonly number[]): Difference[] =>
  gains.map((gain, i) => ({ cluster: `${i}`, gain, weight: 1 }));

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, not ${expected} ± ${within}`);
}

test("of independent differences it is the normal approximation's interval", () => {
  const next = gaussian(3);
  const gains = Array.from({ length: 400 }, () => 0.1 + next());
  const { mean, interval } = bootstrapGain(alone(gains), 1);
  const average = gains.reduce((a, b) => a + b) / 400;
  const deviation = Math.sqrt(gains.reduce((sum, x) => sum + (x - average) ** 2, 0) / 400);
  near(mean, average, 1e-12);
  near(interval[0], average - (1.96 * deviation) / 20, 0.004);
  near(interval[1], average + (1.96 * deviation) / 20, 0.004);
});

test("it covers the true gain in about 95 of 100 samples", () => {
  const next = gaussian(11);
  let covered = 0;
  for (let sample = 0; sample < 400; sample++) {
    const { interval } = bootstrapGain(alone(Array.from({ length: 40 }, () => 0.3 + next())), sample, 1_000);
    if (interval[0] <= 0.3 && 0.3 <= interval[1]) covered++;
  }
  assert.ok(covered >= 366 && covered <= 392, `${covered} of 400`); // 0.915 to 0.98
});

test("with few files the interval is widened as Student's t is: what is no gain seldom looks like one", () => {
  // Φ(−√(n / (n − 1)) t), with t from the printed tables: 2.776 for 4 degrees of freedom, 2.262 for 9, 2.023 for 39
  near(tailFor(5), 0.00096, 0.00005);
  near(tailFor(10), 0.00856, 0.0001);
  near(tailFor(40), 0.02026, 0.0001);
  near(tailFor(100_000), 0.025, 0.00001);
  for (const files of [5, 8, 15]) {
    const next = gaussian(files);
    let seen = 0;
    for (let sample = 0; sample < 400; sample++) {
      const { interval } = bootstrapGain(alone(Array.from({ length: files }, () => next())), sample, 1_000);
      if (interval[0] > 0) seen++;
    }
    assert.ok(seen <= 22, `${seen} of 400 with ${files} files`); // 2.5 % are 10; plain percentiles: 36, 21, 16
  }
});

test("cases of one file are drawn together: copies of a case make the interval no narrower", () => {
  const next = gaussian(7);
  const gains = Array.from({ length: 50 }, () => next());
  const files = gains.map((gain, i) => ({ cluster: `file ${i}`, gain, weight: 1 }));
  const copied = files.flatMap((one) => Array.from({ length: 10 }, () => one));
  assert.deepEqual(bootstrapGain(copied, 5).interval.map(rounded), bootstrapGain(files, 5).interval.map(rounded));
  const asAlone = bootstrapGain(alone(copied.map(({ gain }) => gain)), 5).interval;
  const width = ([low, high]: number[]) => high - low;
  near(width(bootstrapGain(files, 5).interval) / width(asAlone), Math.sqrt(10), 0.4);
});

test("a gain over weights is the sum of gains over the sum of weights", () => {
  const { mean, interval } = bootstrapGain(
    [
      { cluster: "a", gain: 3, weight: 10 },
      { cluster: "b", gain: 3, weight: 10 },
      { cluster: "c", gain: 0, weight: 40 },
    ],
    1,
  );
  assert.equal(mean, 0.1);
  assert.deepEqual(interval, [0, 0.3]); // three times c, and never c
});

test("the same seed gives the same interval, another one another", () => {
  const next = gaussian(2);
  const differences = alone(Array.from({ length: 60 }, () => next()));
  assert.deepEqual(bootstrapGain(differences, 1), bootstrapGain(differences, 1));
  assert.notDeepEqual(bootstrapGain(differences, 1).interval, bootstrapGain(differences, 2).interval);
});

const rounded = (value: number): number => Number(value.toFixed(9));
