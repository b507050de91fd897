// The fit of the show decision finds the weights that made its labels, judges each package by the others, and writes a file that runs.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fitText, fitted, onOtherPackages, scorerBy, thresholdFor } from "../../../lab/fit/showFitting.ts";
import { SHOW_FEATURES, type ShowFeature, type ShowFit } from "../../../src/completion/show/showDecision.ts";
import { drawnSuggestions, suggestionWith } from "./recordedSuggestions.ts";

const noWeights = Object.fromEntries(SHOW_FEATURES.map((name) => [name, 0])) as Record<ShowFeature, number>;
const truth: ShowFit = {
  bias: 2,
  weights: { ...noWeights, lineDoubt: -2, unknownNames: -1 },
  thresholds: { fewer: 0.5, usual: 0.2, more: 0.1 },
};

test("the weights that the labels were drawn by are found again", () => {
  const { bias, weights } = fitted(drawnSuggestions(truth, 4_000));
  assert.ok(Math.abs(bias - truth.bias) < 0.4, `${bias}`);
  assert.ok(Math.abs(weights.lineDoubt - truth.weights.lineDoubt) < 0.4, `${weights.lineDoubt}`);
  assert.ok(Math.abs(weights.unknownNames - truth.weights.unknownNames) < 0.4, `${weights.unknownNames}`);
  assert.equal(weights.inComment, 0);
});

test("a package is scored by the others: its own labels change nothing", () => {
  const suggestions = drawnSuggestions(truth, 400);
  const own = suggestions.filter(({ value }) => value.source === "package0@1");
  const turned = suggestions.map((one) => (own.includes(one) ? { ...one, right: !one.right } : one));
  const [scores, ofTurned] = [suggestions, turned].map((all) => own.map(onOtherPackages(all)));
  assert.deepEqual(scores, ofTurned);
  assert.notDeepEqual(scores, own.map(scorerBy(fitted(suggestions))));
});

test("the threshold keeps its share of the right ones, whatever is wrong", () => {
  const suggestions = drawnSuggestions(truth, 1_000);
  const score = scorerBy(truth);
  const right = suggestions.filter((one) => one.right);
  for (const kept of [0.85, 0.95, 1]) {
    const threshold = thresholdFor(suggestions, score, kept);
    const above = (least: number) => right.filter((one) => score(one) >= least).length / right.length;
    assert.ok(above(threshold) >= kept && (kept === 1 || above(threshold + 0.02) < kept), `${kept}: ${threshold}`);
  }
});

test("the file that is written is the fit, and says what it was made from", async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "sotto-fit-"));
  try {
    const suggestions = [
      suggestionWith({}, true, "a@1"),
      suggestionWith({}, false, "b@1"),
      suggestionWith({}, false, "b@1"),
    ];
    const text = fitText("strong", truth, suggestions, { fewer: 0.75, usual: 0.953, more: 0.985 });
    const file = path.join(dir, "strong.ts");
    writeFileSync(file, text);
    assert.deepEqual((await import(file)).strong, truth);
    assert.match(text, /the strong model .* from 3 suggestions \(1 of\n.* of 2 packages/);
    assert.match(text, /keeps 95\.3 %/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
