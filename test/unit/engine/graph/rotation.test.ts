// Rotation keeps a product, spreads what single channels hold, and leaves each row's result its own.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { linearRotatedRow8, linearRow8 } from "../../../../server/engine/graph/linear.ts";
import { DataType, OnnxGraph } from "../../../../server/engine/graph/onnxGraph.ts";
import { canRotate, ROTATED, rotated, rotation } from "../../../../server/engine/graph/rotation.ts";
import { createGraphSession, tensorFactory } from "../../../../server/engine/runtime/graphSession.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-rotation-"));
after(() => rmSync(scratch, { recursive: true }));

const [INPUTS, OUTPUTS] = [160, 48];
const values = (count: number) =>
  fc.float32Array({ minLength: count, maxLength: count, noNaN: true, noDefaultInfinity: true, min: -8, max: 8 });
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

test("products stay, and rotating twice changes nothing", () => {
  fc.assert(
    fc.property(values(96), values(96), (x, w) => {
      const before = x.slice();
      assert.ok(Math.abs(dot(rotated(x), rotated(w)) - dot(x, w)) < 1e-3);
      for (const [i, value] of rotated(rotated(x)).entries()) assert.ok(Math.abs(value - x[i]) < 1e-5);
      assert.deepEqual(x, before);
    }),
    { numRuns: 50 },
  );
});

test("the matrix is symmetric and does what `rotated` does", () => {
  const matrix = rotation();
  const x = Float32Array.from({ length: ROTATED }, (_, i) => Math.sin(i) * (i === 7 ? 40 : 1));
  for (const [j, value] of rotated(x).entries()) {
    const row = matrix.subarray(j * ROTATED, (j + 1) * ROTATED);
    assert.ok(Math.abs(dot(row, x) - value) < 1e-5);
    for (let i = 0; i < ROTATED; i++) assert.equal(matrix[i * ROTATED + j], row[i]);
  }
});

test("a layer whose inputs are no multiple of 32 is as it was", () => {
  assert.deepEqual([canRotate(96), canRotate(40)], [true, false]);
  const encoded = [linearRow8, linearRotatedRow8].map((linear) => {
    const graph = new OnnxGraph();
    graph.input("x", DataType.float32, [1, "time", 40]);
    linear(graph, "/linear", "x", { name: "linear", matrices: [random(40 * 4, 1)], inputs: 40 });
    return graph.encode();
  });
  assert.deepEqual(encoded[1], encoded[0]);
});

test("a row with a single large value loses a tenth of what it lost", async () => {
  const [x, weights] = [random(4 * INPUTS, 3), random(OUTPUTS * INPUTS, 4)];
  for (let row = 0; row < 4; row++) x[row * INPUTS + 31 * row] = 40;
  const errorOf = async (linear: typeof linearRow8) => {
    const y = await product(linear, weights)(x);
    let error = 0;
    for (let row = 0; row < 4; row++)
      for (let out = 0; out < OUTPUTS; out++) {
        const [inputs, column] = [x.subarray(row * INPUTS, (row + 1) * INPUTS), weights.subarray(out * INPUTS)];
        error += (dot(inputs, column) - y[row * OUTPUTS + out]) ** 2;
      }
    return error;
  };
  const [plain, better] = [await errorOf(linearRow8), await errorOf(linearRotatedRow8)];
  assert.ok(better < plain / 10, `${better}, and ${plain} without it`);
});

test("a row's result is the same to the bit, whatever runs with it", async () => {
  const run = product(linearRotatedRow8, random(OUTPUTS * INPUTS, 5));
  const x = random(128 * INPUTS, 6);
  const whole = await run(x);
  for (const [from, to] of [
    [0, 2],
    [2, 5],
    [5, 9],
    [40, 127],
    [126, 128],
  ])
    assert.deepEqual(
      await run(x.slice(from * INPUTS, to * INPUTS)),
      whole.slice(from * OUTPUTS, to * OUTPUTS),
      `${from} to ${to}`,
    );
});

let graphs = 0;

/** What `linear` computes of rows: [time, inputs] → [time, outputs]. */
function product(linear: typeof linearRow8, weights: Float32Array): (x: Float32Array) => Promise<Float32Array> {
  const graph = new OnnxGraph();
  graph.input("x", DataType.float32, [1, "time", INPUTS]);
  const y = linear(graph, "/linear", "x", { name: "linear", matrices: [weights], inputs: INPUTS });
  graph.output(y, DataType.float32, [1, "time", OUTPUTS]);
  const file = path.join(scratch, `${graphs++}.onnx`);
  writeFileSync(file, graph.encode());
  const session = createGraphSession(file, { device: "cpu", threads: 2 });
  return async (x) => {
    const { float32 } = await tensorFactory();
    const results = await (await session).run({ x: float32(x, [1, x.length / INPUTS, INPUTS]) }, { [y]: null });
    return Float32Array.from(results[y].data as Float32Array);
  };
}

/** Numbers from -1 to 1. */
function random(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}
