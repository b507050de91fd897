import assert from "node:assert/strict";
import { test } from "node:test";
import { HYPERPARAMETERS, RATE_SEARCH } from "../../../../finetune/job/hyperparameters.ts";
import {
  type DataSize,
  dropoutFor,
  leastSeconds,
  planSteps,
  setupSeconds,
  stageSeconds,
  total,
  validationSequencesFor,
} from "../../../../finetune/job/steps.ts";

const data: DataSize = {
  sequences: 1200,
  sequenceTokens: 512,
  tokens: 1200 * 480,
  validationSequences: 80,
  cases: 100,
  generalCases: 130,
};
const speed = { tokensPerSecond: 300, secondsPerAnswer: 0.75 };

test("as many steps as fit into the time, and one more does not", () => {
  for (const minutes of [30, 45, 60]) {
    const plan = planSteps(data, speed, 60 * minutes);
    assert.ok(plan.steps > HYPERPARAMETERS.leastSteps, `${plan.steps} steps in ${minutes} minutes`);
    assert.ok(total(stageSeconds(plan, data, speed)) <= 60 * minutes);
    const more = { ...plan, steps: plan.steps + 2 * plan.evaluateEverySteps };
    assert.ok(total(stageSeconds(more, data, speed)) > 60 * minutes, `${minutes} minutes are used`);
  }
});

test("never more than the passes that are sensible, and never fewer steps than show anything", () => {
  const long = planSteps(data, speed, 1e6);
  assert.equal(long.passes, HYPERPARAMETERS.mostPasses);
  assert.equal(long.sequencesPerStep, HYPERPARAMETERS.batchTokens / data.sequenceTokens);
  assert.equal(planSteps(data, speed, 1).steps, HYPERPARAMETERS.leastSteps);
});

test("with little data the steps are smaller, so that there are enough of them", () => {
  for (const sequences of [1, 2, 7, 8, 30]) {
    const small = { ...data, sequences, tokens: sequences * 480 };
    const plan = planSteps(small, speed, 1e6);
    assert.ok(plan.sequencesPerStep >= 1 && plan.steps >= 1);
    assert.ok(plan.passes <= HYPERPARAMETERS.mostPasses + 1e-9, `${plan.passes} passes over ${sequences}`);
    if (sequences >= HYPERPARAMETERS.leastSteps / HYPERPARAMETERS.mostPasses)
      assert.ok(plan.steps >= HYPERPARAMETERS.leastSteps, `${plan.steps}`);
  }
});

test("the short run has about its share of the steps, and not so few that they say nothing", () => {
  for (const minutes of [5, 13, 20, 31, 45, 60, 100]) {
    const { steps, stopAfterSteps } = planSteps(data, speed, 60 * minutes);
    const isLeast =
      stopAfterSteps === Math.min(steps, RATE_SEARCH.leastSteps) && stopAfterSteps / steps > RATE_SEARCH.share;
    const isShare = stopAfterSteps === Math.round(steps * RATE_SEARCH.share);
    assert.ok(isLeast || isShare, `${stopAfterSteps} of ${steps}`);
  }
});

test("a machine that is twice as fast gets about twice the steps", () => {
  const slow = planSteps({ ...data, cases: 0, generalCases: 0 }, speed, 3000);
  const fast = planSteps({ ...data, cases: 0, generalCases: 0 }, { ...speed, tokensPerSecond: 600 }, 3000);
  assert.ok(fast.steps / slow.steps > 1.8 && fast.steps / slow.steps < 2.3, `${slow.steps} and ${fast.steps}`);
});

test("judging counts both models on the held-out places, and on the general set once more for a second strength", () => {
  const plan = planSteps(data, speed, 3000);
  const judging = (change: Partial<DataSize>) => stageSeconds(plan, { ...data, ...change }, speed).judging;
  const perAnswer = speed.secondsPerAnswer;
  assert.ok(Math.abs(judging({ cases: 101 }) - judging({ cases: 100 }) - 2 * perAnswer) < 1e-9);
  assert.ok(Math.abs(judging({ generalCases: 131 }) - judging({ generalCases: 130 }) - 3 * perAnswer) < 1e-9);
  assert.ok(judging({ cases: 0, generalCases: 0 }) > 0, "loading the models");
});

test("the smallest useful job has the fewest steps, and takes exactly as long as its plan", () => {
  const least = leastSeconds(data, speed);
  const plan = planSteps(data, speed, least);
  assert.equal(plan.steps, HYPERPARAMETERS.leastSteps);
  assert.equal(total(stageSeconds(plan, data, speed)), least);
  assert.ok(leastSeconds(data, { ...speed, tokensPerSecond: 30 }) > 3 * least);
});

test("preparing and measuring take longer with a slower model", () => {
  const slow = setupSeconds(data, { tokensPerSecond: 30, secondsPerAnswer: 3 });
  assert.ok(slow > setupSeconds(data, speed) + 60, `${slow}`);
});

test("dropout where something is seen twice, and only there", () => {
  const once = planSteps(data, speed, 1500);
  const often = planSteps({ ...data, sequences: 60, tokens: 60 * 480 }, speed, 1e5);
  assert.ok(once.passes < 1 && often.passes > 1, `${once.passes} and ${often.passes}`);
  assert.deepEqual([dropoutFor(once), dropoutFor(often)], [0, HYPERPARAMETERS.repeatedDropout]);
  assert.ok(HYPERPARAMETERS.repeatedDropout > 0);
});

test("an evaluation takes as many tokens, however long the sequences are", () => {
  for (const tokens of [512, 1024, 1536]) assert.equal(tokens * validationSequencesFor(tokens), 12_288);
});
