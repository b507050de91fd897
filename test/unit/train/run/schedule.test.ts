// The order of the data and the learning rate as functions of the step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dropoutSeed, learningRateOfStep, sequencesOfStep } from "../../../../server/train/run/schedule.ts";

const ordered = (seed: number, sequences: number, perStep: number, steps: number[]) =>
  steps.flatMap((step) => sequencesOfStep(step, { seed, sequences, perStep }));

test("each pass has every sequence once, also where a step crosses two passes", () => {
  const order = ordered(1, 10, 3, [...Array(10).keys()]);
  for (let pass = 0; pass < 3; pass++) {
    const seen = order.slice(pass * 10, pass * 10 + 10);
    assert.deepEqual(
      seen.toSorted((a, b) => a - b),
      [...Array(10).keys()],
      `pass ${pass}`,
    );
  }
});

test("passes and seeds differ; the same step is always the same", () => {
  const pass = (seed: number, index: number) => ordered(seed, 50, 50, [index]).join();
  assert.equal(new Set([pass(1, 0), pass(1, 1), pass(2, 0), pass(2, 1)]).size, 4);
  assert.notEqual(pass(1, 0), [...Array(50).keys()].join());
  const forward = [0, 1, 2, 3, 4].map((step) => ordered(7, 8, 3, [step]));
  const backward = [4, 3, 2, 1, 0].map((step) => ordered(7, 8, 3, [step])).reverse();
  assert.deepEqual(forward, backward);
});

test("every place of a pass is equally likely for every sequence", () => {
  const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (let seed = 0; seed < 4000; seed++) {
    for (const [place, sequence] of ordered(seed, 4, 4, [0]).entries()) counts[place][sequence]++;
  }
  for (const count of counts.flat()) assert.ok(Math.abs(count - 1000) < 150, `${counts}`);
});

test("more data for a step than there is: the data several times", () => {
  assert.deepEqual(ordered(1, 2, 6, [0]).filter((sequence) => sequence === 1).length, 3);
});

test("dropout seeds differ by seed, step and place", () => {
  const seeds = [1, 2].flatMap((seed) => [0, 1, 2].flatMap((step) => [0, 1, 2].map((i) => dropoutSeed(seed, step, i))));
  assert.equal(new Set(seeds).size, seeds.length);
});

test("the learning rate rises in a line, reaches its highest once, and ends at a tenth along a cosine", () => {
  const schedule = { learningRate: 2, warmupSteps: 4, steps: 25 };
  const rates = Array.from({ length: 25 }, (_, step) => learningRateOfStep(step, schedule));
  assert.deepEqual(rates.slice(0, 5), [0.5, 1, 1.5, 2, 2]);
  assert.ok(Math.abs(rates[24] - 0.2) < 1e-12);
  assert.ok(Math.abs(rates[14] - 1.1) < 1e-12, "half of the way is half of the height");
  for (let step = 5; step < 25; step++) assert.ok(rates[step] < rates[step - 1]);
});

test("very short runs have a finite rate in each step", () => {
  for (const [steps, warmupSteps] of [
    [1, 0],
    [1, 1],
    [2, 1],
    [3, 3],
  ]) {
    for (let step = 0; step < steps; step++) {
      const rate = learningRateOfStep(step, { learningRate: 1, warmupSteps, steps });
      assert.ok(rate > 0 && rate <= 1, `${rate}`);
    }
  }
});
