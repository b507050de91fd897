// The gradients against finite differences of the loss, in every kind of model and training that the graphs know.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FAMILIES } from "../../../server/engine/models/config.ts";
import { streamKey } from "../../../server/train/counterRandom.ts";
import { createTrainer } from "../../../server/train/trainer.ts";
import type { TrainableParameter, Trainer, TrainerOptions } from "../../../server/train/types.ts";
import { FAMILY_OPTIONS } from "../../support/families.ts";
import { tinyBatch, tinyWeights, uniform } from "../../support/tinyWeights.ts";

const ROWS = [3, 10, 49]; // 3 is read and predicted, 10 is read, 49 neither
const LORA = { lora: { rank: 3, alpha: 6, embeddingRows: ROWS } };
const TIME = 16; // longer than the batch: three positions of padding

const options = (more: Partial<TrainerOptions> = {}): TrainerOptions => ({
  train: LORA,
  sequenceTokens: TIME,
  seed: 5,
  threads: 1,
  headChunkTokens: 4, // does not divide the number of predictions
  ...more,
});

/** B is 0 at first, which would hide the gradients of A. */
function awaken(trainer: Trainer): void {
  for (const [index, { name, data }] of trainer.parameters.entries()) {
    if (name.endsWith("lora_B")) data.set(uniform(data.length, 0.4, streamKey(8, index)));
  }
}

const STEP = 4e-3;

const DROPOUT_SEED = 9;

/** The slope of the loss along `direction`, from four values around (error of fourth order); with the same dropout masks at each. */
async function slope(trainer: Trainer, { data }: TrainableParameter, direction: Float32Array): Promise<number> {
  const start = data.slice();
  const lossAt = async (steps: number) => {
    for (let i = 0; i < data.length; i++) data[i] = start[i] + steps * STEP * direction[i];
    return (await trainer.accumulate(tinyBatch(), { dropoutSeed: DROPOUT_SEED, scale: 0 })).lossSum;
  };
  const near = (await lossAt(1)) - (await lossAt(-1));
  const far = (await lossAt(2)) - (await lossAt(-2));
  data.set(start);
  return (8 * near - far) / (12 * STEP);
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The gradient's direction with some noise, of length about 1: a wrong component shows, and the slope is not lost in rounding. */
function direction(gradient: Float32Array, key: number): Float32Array {
  const norm = Math.sqrt(dot(gradient, gradient));
  const noise = uniform(gradient.length, 0.3 / Math.sqrt(gradient.length), key);
  return gradient.map((value, i) => value / norm + noise[i]);
}

const CASES: { title: string; weights: Parameters<typeof tinyWeights>[0]; options: Partial<TrainerOptions> }[] = [
  { title: "LoRA and embedding rows", weights: {}, options: {} },
  { title: "LoRA, recomputed", weights: {}, options: { keep: "recompute" } },
  { title: "LoRA with dropout", weights: {}, options: { train: { lora: { ...LORA.lora, dropout: 0.3 } } } },
  { title: "LoRA of the last layer", weights: {}, options: { train: { lora: { rank: 3, alpha: 6, layers: 1 } } } },
  { title: "LoRA, attention over the whole square", weights: {}, options: { attentionParts: 1 } },
  { title: "LoRA with biases", weights: { config: { queryBias: true } }, options: {} },
  { title: "LoRA with an untied head", weights: { config: { tiedEmbeddings: false } }, options: {} },
  { title: "every weight", weights: {}, options: { train: "full" } },
  {
    title: "every weight, biases, untied",
    weights: { config: { queryBias: true, tiedEmbeddings: false } },
    options: { train: "full" },
  },
  { title: "every weight, recomputed", weights: {}, options: { train: "full", keep: "recompute" } },
  ...FAMILIES.map((family) => ({
    title: `LoRA of ${family}`,
    weights: { config: { ...FAMILY_OPTIONS[family], headDim: 8 } },
    options: {},
  })),
  ...(["qwen2", "qwen3", "gemma"] as const).map((family) => ({
    title: `every weight of ${family}`,
    weights: { config: FAMILY_OPTIONS[family] },
    options: { train: "full" as const },
  })),
];

for (const { title, weights, options: more } of CASES) {
  test(`gradients are the slopes of the loss: ${title}`, async () => {
    const trainer = await createTrainer(tinyWeights(weights), options(more));
    awaken(trainer);
    await trainer.accumulate(tinyBatch(), { dropoutSeed: DROPOUT_SEED, scale: 1 });
    for (const [index, parameter] of trainer.parameters.entries()) {
      const along = direction(parameter.gradient, streamKey(21, index));
      const wanted = await slope(trainer, parameter, along);
      const difference = Math.abs(wanted - dot(parameter.gradient, along));
      assert.ok(difference < 2e-4 * Math.abs(wanted) + 1e-3, `${parameter.name}: off by ${difference} of ${wanted}`);
    }
    await trainer.dispose();
  });
}

for (const untied of [false, true]) {
  test(`a row of the embedding learns from where it is read${untied ? "" : " and from where it could be predicted"}`, async () => {
    const trainer = await createTrainer(tinyWeights({ config: { tiedEmbeddings: !untied } }), options());
    await trainer.accumulate(tinyBatch(), { dropoutSeed: 0, scale: 1 });
    const rows = trainer.parameters.find(({ name }) => name === "embed_tokens.rows")!;
    const width = rows.shape[1];
    for (const [row, id] of ROWS.entries()) {
      const along = new Float32Array(rows.data.length);
      along.set(uniform(width, 1, streamKey(30, row)), row * width);
      const wanted = await slope(trainer, rows, along);
      const difference = Math.abs(wanted - dot(rows.gradient, along));
      assert.ok(difference < 2e-3 * Math.abs(wanted) + 1e-3, `row ${id}: off by ${difference} of ${wanted}`);
      const isRead = tinyBatch().tokens.includes(id);
      assert.equal(wanted !== 0, isRead || !untied, `row ${id}`);
    }
    await trainer.dispose();
  });
}
