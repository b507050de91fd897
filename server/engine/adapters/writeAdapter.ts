// Writes an adapter's folder: PEFT's two files and our sotto.json. Chooses no values.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { floatToHalf, halfToFloat } from "../models/blocks.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { type TensorToWrite, writeSafetensors } from "../models/safetensors.ts";
import {
  ADAPTER_FORMAT,
  type Adapter,
  AdapterFiles,
  EMBEDDING_ROWS_TENSOR,
  factorTensor,
  scaleTensor,
} from "./adapter.ts";

const LARGEST_HALF = 65_504;

export interface WriteOptions {
  /** Stores in 32 bits each tensor that half floats would round. */
  exact?: boolean;
  /** Stores factors in 8-bit integers, at half the size. Other programs cannot read them: for the adapter that ships with a model. */
  whole?: boolean;
  /** The base model's name, in the field where other programs look for it. */
  baseName?: string;
}

/**
 * Writes `adapter` of `base` into the folder `dir`, replacing what is there. The folder is written under another name and then renamed; a
 * process that is killed in between leaves the old one as `dir` + ".old".
 * @param training facts about the training for people to read
 * @throws Error when a value cannot be a half float: such an adapter is broken; a file system error
 */
export function writeAdapter(
  dir: string,
  adapter: Omit<Adapter, "name" | "sha256">,
  base: Pick<StoredModel, "id" | "weightsSha256">,
  training: Record<string, unknown>,
  { exact = false, whole = false, baseName }: WriteOptions = {},
): void {
  const draft = `${dir}.new`;
  const old = `${dir}.old`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  writeSafetensors(path.join(draft, AdapterFiles.tensors), tensorsOf(adapter, { exact, whole }));
  const about = {
    formatVersion: ADAPTER_FORMAT,
    base: { id: base.id, weightsSha256: base.weightsSha256 },
    promptFormat: adapter.promptFormat,
    training,
  };
  writeJson(path.join(draft, AdapterFiles.config), peftConfig(adapter, baseName));
  writeJson(path.join(draft, AdapterFiles.base), about);
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dir)) renameSync(dir, old);
  renameSync(draft, dir);
  rmSync(old, { recursive: true, force: true });
}

function tensorsOf(
  { matrices, embeddingRows, rank }: Pick<Adapter, "matrices" | "embeddingRows" | "rank">,
  { exact, whole }: { exact: boolean; whole: boolean },
) {
  const tensors: TensorToWrite[] = [];
  const add = (name: string, shape: number[], values: Float32Array) => {
    if (!exact || isHalf(values)) tensors.push({ name, type: "F16", shape, data: floatToHalf(values) });
    else tensors.push({ name, type: "F32", shape, data: new Uint8Array(values.slice().buffer) });
  };
  for (const [layer, { a, b }] of matrices) {
    const shapes = { A: [rank, a.length / rank], B: [b.length / rank, rank] };
    if (whole) tensors.push(...inWhole(layer, "A", shapes.A, a, rank), ...inWhole(layer, "B", shapes.B, b, rank));
    else {
      add(factorTensor(layer, "A"), shapes.A, a);
      add(factorTensor(layer, "B"), shapes.B, b);
    }
  }
  if (embeddingRows.size > 0) {
    const rows = [...embeddingRows.values()];
    const values = Float32Array.from(rows.flatMap((row) => [...row]));
    add(EMBEDDING_ROWS_TENSOR, [rows.length, rows[0].length], values);
  }
  return tensors;
}

/** A factor in integers as `readAdapter` reads it: each of the rank's components has a scale of its own. */
function inWhole(
  layer: string,
  factor: "A" | "B",
  shape: number[],
  values: Float32Array,
  rank: number,
): TensorToWrite[] {
  const componentOf = (i: number) => (factor === "A" ? Math.floor(i / shape[1]) : i % rank);
  const scales = new Float32Array(rank);
  for (const [i, value] of values.entries()) {
    const component = componentOf(i);
    scales[component] = Math.max(scales[component], Math.abs(value) / 127);
  }
  const q = Int8Array.from(values, (value, i) => {
    const scale = scales[componentOf(i)];
    return scale > 0 ? Math.max(-127, Math.min(127, Math.round(value / scale))) : 0;
  });
  const name = factorTensor(layer, factor);
  return [
    { name, type: "I8", shape, data: new Uint8Array(q.buffer) },
    { name: scaleTensor(name), type: "F32", shape: [rank], data: new Uint8Array(scales.buffer) },
  ];
}

/** Whether half floats represent all of `values` exactly. */
function isHalf(values: Float32Array): boolean {
  if (!values.every((value) => Math.abs(value) <= LARGEST_HALF)) return false;
  const rounded = halfToFloat(floatToHalf(values));
  return values.every((value, i) => value === rounded[i]);
}

/** The options that PEFT needs to load the tensors; the others keep PEFT's defaults. */
function peftConfig(
  { matrices, embeddingRows, rank, alpha }: Omit<Adapter, "name" | "sha256">,
  baseName: string | undefined,
) {
  const layers = [...new Set([...matrices.keys()].map((layer) => Number(/\.layers\.(\d+)\./.exec(layer)![1])))];
  layers.sort((a, b) => a - b);
  return {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: baseName,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    bias: "none",
    layers_to_transform: layers[0] === 0 ? null : layers, // PEFT would fill absent layers with random values
    target_modules: [...new Set([...matrices.keys()].map((layer) => layer.slice(layer.lastIndexOf(".") + 1)))],
    trainable_token_indices: embeddingRows.size > 0 ? { embed_tokens: [...embeddingRows.keys()] } : null,
  };
}

const writeJson = (file: string, value: object): void =>
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`, { flush: true });
