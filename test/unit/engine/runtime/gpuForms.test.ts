// The graphs for graphics processors, computed by the processor: the plain forward pass in their own weights; and the graphs for a cache that
// lives on a device. What a device computes: test/host/webgpu.test.ts.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import {
  CacheGraphNames,
  cacheParts,
  copyCacheGraph,
  emptyCacheGraph,
} from "../../../../server/engine/graph/cacheGraphs.ts";
import { computeForm, hasComputeForm } from "../../../../server/engine/graph/computeForm.ts";
import { quantiseBlocks, quantiseBlocks4 } from "../../../../server/engine/graph/quantise.ts";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import { createGraphSession, tensorFactory } from "../../../../server/engine/runtime/graphSession.ts";
import { forward } from "../../../support/forward.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-gpu-forms-"));
after(() => fs.rm(cacheDir, { recursive: true }));
const model = tinyModel();
const { config } = model;
const TOKENS = Array.from({ length: 40 }, (_, i) => (i * 37 + 5) % config.vocabSize);

/** Products with weights in blocks of 32, activations as they are; the head has 8 bits in both forms. */
const multiplyBlocks = (bits: 4 | 8) => (weights: Float32Array, x: Float64Array, name: string) => {
  const values = bits === 8 || name === "lm_head" ? eightBits(weights) : fourBits(weights, x.length);
  return Float64Array.from({ length: weights.length / x.length }, (_, row) =>
    x.reduce((sum, value, col) => sum + value * values[row * x.length + col], 0),
  );
};

function eightBits(weights: Float32Array): Float32Array {
  const { weights: q, scales } = quantiseBlocks([weights]);
  return Float32Array.from(q, (value, i) => (value - 128) * scales[i >> 5]);
}

function fourBits(weights: Float32Array, cols: number): Float32Array {
  const { bytes, scales, zeroPoints } = quantiseBlocks4([weights], cols);
  const zeroBytes = Math.ceil(cols / 64); // of a row
  return Float32Array.from(weights, (_, i) => {
    const [row, block] = [Math.floor(i / cols), Math.floor((i % cols) / 32)];
    const zero = (zeroPoints[row * zeroBytes + (block >> 1)] >> (4 * (block & 1))) & 15;
    return (((bytes[i >> 1] >> (4 * (i & 1))) & 15) - zero) * scales[i >> 5];
  });
}

for (const [form, bits] of [
  ["gpu8", 8],
  ["gpu4", 4],
] as const) {
  for (const runtime of ["c-api", "binding"] as const) {
    test(`${form} over ${runtime} is the forward pass in its own weights`, async () => {
      const decoder = await loadDecoder(model, { cacheDir, form, runtime, threads: 1 }, { capacity: 64 });
      const logits = await decoder.run(decoder.createCache(), TOKENS, 0, [...TOKENS.keys()]);
      const wanted = forward(model, TOKENS, multiplyBlocks(bits)).flatMap((row) => [...row]);
      const largest = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - logits[i])), 0);
      assert.ok(largest < 1e-3, `${largest}`);
      decoder.dispose();
    });
  }
}

test("half floats make a form of half the scales, and no form has an adapter's inputs", async () => {
  const [whole, half] = [
    await computeForm(model, { cacheDir, form: "gpu8" }),
    await computeForm(model, { cacheDir, form: "gpu16" }),
  ];
  const folder = path.dirname(half.graphPath);
  assert.ok(await hasComputeForm(model, { cacheDir, form: "gpu16" }));
  assert.ok(!(await fs.readdir(folder)).some((name) => name.includes("low-rank")));
  const bytes = async (form: typeof half) =>
    (await fs.stat(path.join(path.dirname(form.graphPath), "weights.bin"))).size;
  assert.ok((await bytes(half)) < (await bytes(whole)));
});

test("the graphs for a cache on a device: zeros of its size, and copies of every part", async () => {
  const shape = [1, config.kvHeads, 8, config.headDim];
  const size = shape.reduce((a, b) => a * b);
  const { float32 } = await tensorFactory();
  const options = { device: "cpu", threads: 1 } as const;
  const empty = await createGraphSession(emptyCacheGraph(config, "gpu8", 8), options);
  const zero = float32(new Float32Array(1), [1, 1, 1, 1]);
  const made = (await empty.run({ [CacheGraphNames.zero]: zero }, { [CacheGraphNames.empty]: null }))[
    CacheGraphNames.empty
  ];
  assert.deepEqual([...made.dims], shape);
  assert.deepEqual(made.data, new Float32Array(size));

  const copy = await createGraphSession(copyCacheGraph(config, "gpu8", 8), options);
  const parts = cacheParts(config);
  const sources = parts.map((part) =>
    float32(
      new Float32Array(size).map((_, i) => part * 1000 + i),
      shape,
    ),
  );
  const targets = parts.map(() => float32(new Float32Array(size), shape));
  await copy.run(
    Object.fromEntries(parts.map((part) => [CacheGraphNames.from(part), sources[part]])),
    Object.fromEntries(parts.map((part) => [CacheGraphNames.to(part), targets[part]])),
  );
  for (const part of parts) assert.deepEqual(targets[part].data, sources[part].data);
  await empty.release();
  await copy.release();
});
