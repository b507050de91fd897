// Training with the frozen products in 8 bits, against the one in floats: how near the gradients are, and what it must not change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DataType } from "../../../server/engine/graph/onnxGraph.ts";
import { canRotate, rotated, rotatedRows } from "../../../server/engine/graph/rotation.ts";
import { FAMILIES, type ModelConfig } from "../../../server/engine/models/config.ts";
import { createGraphSession, tensorFactory } from "../../../server/engine/runtime/graphSession.ts";
import { int8Product } from "../../../server/train/autodiff/frozenLinear.ts";
import { Tape } from "../../../server/train/autodiff/tape.ts";
import { streamKey } from "../../../server/train/counterRandom.ts";
import { quantiseFrozen, replaceRow } from "../../../server/train/frozenInt8.ts";
import { readLayer } from "../../../server/train/parameters.ts";
import { createTensorFactory } from "../../../server/train/tensors.ts";
import { createTrainer } from "../../../server/train/trainer.ts";
import type { Trainer, TrainerOptions } from "../../../server/train/types.ts";
import { FAMILY_OPTIONS } from "../../support/families.ts";
import { tinyBatch, tinyWeights, uniform } from "../../support/tinyWeights.ts";

const LEAST_COSINE = 0.99;
const WIDE = { hiddenSize: 64, headDim: 16, ffnSize: 96 };
const BATCH = tinyBatch([20, 3, 17]);
const lora = { rank: 4, alpha: 8, embeddingRows: [3, 10] };

