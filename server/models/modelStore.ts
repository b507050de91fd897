// Opens a stored model: checks every file against the manifest, validates the config, and hands out its tensors on demand.
// Never changes a stored file and never runs a model.

import type { ModelConfig } from "./config.ts";

/** How a matrix lies in the store; see `blocks.ts` for the layouts. */
export type TensorEncoding = "f32" | "q4_1" | "q8_0";

export interface StoredTensor {
  name: string; // Hugging Face's name, such as "model.layers.0.mlp.up_proj.weight"
  encoding: TensorEncoding;
  rows: number; // output channels; 1 for a norm's vector
  cols: number; // input channels
}

/** A matrix as it is stored: blocks of 32 neighbours in a row. */
export interface TensorBlocks {
  /** q8_0: [rows, cols] signed. q4_1: [rows, cols / 32, 16], byte j of a block holds value j (low 4 bits) and value j + 16 (high 4 bits). */
  q: Uint8Array | Int8Array;
  scale: Float32Array; // [rows, cols / 32]
  min?: Float32Array; // [rows, cols / 32]; q4_1 only: value = scale * q + min
}

export interface StoredModel {
  readonly id: string;
  readonly dir: string;
  readonly config: ModelConfig;
  readonly weightsSha256: string; // of the weights and the config together: the key of what is derived from them
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The values of tensor `name`, [rows, cols] row-major. Reads the file anew at each call. */
  dequantise(name: string): Float32Array;
  /** The stored blocks of tensor `name`; throws for a tensor that is stored as f32. */
  blocks(name: string): TensorBlocks;
}

/**
 * Opens the model in `dir` and verifies all of its files.
 * @throws UserError modelMissing, modelCorrupt (naming the file) or modelUnsupported
 */
export async function openModel(dir: string): Promise<StoredModel> {
  throw new Error(`openModel(${dir}) is being written`);
}
