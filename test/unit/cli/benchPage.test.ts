// A bench's result as a page: whose figure is whose, goals with their verdict, and each number in the table.

import assert from "node:assert/strict";
import { test } from "node:test";
import { benchPage, figuresOf } from "../../../cli/benchPage.ts";

const machine = { processor: "cpu <x>", threads: 2, device: "cpu", versions: { node: "24" } };

test("ours, the peer's and the goal of one figure come together, however deep", () => {
  const result = {
    name: "engine",
    sotto: { "135m": { decode256: { value: 40, quiet: "9/9" }, cancelP95Ms: 12 } },
    peer: { name: "b1", "135m": { decode256: { best: { variant: "4", value: 50 }, four: { value: 50 } } } },
    goals: { cancelP95Ms: 10, "135m.decode256": 45 },
    met: { cancelP95Ms: false, "135m.decode256": true },
    machine,
  };
  assert.deepEqual(figuresOf(result), [
    { name: "135m.decode256", own: 40, baseline: 50, goal: 45, met: true },
    { name: "135m.cancelP95Ms", own: 12, goal: 10, met: false },
    { name: "135m.decode256.four", baseline: 50 },
  ]);
  const { body } = benchPage(result);
  assert.match(body, /<li>Missed: 135m\.cancelP95Ms is 12, the goal 10\.<\/li><li>Met: 135m\.decode256/);
  assert.match(
    body,
    /data-value="135m\.decode256: 40"[\s\S]*data-value="its baseline: 50"[\s\S]*data-value="its goal: 45"/,
  );
  assert.match(body, /cpu &lt;x&gt;, 2 threads/);
});

test("a goal without a figure is told, and a result without goals says so", () => {
  assert.deepEqual(figuresOf({ goals: { keys: 3 }, met: {} }), [{ name: "keys", goal: 3 }]);
  const { body } = benchPage({ bench: "syntax", ms: [1.23456, 2], text: "no number", machine });
  assert.match(body, /Bench syntax.*This bench names none\./s);
  assert.match(body, /<th scope="row">ms\.0<\/th><td>1\.23<\/td>/);
  assert.doesNotMatch(body, /NaN|undefined|no number|\[object/);
});

test("a list's items by their names; a goal of all alike, an oracle beside a figure, targets within a figure", () => {
  const results = [
    { name: "code", p50Ms: 1, p95Ms: 3, oracleP50Ms: 40 },
    { name: "prose", p50Ms: 2, p95Ms: 9 },
  ];
  assert.deepEqual(figuresOf({ name: "cache", goalP95Ms: 5, results }), [
    { name: "results.code.p50Ms", own: 1, baseline: 40 },
    { name: "results.code.p95Ms", own: 3, goal: 5 },
    { name: "results.prose.p50Ms", own: 2 },
    { name: "results.prose.p95Ms", own: 9, goal: 5 },
  ]);
  const sotto = {
    "135M": { ratio: 0.5, target: { ratio: 0.55 }, met: false },
    "0.5B": { ratio: 0.8, target: { ratio: 0.7 }, met: true },
  };
  assert.deepEqual(figuresOf({ name: "train", sotto }), [
    { name: "135M.ratio", own: 0.5, goal: 0.55, met: false },
    { name: "0.5B.ratio", own: 0.8, goal: 0.7, met: true },
  ]);
  assert.deepEqual(figuresOf({ ratio: { p50: 1, p95: 2 }, target: { p95: 1.1, met: false } }), [
    { name: "ratio.p50", own: 1 },
    { name: "ratio.p95", own: 2, goal: 1.1, met: false },
  ]);
});
