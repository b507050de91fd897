// What a job takes of memory and disk, worked out from the model's shape before anything is loaded.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { adaptableLayers } from "../../server/adapters/adapter.ts";
import type { ModelConfig } from "../../server/models/config.ts";
import { parseConfig } from "../../server/models/configFile.ts";
import { CONFIG_FILE, tensorShapes } from "../../server/models/modelStore.ts";
import { modelMissing } from "../../server/protocol/errors.ts";
import { RATE_SEARCH, RECIPE } from "./recipe.ts";

const FLOAT_BYTES = 4;
const HALF_BYTES = 2;
const SEQUENCE_TOKENS = 512;
const RUNTIME_BYTES = 0.2e9; // onnxruntime, its arena, Node
const DATA_BYTES = 30e6; // sequences, held-out places, answers

const factorValues = (config: ModelConfig): number =>
  [...adaptableLayers(config).values()].reduce((sum, { outputs, inputs }) => sum + RECIPE.rank * (outputs + inputs), 0);

const weightValues = (config: ModelConfig): number =>
  tensorShapes(config).reduce((sum, { rows, cols }) => sum + rows * cols, 0);

/**
 * The most memory at a time: that of the training process, whose weights are 32-bit floats. The judging takes less.
 * Per token it keeps two inputs, queries, outputs, keys, values and both halves of the MLP for each layer.
 */
export function memoryNeed(config: ModelConfig): number {
  const { hiddenSize, heads, kvHeads, headDim, ffnSize, layers } = config;
  const factors = factorValues(config);
  const perToken = 2 * hiddenSize + 2 * heads * headDim + 2 * kvHeads * headDim + 2 * ffnSize;
  const saved = SEQUENCE_TOKENS * layers * perToken;
  const logits = 2 * 2 ** 24;
  const attention = 3 * heads * SEQUENCE_TOKENS ** 2;
  return FLOAT_BYTES * (weightValues(config) + 5 * factors + saved + logits + attention) + RUNTIME_BYTES;
}

/** The most on the disk at a time: each tried rate's checkpoint (values, moments, best values) and adapter, a draft, the judged form. */
export function diskNeedOf(config: ModelConfig): number {
  const factors = factorValues(config);
  const checkpoint = 4 * FLOAT_BYTES * factors;
  const runs = RATE_SEARCH.most * (checkpoint + HALF_BYTES * factors) + checkpoint;
  const form = 1.2 * weightValues(config);
  return runs + 2 * form + DATA_BYTES;
}

/** @throws UserError where the model's folder has no config that is understood */
export async function readModelConfig(modelDir: string): Promise<ModelConfig> {
  const file = path.join(modelDir, CONFIG_FILE);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch {
    throw modelMissing(file);
  }
  return parseConfig(json, file);
}

export const diskNeed = async (modelDir: string): Promise<number> => diskNeedOf(await readModelConfig(modelDir));
