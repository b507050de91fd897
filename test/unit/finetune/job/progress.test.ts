import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedSeconds, secondsLeft, shareDone, steadyLeft } from "../../../../finetune/job/progress.ts";
import { JOB_STAGES } from "../../../../finetune/protocol/fineTune.ts";

const minutes = 40;
const expected = expectedSeconds({ speed: null }, minutes);

test("before anything is known the stages share the minutes; after the trial they are what was computed", () => {
  assert.ok(Math.abs(expected.rates + expected.training + expected.judging - 60 * minutes) < 1e-6);
  const seconds = { rates: 100, training: 200, judging: 300 };
  const speed = { tokensPerSecond: 1, sequenceTokens: 512, plan: {} as never, seconds };
  const { data, speed: trial, ...known } = expectedSeconds({ speed }, minutes);
  assert.deepEqual(known, seconds);
  assert.deepEqual([data, trial], [expected.data, expected.speed]);
});

test("the share goes from 0 to 1 without a gap between the stages", () => {
  assert.equal(shareDone(expected, "data", 0), 0);
  for (const [i, stage] of JOB_STAGES.slice(0, -1).entries()) {
    const gap = shareDone(expected, JOB_STAGES[i + 1], 0) - shareDone(expected, stage, 1);
    assert.ok(Math.abs(gap) < 1e-12, stage);
  }
  assert.equal(shareDone(expected, "judging", 1), 1);
});

test("the time left follows the pace of the stage once that tells, of what was done since this process began", () => {
  const later = expected.judging;
  assert.equal(
    secondsLeft(expected, "training", { part: 0.5, newPart: 0, newSeconds: 99 }),
    expected.training / 2 + later,
  );
  assert.equal(secondsLeft(expected, "training", { part: 0.5, newPart: 0.25, newSeconds: 1000 }), 2000 + later);
});

test("what is shown goes down with the clock, and comes near to another estimate without a jump", () => {
  assert.equal(steadyLeft(undefined, 5000, 0), 5000);
  let shown = 600_000;
  for (let second = 1; second <= 60; second++) {
    const next = steadyLeft(shown, 600_000 - 1000 * second, 1000);
    assert.ok(Math.abs(next - (shown - 1000)) < 1e-6);
    shown = next;
  }
  const before = shown;
  shown = steadyLeft(shown, 2 * before, 1000);
  assert.ok(shown - before < before / 20, "at most some percent a second");
  for (let second = 0; second < 300; second++) shown = steadyLeft(shown, 2 * before, 1000);
  assert.ok(Math.abs(shown - 2 * before) < before / 10);
  assert.ok(steadyLeft(500, 0, 10_000) >= 0);
});
