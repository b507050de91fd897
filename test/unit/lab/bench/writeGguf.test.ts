// GGUF files for llama.cpp: what the reader of ours, and the definition of the blocks, find in them.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { packQ4_0, packQ8_0, unpackBlocks } from "../../../../lab/bench/peer/ggufBlocks.ts";
import { writeGguf } from "../../../../lab/bench/peer/writeGguf.ts";
import { ggufValues, sourceRows } from "../../../../lab/model/ggufWeights.ts";
import { BLOCK_SIZE } from "../../../../server/engine/models/blocks.ts";
import { openGguf } from "../../../../server/engine/models/gguf.ts";
import { ggufName, tensorShapes } from "../../../../server/engine/models/tensors.ts";
import { SMALL_CONFIG } from "../../../support/storedFolder.ts";
import { uniform } from "../../../support/tinyWeights.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-gguf-"));
after(() => rmSync(scratch, { recursive: true }));

const shapes = tensorShapes(SMALL_CONFIG);
const weights = new Map(shapes.map(({ name, rows, cols }, i) => [name, uniform(rows * cols, 1, i)]));
const model = { config: SMALL_CONFIG, dequantise: (name: string) => weights.get(name)!.slice() };

/** The values of every tensor, in our order of the rows. */
function read(file: string): Map<string, Float32Array> {
  const gguf = openGguf(file);
  return new Map(
    shapes.map(({ name, rows }) => {
      const order = sourceRows(name, rows, SMALL_CONFIG, [...Array(SMALL_CONFIG.vocabSize).keys()]);
      return [name, ggufValues(gguf, name, order)];
    }),
  );
}

test("a file of floats has the model's values, bit for bit, and its shape", () => {
  const file = path.join(scratch, "f32.gguf");
  writeGguf(file, model, "f32");
  assert.deepEqual(read(file), weights);
  const { metadata, tensors } = openGguf(file);
  assert.equal(metadata.get("llama.attention.head_count_kv"), SMALL_CONFIG.kvHeads);
  assert.equal(metadata.get("llama.rope.freq_base"), SMALL_CONFIG.ropeTheta);
  assert.equal((metadata.get("tokenizer.ggml.tokens") as string[]).length, SMALL_CONFIG.vocabSize);
  assert.equal(tensors.size, shapes.length);
});

test("a Q8_0 file has every value to half a step and the rounding of its scale, and norms exactly", () => {
  const file = path.join(scratch, "q8_0.gguf");
  writeGguf(file, model, "q8_0");
  for (const [name, values] of read(file)) {
    const exact = weights.get(name)!;
    if (name.includes("norm")) assert.deepEqual(values, exact);
    else assertNear(values, exact, (largest) => (largest / 127) * (0.5 + 127 / 2048));
  }
});

test("a Q4_0 file keeps the embedding in Q8_0 and the rest in 4 bits", () => {
  const file = path.join(scratch, "q4_0.gguf");
  writeGguf(file, model, "q4_0");
  const gguf = openGguf(file);
  for (const { name, rows } of shapes) {
    const type = rows === 1 ? "f32" : name.includes("embed") ? "q8_0" : "q4_0";
    assert.equal(gguf.tensors.get(ggufName(name))!.type, type);
  }
  const name = "model.layers.0.mlp.down_proj.weight";
  const packed = packQ4_0(weights.get(name)!);
  assert.deepEqual(new Uint8Array(gguf.read(ggufName(name))), packed);
  assert.deepEqual(gguf.values(ggufName(name)), unpackBlocks(packed, "q4_0"));
});

test("Q4_0 is within a step of every value, and within half a step but at the far end", () => {
  const values = uniform(64 * BLOCK_SIZE, 3, 5);
  const unpacked = unpackBlocks(packQ4_0(values), "q4_0");
  assertNear(unpacked, values, (largest) => (largest / 8) * (1 + 8 / 2048));
  let beyondHalf = 0;
  for (let i = 0; i < values.length; i++) {
    const block = values.subarray(i - (i % BLOCK_SIZE), i - (i % BLOCK_SIZE) + BLOCK_SIZE);
    const extreme = block.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    const steps = values[i] / (extreme / -8);
    if (Math.abs(unpacked[i] - values[i]) > (Math.abs(extreme) / 8) * (0.5 + 8 / 2048)) {
      beyondHalf++;
      assert.ok(steps > 7.49, `${steps} steps`); // 4 bits reach from -8 to 7
    }
  }
  assert.ok(beyondHalf > 0);
});

test("blocks have the layout and the rounding of llama.cpp's reference", () => {
  // Worked by hand: the extreme is -4, so the scale is 0.5 (0x3800) and q = value / 0.5 + 8, halves up.
  const values = new Float32Array(BLOCK_SIZE);
  values.set([-4, 0.5, 0.25, -0.25], 0);
  values.set([3.5, 9], 16); // replaced below: nothing may be larger than the extreme
  values[17] = -1;
  const q4 = packQ4_0(values);
  assert.deepEqual([...q4.subarray(0, 6)], [0x00, 0x38, 0 | (15 << 4), 9 | (6 << 4), 9 | (8 << 4), 8 | (8 << 4)]);

  // Scale 1/127 as a half float is 0x2008; a value of -1 is -127 steps.
  const q8 = packQ8_0(Float32Array.from({ length: BLOCK_SIZE }, (_, i) => [-1, 1, 0.5, -0.5, 0][i] ?? 0));
  assert.deepEqual([...q8.subarray(0, 7)], [0x08, 0x20, 129, 127, 64, 192, 0]);
});

test("a block of zeros stays one", () => {
  const zeros = new Float32Array(BLOCK_SIZE);
  assert.deepEqual(unpackBlocks(packQ8_0(zeros), "q8_0"), zeros);
  assert.ok(unpackBlocks(packQ4_0(zeros), "q4_0").every((value) => value === 0));
});

/** @param tolerance by the largest magnitude of a block */
function assertNear(actual: Float32Array, exact: Float32Array, tolerance: (largest: number) => number): void {
  assert.equal(actual.length, exact.length);
  for (let start = 0; start < exact.length; start += BLOCK_SIZE) {
    const block = exact.subarray(start, start + BLOCK_SIZE);
    const most = tolerance(block.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0));
    for (let i = start; i < start + BLOCK_SIZE; i++)
      assert.ok(Math.abs(actual[i] - exact[i]) <= most, `${actual[i]} for ${exact[i]}`);
  }
}