async function open(
  precision: TrainerOptions["precision"],
  config: Partial<ModelConfig>,
  more: Partial<TrainerOptions> = {},
) {
  const options = { train: { lora }, sequenceTokens: 48, seed: 5, threads: 1, headChunkTokens: 16, ...more };
  const trainer = await createTrainer(tinyWeights({ config: { ...WIDE, ...config } }), { ...options, precision });
  // B is 0 at first, which would hide the gradients of A
  for (const [index, { name, data }] of trainer.parameters.entries())
    if (name.endsWith("lora_B")) data.set(uniform(data.length, 0.1, streamKey(8, index)));
  return trainer;
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

async function stepped(trainer: Trainer) {
  const { lossSum } = await trainer.accumulate(BATCH, { dropoutSeed: 1, scale: 1 });
  await trainer.dispose();
  return { lossSum, gradients: trainer.parameters };
}

const CASES: { title: string; config: Partial<ModelConfig>; options?: Partial<TrainerOptions> }[] = [
  { title: "llama", config: {} },
  { title: "llama with an untied head", config: { tiedEmbeddings: false } },
  { title: "llama with dropout", config: {}, options: { train: { lora: { ...lora, dropout: 0.2 } } } },
  { title: "llama, recomputed", config: {}, options: { keep: "recompute" } },
  { title: "llama's last layer", config: {}, options: { train: { lora: { rank: 4, alpha: 8, layers: 1 } } } },
  ...FAMILIES.slice(1).map((family) => ({ title: family, config: FAMILY_OPTIONS[family] })),
];

for (const { title, config, options } of CASES) {
  test(`the gradients in 8 bits point where those in floats do: ${title}`, async () => {
    const wanted = await stepped(await open("fp32", config, options));
    const found = await stepped(await open("int8", config, options));
    assert.ok(Math.abs(found.lossSum - wanted.lossSum) < 5e-3 * wanted.lossSum, `${found.lossSum}, ${wanted.lossSum}`);
    assert.notEqual(found.lossSum, wanted.lossSum, "nothing was rounded");
    for (const [i, { name, gradient }] of found.gradients.entries()) {
      const near = cosine(gradient, wanted.gradients[i].gradient);
      assert.ok(near >= LEAST_COSINE, `${name}: ${near}`);
      const length = Math.sqrt(
        dot(gradient, gradient) / dot(wanted.gradients[i].gradient, wanted.gradients[i].gradient),
      );
      assert.ok(Math.abs(length - 1) < 0.05, `${name} is ${length} times as long`);
    }
  });
}

/** x [rows, depth] in 8 bits times W [columns, depth] transposed. */
async function productOf(
  x: Float32Array,
  weights: Float32Array,
  [rows, depth, columns]: number[],
): Promise<Float32Array> {
  const { forward, forwardScales } = quantiseFrozen(weights, columns, depth);
  const { float32, int8 } = await tensorFactory();
  const tape = new Tape();
  const values = tape.input("w", [depth, columns], { type: DataType.int8 });
  tape.output("y", int8Product(tape, tape.input("x", [rows, depth]), { values, scales: tape.input("s", [columns]) }));
  const session = await createGraphSession(tape.encode().bytes, { device: "cpu", threads: 1 });
  const y = float32(new Float32Array(rows * columns), [rows, columns]);
  const matrix = { w: int8(forward, [depth, columns]), s: float32(forwardScales, [columns]) };
  await session.run({ x: float32(x, [rows, depth]), ...matrix }, { y });
  await session.release();
  return y.data as Float32Array;
}

test("a row's product does not depend on its neighbours, however large they are; a row of zeros gives zeros", async () => {
  const factors = [1, 1024, 0, 2 ** -20, 1];
  for (const depth of [32, 20]) {
    const shape = [factors.length, depth, 12];
    const x = uniform(factors.length * depth, 1, 4);
    const weights = uniform(12 * depth, 1, 3);
    const alone = await productOf(x, weights, shape);
    const beside = await productOf(
      x.map((value, i) => value * factors[Math.floor(i / depth)]),
      weights,
      shape,
    );
    const scaled = alone.map((value, i) => value * factors[Math.floor(i / 12)]);
    assert.deepEqual(beside.map(Math.abs), scaled.map(Math.abs)); // −0 is 0
  }
});

test("an input a hundred times as large as the others of its row: rotated, the product stays near", async () => {
  const shape = [4, 64, 64];
  const x = uniform(4 * 64, 1, 4).map((value, i) => (i % 64 === 5 ? 100 : value));
  const weights = uniform(64 * 64, 1, 3);
  const wanted = Float32Array.from({ length: 4 * 64 }, (_, i) => {
    const [row, column] = [Math.floor(i / 64), i % 64];
    return dot(x.subarray(row * 64, row * 64 + 64), weights.subarray(column * 64, column * 64 + 64));
  });
  const near = cosine(await productOf(x, weights, shape), wanted);
  assert.ok(near > 0.9995, `${near}`);
});

test("both copies, rotated where they can be, are within half a step of the values", () => {
  for (const [outputs, inputs] of [
    [70, 33], // more than a tile of rows, and no multiple of 32
    [96, 64],
  ]) {
    const values = uniform(outputs * inputs, 0.5, 7);
    const ahead = canRotate(inputs) ? rotated(values) : values;
    const back = canRotate(outputs) ? rotatedRows(values, inputs) : values;
    const { forward, forwardScales, backward, backwardScales } = quantiseFrozen(values, outputs, inputs);
    let worst = 0; // in steps
    for (let i = 0; i < values.length; i++) {
      const [row, column] = [Math.floor(i / inputs), i % inputs];
      worst = Math.max(worst, Math.abs(forward[column * outputs + row] - ahead[i] / forwardScales[row]));
      worst = Math.max(worst, Math.abs(backward[i] - back[i] / backwardScales[column]));
    }
    assert.ok(worst > 0.4 && worst <= 0.501, `${worst} steps`);
  }
});

test("a row that is replaced is as if it had been there from the start", () => {
  const values = uniform(40 * 32, 1, 5);
  const before = quantiseFrozen(values, 40, 32);
  values.set(uniform(32, 3, 6), 7 * 32);
  replaceRow(before, 7, values.subarray(7 * 32, 8 * 32));
  const { forward, forwardScales } = quantiseFrozen(values, 40, 32);
  assert.deepEqual([before.forward, before.forwardScales], [forward, forwardScales]);
});

test("frozen weights take less memory than in floats", async () => {
  const tensors = await createTensorFactory("cpu");
  const source = tinyWeights({ config: WIDE });
  const bytes = async (precision: "fp32" | "int8") => {
    const plan = { config: source.config, timeTokens: 8, attentionParts: 1, keep: "selective" as const, precision };
    const { tensors: made } = await readLayer(
      source,
      { ...plan, lora: { ...lora, dropout: false } },
      0,
      1,
      tensors,
      false,
    );
    return Object.values(made).reduce((sum, { data }) => sum + (data as Float32Array).byteLength, 0);
  };
  assert.ok((await bytes("int8")) < 0.6 * (await bytes("fp32")));
});

test("8 bits are for frozen weights on the processor: anything else is a bug of the caller", async () => {
  await assert.rejects(open("int8", {}, { train: "full" }), RangeError);
  await assert.rejects(open("int8", {}, { device: "webgpu" }), RangeError);
});
