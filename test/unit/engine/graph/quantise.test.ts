import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  quantiseBlocks,
  quantiseBlocks4,
  quantiseChannels,
  transposeStacked,
} from "../../../../server/engine/graph/quantise.ts";

const matrix = (rows: number, cols: number) =>
  fc.float32Array({ minLength: rows * cols, maxLength: rows * cols, noNaN: true, min: -8, max: 8 });

test("each weight is off by at most half a step of its row, and lies at its transposed place", () => {
  fc.assert(
    fc.property(matrix(72, 5), matrix(4, 5), (first, second) => {
      const { weights, scales } = quantiseChannels([first, second], 5);
      const rows = 76;
      assert.equal(scales.length, rows);
      for (let row = 0; row < rows; row++) {
        const [source, start] = row < 72 ? [first, row * 5] : [second, (row - 72) * 5];
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
  const { weights, scales } = quantiseChannels([Float32Array.of(0.5, -1, 0, 0, 3, 1.5, -2, 2)], 2);
  assert.deepEqual([...weights], [64, 0, 127, -127, -127, 0, 64, 127]);
  assert.ok(Math.abs(scales[0] - 1 / 127) < 1e-9);
  assert.equal(scales[1], 0);
});

test("blocks of 32 have a scale of their own", () => {
  const values = fc.float32Array({ minLength: 64, maxLength: 64, noNaN: true, min: -8, max: 8 });
  fc.assert(
    fc.property(values, (source) => {
      const { weights, scales } = quantiseBlocks([source]);
      for (let i = 0; i < 64; i++) {
        const error = Math.abs(source[i] - (weights[i] - 128) * scales[i >> 5]);
        assert.ok(error <= scales[i >> 5] * 0.5001 + 1e-40);
      }
    }),
  );
});

test("4-bit blocks have a scale and a zero point of their own, and hold zero exactly", () => {
  const cols = 96; // three blocks: the last zero point of a row has half a byte
  const values = fc.float32Array({ minLength: 2 * cols, maxLength: 2 * cols, noNaN: true, min: -8, max: 8 });
  fc.assert(
    fc.property(values, (source) => {
      source[40] = 0;
      const { bytes, scales, zeroPoints } = quantiseBlocks4([source], cols);
      const nibble = (packed: Uint8Array, i: number) => (packed[i >> 1] >> (4 * (i & 1))) & 15;
      for (let i = 0; i < source.length; i++) {
        const [row, block] = [Math.floor(i / cols), (i % cols) >> 5];
        const zero = nibble(zeroPoints.subarray(row * 2, row * 2 + 2), block);
        const error = Math.abs(source[i] - (nibble(bytes, i) - zero) * scales[i >> 5]);
        assert.ok(error <= scales[i >> 5] * 1.0001 + 1e-30, `${i}: ${error}`); // half a step, and half a step of the zero point
        if (source[i] === 0) assert.equal(error, 0);
      }
    }),
  );
});

test("stacked matrices are transposed", () => {
  assert.deepEqual([...transposeStacked([Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6)], 2)], [1, 3, 5, 2, 4, 6]);
});
