// What is said of simulated persons: calibration error, with and without what chance brings on few places.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../../../finetune/data/seededRandom.ts";
import { calibrationError, calibrationErrorBeyondChance, mean } from "../../../../../lab/bench/persons/measures.ts";

const PLACES = 200;
const DRAWS = 200;

/** Means of both errors over many draws of outcomes that come `off` more often than the scores say. */
function errorsOf(off: number): { plain: number; beyondChance: number } {
  const random = new SeededRandom(3);
  const runs = Array.from({ length: DRAWS }, () => {
    const scores = Array.from({ length: PLACES }, () => random.between(100, 700) / 1_000);
    const outcomes = scores.map((score) => (random.chance(score + off) ? 1 : 0));
    const weights = scores.map((_, i) => 1 + (i % 3));
    return {
      plain: calibrationError(scores, outcomes, weights),
      beyondChance: calibrationErrorBeyondChance(scores, outcomes, weights),
    };
  });
  return { plain: mean(runs.map(({ plain }) => plain)), beyondChance: mean(runs.map((run) => run.beyondChance)) };
}

test("scores that are calibrated have an error by chance alone, which is taken off", () => {
  const { plain, beyondChance } = errorsOf(0);
  assert.ok(plain > 0.06, `${plain}`);
  assert.ok(beyondChance < plain / 2, `${beyondChance}`);
});

test("scores that are off by two tenths are told to be", () => {
  const { beyondChance } = errorsOf(0.2);
  assert.ok(Math.abs(beyondChance - 0.2) < 0.02, `${beyondChance}`);
});
