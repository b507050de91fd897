// Reads an adapter's folder (PEFT's two files and our sotto.json) and validates all of it against the model that it is for. Never changes a
// file, and merges nothing.

import { createHash } from "node:crypto";
import path from "node:path";
import * as z from "zod";
import { adapterInvalid, adapterOfOtherBase, UserError } from "../../../common/errors.ts";
import { readCapped, UNREAD } from "../../../common/util/cappedRead.ts";
import type { AdapterDir } from "../../host/protocol/adapters.ts";
import { bytesToFloat, halfToFloat } from "../models/blocks.ts";
import type { ModelConfig } from "../models/config.ts";
import { allFinite } from "../models/finite.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { openSafetensors, type SafetensorsEntry, type SafetensorsFile } from "../models/safetensors.ts";
import {
  ADAPTER_FORMAT,
  type Adapter,
  AdapterFiles,
  adaptableLayers,
  EMBEDDING_ROWS_TENSOR,
  factorTensor,
  type LowRank,
  parseFactorTensor,
  scaleTensor,
} from "./adapter.ts";

const baseSchema = z.object({
  formatVersion: z.literal(ADAPTER_FORMAT),
  base: z.object({ id: z.string(), weightsSha256: z.string() }),
  promptFormat: z.number().int().positive().optional(), // a version of our own format: `FORMAT_OF_VERSION`
  training: z.record(z.string(), z.unknown()).optional(),
});

const nothing = z.union([z.null(), z.literal(false), z.tuple([]), z.object({}).strict()]).optional();
/** PEFT's initialisations that leave the base's weights unchanged. PiSSA, OLoRA, LoftQ and CorDA move part of the weights into the factors. */
const plainStart = z.union([z.boolean(), z.null(), z.enum(["gaussian", "eva", "orthogonal"])]).optional();
const tokenIds = z.array(z.number().int().nonnegative());

/** Twice the rank is usual. A product with far more is no number that weights can have. */
const MAX_ALPHA = 65_536;

/** Of an adapter's small files; numbers of tokens may fill one. */
export const MAX_ADAPTER_JSON_BYTES = 4_000_000;

/** The options of PEFT that decide what the tensors mean. An option that would give them another meaning than ours must be off. */
const configSchema = z.object({
  peft_type: z.literal("LORA"),
  r: z.number().int().positive().max(1024),
  lora_alpha: z.number().positive().max(MAX_ALPHA),
  bias: z.literal("none").optional(),
  trainable_token_indices: z.union([z.null(), z.object({ embed_tokens: tokenIds }).strict()]).optional(),
  rank_pattern: nothing,
  alpha_pattern: nothing,
  modules_to_save: nothing,
  layer_replication: nothing,
  target_parameters: nothing,
  fan_in_fan_out: nothing,
  init_lora_weights: plainStart,
  lora_bias: nothing,
  use_dora: nothing,
  use_rslora: nothing,
  use_qalora: nothing,
  alora_invocation_tokens: nothing,
});

/**
 * Reads the adapter in `dir` and checks that it fits `base`.
 * @throws UserError adapterInvalid (missing, damaged, of another shape) or adapterOfOtherBase, with the reason
 */
export async function readAdapter(dir: AdapterDir, base: StoredModel): Promise<Adapter> {
  const about = await readJson(dir, AdapterFiles.base, baseSchema);
  if (about.base.weightsSha256 !== base.weightsSha256) throw adapterOfOtherBase(dir, about.base, base);
  const config = await readJson(dir, AdapterFiles.config, configSchema);
  const file = openTensors(path.join(dir, AdapterFiles.tensors));
  const sha256 = createHash("sha256").update(JSON.stringify([config.r, config.lora_alpha]));
  const read = (name: string, shape: number[]): Float32Array => {
    const isWhole = file.entries.get(name)?.type === "I8";
    const values = isWhole ? readWhole(file, name, shape, config.r) : readFloats(file, name, shape);
    sha256.update(`${name}\n`).update(values);
    return values;
  };
  checkNames(file, base.config);
  const matrices = new Map<string, LowRank>();
  for (const [layer, { outputs, inputs }] of adaptableLayers(base.config)) {
    const a = factorTensor(layer, "A");
    const b = factorTensor(layer, "B");
    if (!file.entries.has(a) && !file.entries.has(b)) continue;
    matrices.set(layer, { a: read(a, [config.r, inputs]), b: read(b, [outputs, config.r]) });
  }
  const ids = config.trainable_token_indices?.embed_tokens ?? [];
  const embeddingRows = readRows(file, ids, base.config, read);
  if (matrices.size === 0 && embeddingRows.size === 0) throw adapterInvalid(file.path, "it holds no tensor");
  for (const id of embeddingRows.keys()) sha256.update(`${id}\n`);
  return {
    promptFormat: about.promptFormat,
    name: path.basename(path.resolve(dir)),
    sha256: sha256.digest("hex"),
    rank: config.r,
    alpha: config.lora_alpha,
    matrices,
    embeddingRows,
  };
}

/** The model that the adapter in `dir` says it belongs to. @throws UserError adapterInvalid */
export async function readBase(dir: AdapterDir): Promise<{ id: string; weightsSha256: string }> {
  return (await readJson(dir, AdapterFiles.base, baseSchema)).base;
}

