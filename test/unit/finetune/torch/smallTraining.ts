// A training in small, for the tests of the PyTorch trainer: a model with the embedded one's vocabulary, data, and a request. Not a test.

import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import type { TrainingRequest } from "../../../../server/train/run/request.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";
import { writeDataset } from "../../train/run/fixtures.ts";

export const VOCABULARY = 16_384; // of the embedded model, whose tokenizer is used
export const STEPS = 8;

export function smallTraining(scratch: string): (change?: Partial<TrainingRequest>) => TrainingRequest {
  const [modelDir, dataDir, validationDir] = ["model", "data", "validation"].map((name) => path.join(scratch, name));
  mkdirSync(modelDir);
  writeSmallModel(modelDir, { ...SMALL_CONFIG, layers: 3, vocabSize: VOCABULARY });
  copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(modelDir, "tokenizer.json"));
  writeManifest(modelDir, ["config.json", "model.safetensors.index.json", ...SHARDS, "tokenizer.json"]);
  writeDataset(dataDir, { sequences: 7, vocabSize: VOCABULARY });
  writeDataset(validationDir, { sequences: 3, vocabSize: VOCABULARY, first: 50 });
  let folders = 0;
  return (change = {}) => ({
    modelDir,
    onModelAdapter: true,
    dataDir,
    validationDir,
    outDir: path.join(scratch, `out-${folders++}`),
    resume: false,
    rank: 4,
    alpha: 8,
    dropout: 0,
    learningRate: 0.01,
    steps: STEPS,
    batchTokens: 48, // four sequences
    evaluateEverySteps: 4,
    validationSequences: 3,
    seed: 1,
    precision: "fp32",
    device: "cpu",
    threads: 1,
    ...change,
  });
}

/** The cosine of the angle between two lists of tensors, as one vector each. */
export function cosine(first: readonly Float32Array[], second: readonly Float32Array[]): number {
  let [both, one, other] = [0, 0, 0];
  for (const [i, values] of first.entries())
    for (const [j, value] of values.entries()) {
      both += value * second[i][j];
      one += value * value;
      other += second[i][j] ** 2;
    }
  return both / Math.sqrt(one * other);
}
