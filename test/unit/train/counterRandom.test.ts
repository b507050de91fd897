import assert from "node:assert/strict";
import { test } from "node:test";
import { fillDropoutMask, fillUniform, streamKey } from "../../../server/train/counterRandom.ts";

const LENGTH = 100_000;

function mask(dropout: number, key: number, length = LENGTH): Float32Array {
  const values = new Float32Array(length);
  fillDropoutMask(values, dropout, key);
  return values;
}

for (const dropout of [0.001, 0.05, 0.5, 0.999]) {
  test(`a dropout mask of ${dropout} drops that share and keeps the mean`, () => {
    const values = mask(dropout, streamKey(1, 2));
    const dropped = values.filter((value) => value === 0).length / LENGTH;
    const probability = Math.min(255, Math.max(1, Math.round(dropout * 256))) / 256;
    const deviation = Math.sqrt((probability * (1 - probability)) / LENGTH);
    assert.ok(Math.abs(dropped - probability) < 4 * deviation, `dropped ${dropped}`);
    const kept = values.find((value) => value !== 0)!;
    assert.ok(values.every((value) => value === 0 || value === kept));
    assert.ok(Math.abs((1 - probability) * kept - 1) < 1e-6);
  });
}

test("a mask is a function of its key, and its elements do not depend on its length", () => {
  const key = streamKey(7, 3, 1);
  assert.deepEqual(mask(0.1, key), mask(0.1, streamKey(7, 3, 1)));
  assert.deepEqual(mask(0.1, key, 1001), mask(0.1, key).slice(0, 1001));
});

test("neighbouring streams and neighbouring elements are independent", () => {
  const dropped = (values: Float32Array) => Float64Array.from(values, (value) => (value === 0 ? 1 : 0) - 0.25);
  const correlation = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / (a.length * 0.25 * 0.75);
  const one = dropped(mask(0.25, streamKey(1, 4, 0)));
  for (const key of [streamKey(1, 4, 1), streamKey(1, 5, 0), streamKey(2, 4, 0)]) {
    assert.ok(Math.abs(correlation(one, dropped(mask(0.25, key)))) < 4 / Math.sqrt(LENGTH));
  }
  for (const distance of [1, 2, 3, 4]) {
    assert.ok(Math.abs(correlation(one, one.subarray(distance))) < 4 / Math.sqrt(LENGTH));
  }
});

test("uniform numbers fill their interval", () => {
  const values = new Float32Array(LENGTH);
  fillUniform(values, 0.5, streamKey(3));
  assert.ok(values.every((value) => value >= -0.5 && value <= 0.5));
  const mean = values.reduce((sum, value) => sum + value, 0) / LENGTH;
  const square = values.reduce((sum, value) => sum + value * value, 0) / LENGTH;
  assert.ok(Math.abs(mean) < 4 * Math.sqrt(1 / 12 / LENGTH));
  assert.ok(Math.abs(square - 1 / 12) < 0.002);
});
