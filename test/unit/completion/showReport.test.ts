// The report of a fit: what the decision does, beside the quick model's and the line's probability alone; where the goal is reached.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scorer } from "../../../lab/fit/showFitting.ts";
import { curveLines, reportLines } from "../../../lab/fit/showReport.ts";
import { recordingOf, suggestionWith } from "./recordedSuggestions.ts";

/** Ten suggestions of twenty places, the right ones with the higher scores but for one. */
const scored = [
  ...[0.9, 0.8, 0.7, 0.6, 0.2].map((score) => [score, true] as const),
  ...[0.65, 0.3, 0.25, 0.15, 0.1].map((score) => [score, false] as const),
];
const suggestions = scored.map(([lineDoubt, right]) => suggestionWith({ lineDoubt }, right));
const asked = Array.from({ length: 20 }, () => ({ model: "m", tier: "strong" as const }));
const recording = recordingOf(suggestions, { name: "cases", asked });
const score: Scorer = ({ features }) => features.lineDoubt;

test("each way to decide has its line", () => {
  const lines = reportLines(recording, score, 0.5);
  assert.equal(lines[0], "cases: 20 places asked, 10 pass the filters, 5 of them right");
  const figures = (start: string) => lines.find((line) => line.trim().startsWith(start))?.replace(/^.*?(?=shown)/, "");
  assert.equal(figures("without a decision"), "shown 0.5, right 0.5, kept 1");
  assert.match(
    figures("this decision (0.5)")!,
    /^shown 0.25, right 0.8, kept 0.8, calibration error 0\.\d+, by chance 0\.\d+$/,
  );
  assert.match(figures("the line's probability, as many kept")!, /, kept 0.8, calibration/); // doubts are turned round here
  assert.match(figures("quick's weights, as many kept")!, /, kept 0.8$/);
  assert.match(figures("quick's decision")!, /^shown 0.5, right 0.5, kept 1, calibration/);
});

test("the best that is right while enough is kept: as many as the goal asks for", () => {
  const best = reportLines(recording, score, 0.5).at(-1)!;
  assert.match(best, /at its best, 0.85 kept \(0.2\) +shown 0.4, right 0.625, kept 1, goal 0.5/);
  const nothingRight = recordingOf([suggestionWith({}, false)]);
  assert.doesNotMatch(reportLines(nothingRight, score, 0.5).join("\n"), /at its best/);
});

test("the curve: what each least score shows", () => {
  const lines = curveLines(recording, score);
  assert.equal(lines.length, 20);
  assert.match(lines[0]!, /^ {2}from 0\.00 +shown 0\.5, right 0\.5, kept 1$/);
  assert.match(lines[10]!, /^ {2}from 0\.50 +shown 0\.25, right 0\.8, kept 0\.8$/);
  assert.match(lines.at(-1)!, /^ {2}from 0\.95 +shown 0, right null, kept 0$/);
});
