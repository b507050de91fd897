// Random weights of tiny shapes for the trainer's tests: grouped queries, and what other families have on demand.

import type { ModelConfig } from "../../server/engine/models/config.ts";
import { tensorShapes } from "../../server/engine/models/tensors.ts";
import { fillUniform, streamKey } from "../../server/train/counterRandom.ts";
import type { TrainingBatch, WeightSource } from "../../server/train/types.ts";

const CONFIG: ModelConfig = {
  architecture: "llama",
  hiddenSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 6,
  ffnSize: 40,
  vocabSize: 50,
  contextLength: 64,
  ropeTheta: 10_000,
  normEps: 1e-5,
  tiedEmbeddings: true,
};

/** The same weights at each call: the arrays are new, so that trainers do not share them. */
export function tinyWeights(options: { config?: Partial<ModelConfig>; seed?: number } = {}): WeightSource {
  const { seed = 1 } = options;
  const config = { ...CONFIG, ...options.config };
  const shapes = new Map(tensorShapes(config).map(({ name, rows, cols }) => [name, { rows, cols }]));
  return {
    config,
    dequantise(name) {
      const key = streamKey(seed, ...Buffer.from(name));
      const { rows, cols } = shapes.get(name)!;
      if (name.endsWith(".bias")) return uniform(cols, 0.5, key);
      if (rows === 1) return uniform(cols, 0.3, key).map((value) => 1 + value);
      return uniform(rows * cols, name.includes("embed") ? 0.8 : 2 / Math.sqrt(cols), key);
    },
  };
}

export function uniform(length: number, bound: number, key: number): Float32Array {
  const values = new Float32Array(length);
  fillUniform(values, bound, key);
  return values;
}

/** Few different tokens, so that targets occur several times; documents of different lengths, weights of 0, 0.25 and 1. */
export function tinyBatch(lengths: readonly number[] = [7, 1, 5], seed = 3): TrainingBatch {
  const total = lengths.reduce((a, b) => a + b, 0);
  const drawn = uniform(total, 1, streamKey(seed, 0));
  return {
    tokens: Int32Array.from(drawn, (value) => Math.floor((value + 1) * 5.99)),
    weights: Float32Array.from(drawn, (_, t) => [1, 0.25, 1, 0, 1][t % 5]),
    documents: Uint8Array.from(lengths.flatMap((length, document) => Array<number>(length).fill(document))),
  };
}
