// What is said of a job's time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lateness } from "../../../../finetune/job/result.ts";

test("a job that took much longer than asked says so, and one in time says nothing", () => {
  const minute = 60_000;
  assert.equal(lateness(70 * minute, 70), "");
  assert.equal(lateness(84 * minute, 70), "");
  assert.match(lateness(118.4 * minute, 70), /^ It took 118 minutes instead of 70, /);
});
