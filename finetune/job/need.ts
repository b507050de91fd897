// Estimates how much memory and disk a job takes, from the model's shape, before anything is loaded, and chooses what the training keeps in memory.

import os from "node:os";
import { adaptableLayers } from "../../server/engine/adapters/adapter.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { readManifest } from "../../server/engine/models/manifest.ts";
import { readConfig } from "../../server/engine/models/modelStore.ts";
import { tensorShapes } from "../../server/engine/models/tensors.ts";
import { WORKSPACE_SEQUENCE_TOKENS } from "../data/recipe.ts";
import type { FineTuneRequest } from "../protocol/fineTune.ts";
import { HYPERPARAMETERS, RATE_SEARCH } from "./hyperparameters.ts";

const FLOAT_BYTES = 4;
const HALF_BYTES = 2;
const RUNTIME_BYTES = 0.2e9; // onnxruntime, its arena, Node
const DATA_BYTES = 30e6; // sequences, held-out places, answers

const factorValues = (config: ModelConfig): number =>
  [...adaptableLayers(config).values()].reduce(
    (sum, { outputs, inputs }) => sum + HYPERPARAMETERS.rank * (outputs + inputs),
    0,
  );

export const weightValues = (config: ModelConfig): number =>
  tensorShapes(config).reduce((sum, { rows, cols }) => sum + rows * cols, 0);

/** What the trainer saves for the backward pass: everything that is long to compute, or only each layer's input, at more work. */
export type Keep = "selective" | "recompute";

/** How much longer a step takes that computes the forward pass twice: an estimate, until a trial has measured it. */
export const RECOMPUTE_COST = 4 / 3;

/** The share of the free memory that a job may take for being quicker. */
const QUICK_SHARE = 0.5;

/** Recomputes where saving would take more than half of the free memory. */
export const keepFor = (config: ModelConfig, freeMemoryBytes: number): Keep =>
  memoryNeed(config, "selective") <= QUICK_SHARE * freeMemoryBytes ? "selective" : "recompute";

/**
 * Peak memory: that of the training process, whose weights are 32-bit floats. Judging takes less. Per token, it keeps two inputs, queries,
 * outputs, keys, values and both halves of the MLP for each layer, or one of the inputs and the rest for one layer.
 */
export function memoryNeed(config: ModelConfig, keep: Keep, sequenceTokens = WORKSPACE_SEQUENCE_TOKENS): number {
  const { hiddenSize, heads, kvHeads, headDim, ffnSize, layers } = config;
  const factors = factorValues(config);
  const perLayer = hiddenSize + 2 * heads * headDim + 2 * kvHeads * headDim + 2 * ffnSize;
  const saved = sequenceTokens * (layers * hiddenSize + (keep === "selective" ? layers : 1) * perLayer);
  const logits = 2 * 2 ** 24;
  const attention = 3 * heads * sequenceTokens ** 2;
  return FLOAT_BYTES * (weightValues(config) + 5 * factors + saved + logits + attention) + RUNTIME_BYTES;
}

/** Peak memory of a job that saves as much of it as it can. */
export const leastMemory = (config: ModelConfig): number => memoryNeed(config, "recompute");

/** The memory of this machine, or of the part of it that this process may use. */
export const machineMemoryBytes = (): number =>
  Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** Peak disk use: each tried rate's checkpoint (values, moments, best values) and adapter, a draft, the judged form. */
export function diskNeedOf(config: ModelConfig): number {
  const factors = factorValues(config);
  const checkpoint = 4 * FLOAT_BYTES * factors;
  const runs = RATE_SEARCH.most * (checkpoint + HALF_BYTES * factors) + checkpoint;
  const form = 1.2 * weightValues(config);
  return runs + 2 * form + DATA_BYTES;
}

/** The model in 32 bits, as PyTorch reads it. */
export const torchBaseBytes = (config: ModelConfig): number => FLOAT_BYTES * weightValues(config);

/** @throws UserError where the model's folder has no config that is supported */
export const readModelConfig = async (modelDir: string): Promise<ModelConfig> =>
  readConfig(modelDir, await readManifest(modelDir));

export async function diskNeed({ modelDir, python }: Pick<FineTuneRequest, "modelDir" | "python">): Promise<number> {
  const config = await readModelConfig(modelDir);
  return diskNeedOf(config) + (python === undefined ? 0 : torchBaseBytes(config));
}
