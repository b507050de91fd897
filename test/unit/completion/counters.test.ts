// Outcomes are counted by source and by reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OutcomeCounters } from "../../../src/completion/counters.ts";

test("outcomes are counted by source and by reason", () => {
  const counters = new OutcomeCounters();
  assert.deepEqual(counters.snapshot(), { requests: 0, shown: {}, none: {} });
  counters.count({ kind: "shown", items: [], source: "model" });
  counters.count({ kind: "shown", items: [], source: "model" });
  counters.count({ kind: "shown", items: [], source: "cache" });
  counters.count({ kind: "none", reason: "midLine" });
  assert.deepEqual(counters.snapshot(), { requests: 4, shown: { model: 2, cache: 1 }, none: { midLine: 1 } });
});
