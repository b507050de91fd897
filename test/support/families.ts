// The features of model families that Llama lacks, as options of a tiny model's config: every oracle runs for each of them.

import type { Family, ModelConfig } from "../../server/engine/models/config.ts";

export const FAMILY_OPTIONS: Readonly<Record<Family, Partial<ModelConfig>>> = {
  llama: {
    tiedEmbeddings: false,
    outputBias: true,
    queryBias: true,
    ropeScaling: { kind: "llama3", factor: 4, lowFrequency: 1, highFrequency: 4, originalLength: 32 },
  },
  qwen2: {
    queryBias: true,
    ropeScaling: { kind: "yarn", factor: 4, betaFast: 32, betaSlow: 1, originalLength: 32, attention: 1.1386 },
  },
  qwen3: { queryKeyNorm: true, tiedEmbeddings: false },
  starcoder2: {
    layerNorm: true,
    activation: "gelu",
    ungatedMlp: true,
    queryBias: true,
    outputBias: true,
    mlpBias: true,
    slidingWindow: 9,
  },
  gemma: { activation: "gelu", embeddingScale: 8, ropeScaling: { kind: "linear", factor: 2 } },
};