/** What the adapter in `dir` says of its training. @throws UserError adapterInvalid */
export async function readTraining(dir: AdapterDir): Promise<Readonly<Record<string, unknown>>> {
  return (await readJson(dir, AdapterFiles.base, baseSchema)).training ?? {};
}

/** The version of our prompt format that the adapter in `dir` was trained on; undefined where it says none. @throws UserError adapterInvalid */
export async function readPromptFormat(dir: AdapterDir): Promise<number | undefined> {
  return (await readJson(dir, AdapterFiles.base, baseSchema)).promptFormat;
}

async function readJson<T>(dir: string, name: string, schema: z.ZodType<T>): Promise<T> {
  const file = path.join(dir, name);
  const read = await readCapped(file, MAX_ADAPTER_JSON_BYTES);
  if ("unread" in read) throw adapterInvalid(file, UNREAD[read.unread]);
  let json: unknown;
  try {
    json = JSON.parse(read.bytes.toString("utf8"));
  } catch {
    throw adapterInvalid(file, "it is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw adapterInvalid(file, `"${issue.path.join(".")}": ${issue.message}`);
}

/** Opens a safetensors file with the same checks as a model's; its errors are reported as the adapter's. */
function openTensors(file: string): SafetensorsFile {
  try {
    return openSafetensors(file);
  } catch (error) {
    if (error instanceof UserError) throw adapterInvalid(file, reasonOf(error, file));
    throw error;
  }
}

const reasonOf = ({ code, message }: UserError, file: string): string =>
  code === "modelMissing" ? "it is missing" : message.replace(`The model file ${file} is damaged: `, "").slice(0, -1);

/** Checks that the model has a place for every tensor. @throws UserError */
function checkNames(file: SafetensorsFile, config: ModelConfig): void {
  const layers = adaptableLayers(config);
  for (const name of file.entries.keys()) {
    if (name === EMBEDDING_ROWS_TENSOR) continue;
    const factor =
      name.endsWith(SCALE) && file.entries.has(name.slice(0, -SCALE.length)) ? name.slice(0, -SCALE.length) : name;
    const layer = parseFactorTensor(factor)?.layer;
    if (layer === undefined || !layers.has(layer))
      throw adapterInvalid(file.path, `the model has no place for its tensor "${name}"`);
  }
}

function readRows(
  file: SafetensorsFile,
  ids: readonly number[],
  { vocabSize, hiddenSize }: ModelConfig,
  read: (name: string, shape: number[]) => Float32Array,
): Map<number, Float32Array> {
  const rows = new Map<number, Float32Array>();
  if (ids.length === 0 && !file.entries.has(EMBEDDING_ROWS_TENSOR)) return rows;
  const values = read(EMBEDDING_ROWS_TENSOR, [ids.length, hiddenSize]);
  for (const [i, id] of ids.entries()) {
    if (id >= vocabSize)
      throw adapterInvalid(file.path, `it has a row of token ${id}, and there are ${vocabSize} tokens`);
    if (rows.has(id)) throw adapterInvalid(file.path, `it has two rows of token ${id}`);
    rows.set(id, values.subarray(i * hiddenSize, (i + 1) * hiddenSize));
  }
  return rows;
}

const SCALE = scaleTensor("");

/** Reads a factor stored in integers: A [rank, inputs] has a scale for each row, B [outputs, rank] for each column. @throws UserError */
function readWhole(file: SafetensorsFile, name: string, shape: readonly number[], rank: number): Float32Array {
  requireShape(file, name, shape);
  const scales = readFloats(file, scaleTensor(name), [rank]);
  const bytes = file.read(name);
  const q = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const isA = parseFactorTensor(name)?.factor === "A";
  const values = Float32Array.from(q, (value, i) => value * scales[isA ? Math.floor(i / shape[1]) : i % rank]);
  if (!allFinite(values)) throw adapterInvalid(file.path, `its tensor "${name}" holds a value that is no number`);
  return values;
}

function requireShape(file: SafetensorsFile, name: string, shape: readonly number[]): SafetensorsEntry {
  const entry = file.entries.get(name);
  if (!entry) throw adapterInvalid(file.path, `its tensor "${name}" is missing`);
  if (entry.shape.length !== shape.length || entry.shape.some((length, i) => length !== shape[i]))
    throw adapterInvalid(file.path, `its tensor "${name}" has the shape [${entry.shape}], and [${shape}] is needed`);
  return entry;
}

/** @throws UserError unless there is a tensor of that name and shape, in floats, all of them finite */
function readFloats(file: SafetensorsFile, name: string, shape: readonly number[]): Float32Array {
  const entry = requireShape(file, name, shape);
  if (entry.type !== "F16" && entry.type !== "F32")
    throw adapterInvalid(file.path, `its tensor "${name}" is of the type ${entry.type}, and F16 or F32 is needed`);
  const values = entry.type === "F16" ? halfToFloat(file.read(name)) : bytesToFloat(file.read(name));
  if (!allFinite(values)) throw adapterInvalid(file.path, `its tensor "${name}" holds a value that is no number`);
  return values;
}
