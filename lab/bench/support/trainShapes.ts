// What `bench train` measures: the embedded model, and random weights of the shape of Qwen2.5-Coder 0.5B.

import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";
import type { ModelConfig } from "../../../server/engine/models/config.ts";
import { openModel } from "../../../server/engine/models/modelStore.ts";
import { tensorShapes } from "../../../server/engine/models/tensors.ts";
import { fillUniform, streamKey } from "../../../server/train/counterRandom.ts";
import type { TrainerOptions, WeightSource } from "../../../server/train/types.ts";

/** Qwen2.5-Coder 0.5B. */
export const QWEN_05B: ModelConfig = {
  architecture: "qwen2",
  queryBias: true,
  hiddenSize: 896,
  layers: 24,
  heads: 14,
  kvHeads: 2,
  headDim: 64,
  ffnSize: 4864,
  vocabSize: 151_936,
  contextLength: 32_768,
  ropeTheta: 1e6,
  normEps: 1e-6,
  tiedEmbeddings: true,
};

export const SHAPES: Record<string, () => Promise<WeightSource>> = {
  "135M": () => openModel(embeddedModelDir()),
  "0.5B": async () => randomWeights(QWEN_05B),
};

interface TrainCase extends Pick<TrainerOptions, "attentionParts" | "precision"> {
  shape: string;
  trainedLayers?: number;
}

/** By title. The first is what the others of its shape are compared with. */
export const TRAIN_CASES: Record<string, TrainCase> = {
  "135M": { shape: "135M" },
  "135M, int8": { shape: "135M", precision: "int8" },
  "135M, last 20 layers": { shape: "135M", trainedLayers: 20 },
  "135M, attention over the whole square": { shape: "135M", attentionParts: 1 },
  "0.5B": { shape: "0.5B" },
  "0.5B, int8": { shape: "0.5B", precision: "int8" },
};

export const WEIGHT_BOUND = 0.03; // of a random weight

const TILE = 65_521; // values that repeat: the work does not depend on them

/** Biases are zero. */
export function randomWeights(config: ModelConfig): WeightSource {
  const tile = new Float32Array(TILE);
  fillUniform(tile, WEIGHT_BOUND, streamKey(1));
  const shapes = new Map(tensorShapes(config).map(({ name, rows, cols }) => [name, { rows, cols }]));
  return {
    config,
    dequantise(name) {
      if (name.endsWith(".bias")) return new Float32Array(shapes.get(name)!.cols);
      const { rows, cols } = shapes.get(name)!;
      const values = new Float32Array(rows * cols);
      if (rows === 1) return values.fill(1);
      for (let from = 0; from < values.length; from += TILE) values.set(tile.subarray(0, values.length - from), from);
      return values;
    },
  };
}
