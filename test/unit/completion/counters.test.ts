// Outcomes of requests and of rests are counted by source and by reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OutcomeCounters } from "../../../src/completion/requests/counters.ts";

test("outcomes are counted by source and by reason", () => {
  const counters = new OutcomeCounters();
  assert.deepEqual(counters.snapshot(), { requests: 0, shown: {}, none: {}, rests: {}, compiler: {} });
  counters.count({ kind: "shown", items: [], source: "model" });
  counters.count({ kind: "shown", items: [], source: "model" });
  counters.count({ kind: "shown", items: [], source: "cache" });
  counters.count({ kind: "none", reason: "midLine" });
  for (const reason of ["known", "known", "midLine"] as const) counters.countRest({ kind: "none", reason });
  const prompt = { path: "a.ts", languageId: "typescript", prefix: "", suffix: "", pieces: [] };
  counters.countRest({ kind: "warmed", prompt, tokens: { prompt: 9, cached: 0 }, ms: 1 });
  assert.deepEqual(counters.snapshot(), {
    requests: 4,
    shown: { model: 2, cache: 1 },
    none: { midLine: 1 },
    rests: { known: 2, midLine: 1, warmed: 1 },
    compiler: {},
  });
});
