// Twenty steps against PyTorch and PEFT (test/golden/makeTrainingGolden.py): packed documents, loss weights, accumulation, clipping, decay.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { ModelConfig } from "../../../server/models/config.ts";
import { createTrainer } from "../../../server/train/trainer.ts";
import type { UpdateOptions } from "../../../server/train/types.ts";

interface Golden {
  config: Record<string, number>;
  ropeTheta: number;
  lora: { rank: number; alpha: number; embeddingRows: number[] };
  adamW: UpdateOptions;
  scale: number;
  sequencesPerStep: number;
  sequences: { tokens: number[]; weights: number[]; documents: number[] }[];
  weights: Record<string, string>; // as all tensors here: float32, little-endian, in base64
  firstMatrices: Record<string, string>;
  losses: number[];
  gradientNorms: number[];
  lastMatrices: Record<string, string>;
}

const golden: Golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../fixtures/training-golden.json"), "utf8"),
);

/** Ours is single, the reference double precision; measured: 4e-7 for the losses, 2e-6 for the values. */
const LOSS_TOLERANCE = 5e-6;
const VALUE_TOLERANCE = 2e-5;

const float32 = (base64: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(base64, "base64")).buffer);

const { config: c } = golden;
const config: ModelConfig = {
  architecture: "llama",
  hiddenSize: c.hidden_size,
  layers: c.num_hidden_layers,
  heads: c.num_attention_heads,
  kvHeads: c.num_key_value_heads,
  headDim: c.head_dim,
  ffnSize: c.intermediate_size,
  vocabSize: c.vocab_size,
  contextLength: c.max_position_embeddings,
  ropeTheta: golden.ropeTheta,
  rmsNormEps: c.rms_norm_eps,
  tiedEmbeddings: true,
};

test("twenty LoRA steps are those of PyTorch and PEFT", async () => {
  const weights = new Map(Object.entries(golden.weights));
  const source = { config, dequantise: (name: string) => float32(weights.get(name)!) };
  const sequenceTokens = golden.sequences[0].tokens.length;
  const trainer = await createTrainer(source, { train: { lora: golden.lora }, sequenceTokens, seed: 1, threads: 1 });
  const parameters = new Map(trainer.parameters.map((parameter) => [parameter.name, parameter]));
  for (const [name, values] of Object.entries(golden.firstMatrices)) parameters.get(name)!.data.set(float32(values));

  const batches = golden.sequences.map(({ tokens, weights, documents }) => ({
    tokens: Int32Array.from(tokens),
    weights: Float32Array.from(weights),
    documents: Uint8Array.from(documents),
  }));
  const { scale, sequencesPerStep } = golden;
  for (const [step, wanted] of golden.losses.entries()) {
    let lossSum = 0;
    for (let i = 0; i < sequencesPerStep; i++) {
      const batch = batches[(step * sequencesPerStep + i) % batches.length];
      lossSum += (await trainer.accumulate(batch, { dropoutSeed: 0, scale })).lossSum;
    }
    const { gradientNorm } = trainer.update(golden.adamW);
    assertNear(lossSum, wanted, LOSS_TOLERANCE, `loss of step ${step}`);
    assertNear(gradientNorm, golden.gradientNorms[step], VALUE_TOLERANCE, `gradient norm of step ${step}`);
  }
  for (const [name, base64] of Object.entries(golden.lastMatrices)) {
    const wanted = float32(base64);
    const { data } = parameters.get(name)!;
    const difference = wanted.map((value, i) => value - data[i]);
    assert.ok(Math.hypot(...difference) <= VALUE_TOLERANCE * Math.hypot(...wanted), name);
  }
  await trainer.dispose();
});

function assertNear(actual: number, wanted: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - wanted) <= tolerance * Math.abs(wanted), `${what}: ${actual}, not ${wanted}`);
}
