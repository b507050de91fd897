// The regression that the ranker's weights come from.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fitLogistic } from "../../../../lab/fit/logisticRegression.ts";

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** Rows whose labels are the probabilities themselves, so that the fit is exact. */
const rows = Array.from({ length: 121 }, (_, i) => [(i % 11) / 10, Math.floor(i / 11) / 10, 0]);
const labels = rows.map(([a, b]) => sigmoid(2 * a - 3 * b + 0.5));
const ones = rows.map(() => 1);

test("the weights that made the labels are found again; a feature that no row has gets none", () => {
  const { weights, bias } = fitLogistic(rows, labels, ones, 1e-9);
  const made = [2, -3, 0, 0.5];
  for (const [i, found] of [...weights, bias].entries())
    assert.ok(Math.abs(found - made[i]) < 1e-3, `${found} instead of ${made[i]}`);
});

test("a penalty makes weights smaller", () => {
  const [free] = fitLogistic(rows, labels, ones, 1e-9).weights;
  const [held] = fitLogistic(rows, labels, ones, 0.1).weights;
  assert.ok(held > 0 && held < free);
});

test("a row that counts twice is as good as two", () => {
  const twice = fitLogistic([...rows, ...rows], [...labels, ...labels.map(() => 1)], [...ones, ...ones], 1e-3);
  const doubled = fitLogistic(
    rows,
    labels.map((label) => (label + 1) / 2),
    ones.map(() => 2),
    1e-3,
  );
  assert.ok(Math.abs(twice.weights[0] - doubled.weights[0]) < 1e-6);
});
