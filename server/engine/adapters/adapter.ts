// What an adapter is, and the names of its tensors in a file. Types and names only: reads and writes nothing.
//
// LoRA (Hu et al. 2021, arXiv:2106.09685): a linear layer W [out, in] becomes W + (alpha / r) B A, A [r, in], B [out, r].
// In addition, some rows of the embedding are replaced by trained ones.

import type { AdapterId } from "../../host/protocol/adapters.ts";
import type { ModelConfig } from "../models/config.ts";
import { tensorShapes } from "../models/tensors.ts";

/** The two factors of one linear layer's change. */
export interface LowRank {
  a: Float32Array; // [rank, inputs]
  b: Float32Array; // [outputs, rank]
}

export interface Adapter {
  name: AdapterId;
  sha256: string; // changes with everything that affects what the adapter does
  promptFormat?: number; // the format that it was trained on; absent: made by another program, which knows none of ours
  rank: number;
  alpha: number;
  /** By the layer's name, such as "model.layers.0.mlp.down_proj". Layers that are absent stay unchanged. */
  matrices: ReadonlyMap<string, LowRank>;
  /** The new rows of the embedding by token id, each [hidden]. */
  embeddingRows: ReadonlyMap<number, Float32Array>;
}

/** The version of the adapter folder, in sotto.json. */
export const ADAPTER_FORMAT = 1;

export const AdapterFiles = {
  config: "adapter_config.json", // PEFT's file
  tensors: "adapter_model.safetensors", // PEFT's file
  base: "sotto.json", // our file: which model the adapter belongs to
} as const;

/** PEFT's name of the tensor of embedding rows. It holds the rows themselves, not their changes. */
export const EMBEDDING_ROWS_TENSOR = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta";

/** PEFT's name of a layer's factor tensor. */
export const factorTensor = (layer: string, factor: "A" | "B") => `base_model.model.${layer}.lora_${factor}.weight`;

/**
 * The name of a factor's scales, where the factor is stored in 8-bit integers: one scale for each of the rank's components, F32 [rank]. Our
 * name, not PEFT's.
 */
export const scaleTensor = (tensor: string) => `${tensor}_scale`;

/** The layer and the factor that PEFT's tensor name `tensor` stands for; undefined for any other name. */
export function parseFactorTensor(tensor: string): { layer: string; factor: "A" | "B" } | undefined {
  const found = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/.exec(tensor);
  return found ? { layer: found[1], factor: found[2] as "A" | "B" } : undefined;
}

/** The linear layers of a model that can have an adapter, with their sizes. */
export function adaptableLayers(config: ModelConfig): Map<string, { outputs: number; inputs: number }> {
  const projections = tensorShapes(config).filter(({ name }) => name.endsWith("_proj.weight"));
  return new Map(
    projections.map(({ name, rows, cols }) => [name.slice(0, -".weight".length), { outputs: rows, inputs: cols }]),
  );
}
