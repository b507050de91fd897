// An agent that keeps ending is started later and later, and no more after five restarts in three minutes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RestartBudget } from "../../../src/editor/restartBudget.ts";

test("five restarts with growing delays, then none", () => {
  const budget = new RestartBudget();
  const delaysMs = [0, 1, 2, 3, 4, 5, 6].map((second) => budget.next(second * 1000));
  assert.deepEqual(delaysMs, [0, 250, 500, 1000, 2000, undefined, undefined]);
});

test("ends that lie further apart than three minutes are forgotten", () => {
  const budget = new RestartBudget();
  for (let end = 0; end < 20; end++) assert.equal(budget.next(end * 180_000), 0);
});
