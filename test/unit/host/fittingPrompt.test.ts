// Less context on a busy machine, and never less than can be read in time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadingSpeed } from "../../../server/engine/generate/readingSpeed.ts";
import type { PackedPrompt } from "../../../server/engine/prompt/packPrompt.ts";
import { type FittingOptions, fittingPrompt } from "../../../server/host/fittingPrompt.ts";

/** A prompt that fills its budget. */
const pack = (budgetTokens: number) => ({ tokens: new Array(budgetTokens).fill(1) }) as unknown as PackedPrompt;

const lengthOf = (options: Partial<FittingOptions>): number =>
  fittingPrompt({
    budgetTokens: 1_000,
    asked: false,
    deadlineMs: 12_000, // 2 s to read, 6 s where a person asked
    msPerToken: 1,
    cached: () => 0,
    pack,
    ...options,
  }).tokens.length;

test("the whole budget where it can be read in time, and where nothing is known", () => {
  assert.equal(lengthOf({}), 1_000);
  assert.equal(lengthOf({ msPerToken: undefined }), 1_000);
  assert.equal(lengthOf({ deadlineMs: undefined, msPerToken: 100 }), 1_000);
});

test("half or a quarter on a slow machine, and a quarter at least", () => {
  assert.equal(lengthOf({ msPerToken: 3 }), 500);
  assert.equal(lengthOf({ msPerToken: 5 }), 250);
  assert.equal(lengthOf({ msPerToken: 1_000 }), 250);
});

test("who has asked waits longer", () => {
  assert.equal(lengthOf({ msPerToken: 5, asked: true }), 1_000);
  assert.equal(lengthOf({ msPerToken: 10, asked: true }), 500);
});

test("what is in the cache need not be read", () => {
  assert.equal(lengthOf({ msPerToken: 10, cached: ({ length }) => length - 10 }), 1_000);
  assert.equal(lengthOf({ msPerToken: 10, cached: ({ length }) => (length === 500 ? 490 : 0) }), 500);
});

test("the speed follows the machine within a few prompts; guesses say nothing of it", () => {
  const speed = new ReadingSpeed();
  speed.sawRun(9, 500);
  assert.equal(speed.msPerToken, undefined);
  speed.sawRun(100, 100);
  assert.equal(speed.msPerToken, 1);
  for (let i = 0; i < 5; i++) speed.sawRun(128, 128 * 10);
  assert.ok(speed.msPerToken! > 8);
  for (let i = 0; i < 8; i++) speed.sawRun(128, 128);
  assert.ok(speed.msPerToken! < 1.5);
});
