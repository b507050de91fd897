// How often the host is started: pauses that grow, an end to it, and a window that moves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { START_LIMITS, StartPolicy } from "../../../src/model/startPolicy.ts";

test("at most 5 starts in 3 minutes, with growing pauses", () => {
  const policy = new StartPolicy();
  const pauses = Array.from({ length: 6 }, (_, i) => policy.next(1000 + i));
  assert.deepEqual(pauses, [0, 250, 500, 1000, 2000, undefined]);
});

test("old starts no longer count", () => {
  const policy = new StartPolicy();
  for (let i = 0; i < 5; i++) policy.next(i);
  assert.equal(policy.next(START_LIMITS.windowMs - 1), undefined);
  assert.equal(policy.next(START_LIMITS.windowMs + 4), 0);
});

test("a pause is never longer than the limit", () => {
  const policy = new StartPolicy({ maxStarts: 20, windowMs: 1e6, firstPauseMs: 250, maxPauseMs: 8000 });
  const pauses = Array.from({ length: 10 }, () => policy.next(0));
  assert.deepEqual(pauses.slice(4), [2000, 4000, 8000, 8000, 8000, 8000]);
});

test("a person's restart forgets the past", () => {
  const policy = new StartPolicy();
  for (let i = 0; i < 6; i++) policy.next(0);
  policy.reset();
  assert.equal(policy.next(0), 0);
});
