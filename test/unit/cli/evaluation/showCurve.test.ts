import assert from "node:assert/strict";
import { test } from "node:test";
import { type CaseResult, figuresOf } from "../../../../cli/evaluation/metrics.ts";
import { showCurve } from "../../../../cli/evaluation/showCurve.ts";
import { resultOf } from "../../../support/evaluationCases.ts";

/** Of an unasked case that expects "a"; without a score nothing passed the filters. */
const decided = (text: string, score: number | undefined, given: Partial<CaseResult> = {}): CaseResult =>
  resultOf("a", text, { outcome: "shown", scored: score === undefined ? undefined : { text, score }, ...given });

const results = [
  ...[0.9, 0.8, 0.7, 0.3].map((score) => decided("a", score)),
  ...[0.75, 0.4, 0.35, 0.2, 0.15, 0.1].map((score) => decided("b", score)),
  decided("", undefined), // a filter withheld it
  decided("a", undefined, { asked: true }),
];

test("the curve: what a least score shows, how much of it is right, and how many of the right ones stay", () => {
  const { curve, decision } = showCurve(results, 0.5);
  assert.deepEqual(decision, { threshold: 0.5, shown: 0.3636, shownAndRight: 0.75, kept: 0.75 });
  assert.deepEqual(
    curve?.map(({ threshold }) => threshold),
    [0.1, 0.15, 0.2, 0.3, 0.35, 0.4, 0.7, 0.75, 0.8, 0.9],
  );
  assert.deepEqual(curve?.[0], { threshold: 0.1, shown: 0.9091, shownAndRight: 0.4, kept: 1 });
  assert.deepEqual(curve?.at(-1), { threshold: 0.9, shown: 0.0909, shownAndRight: 1, kept: 0.25 });
});

test("a decision that shows nothing, and nothing to decide about", () => {
  assert.deepEqual(showCurve(results, 0.95).decision, { threshold: 0.95, shown: 0, shownAndRight: null, kept: 0 });
  assert.deepEqual(showCurve(results.slice(-2), 0.5), { curve: null, decision: null });
  assert.equal(figuresOf(results.slice(-2)).calibrationError, null);
  assert.equal(showCurve([decided("b", 0.5)], 0.5).decision?.kept, null, "none is right");
});

test("the calibration error judges what was withheld too", () => {
  const withheld = [
    decided("a", 0.2, { outcome: "none", text: "" }),
    decided("b", 0.25, { outcome: "none", text: "" }),
  ];
  assert.equal(figuresOf(withheld).calibrationError, 0.275);
});
