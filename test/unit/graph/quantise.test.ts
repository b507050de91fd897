import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quantiseChannels, transposeStacked } from "../../../server/graph/quantise.ts";

const matrix = (rows: number, cols: number) =>
  fc.float32Array({ minLength: rows * cols, maxLength: rows * cols, noNaN: true, min: -8, max: 8 });

test("each weight is off by at most half a step of its row, and lies at its transposed place", () => {
  fc.assert(
    fc.property(matrix(70, 5), matrix(3, 5), (first, second) => {
      const { weights, scales } = quantiseChannels([first, second], 5);
      const rows = 73;
      assert.equal(scales.length, rows);
      for (let row = 0; row < rows; row++) {
        const [source, start] = row < 70 ? [first, row * 5] : [second, (row - 70) * 5];
        for (let col = 0; col < 5; col++) {
          const error = Math.abs(source[start + col] - weights[col * rows + row] * scales[row]);
          assert.ok(error <= scales[row] * 0.5001 + 1e-40, `row ${row}, column ${col}: ${error}`);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test("the largest weight of a row becomes 127, and a row of zeros stays zero", () => {
  const { weights, scales } = quantiseChannels([Float32Array.of(0.5, -1, 0, 0)], 2);
  assert.deepEqual([...weights], [64, 0, -127, 0]);
  assert.ok(Math.abs(scales[0] - 1 / 127) < 1e-9);
  assert.equal(scales[1], 0);
});

test("stacked matrices are transposed", () => {
  assert.deepEqual([...transposeStacked([Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6)], 2)], [1, 3, 5, 2, 4, 6]);
});
