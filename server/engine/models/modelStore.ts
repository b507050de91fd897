// Opens a stored model: checks every file against the manifest, validates the config, and gives access to its tensors on demand. A folder holds
// the model in our blocks, or another program's files unchanged: Hugging Face's (config.json, safetensors), or one GGUF file. Never changes a
// stored file and never runs a model.

import { createHash } from "node:crypto";
import path from "node:path";
import * as z from "zod";
import { modelCorrupt } from "../../../common/errors.ts";
import type { AdapterId } from "../../host/protocol/adapters.ts";
import {
  BLOCK_SIZE,
  bytesToFloat,
  decodeScales,
  dequantiseQ4_1,
  dequantiseQ8_0,
  halfToFloat,
  unpackQ,
} from "./blocks.ts";
import type { ModelConfig } from "./config.ts";
import { parseConfig } from "./configFile.ts";
import { allFinite } from "./finite.ts";
import { firstGguf, openGguf } from "./gguf.ts";
import { ggufConfig } from "./ggufConfig.ts";
import { MANIFEST_FILE, type Manifest, readJson, readManifest, requireFile } from "./manifest.ts";
import { openSafetensors, type SafetensorsEntry, type SafetensorsFile } from "./safetensors.ts";
import { ggufSource, safetensorsSource, type TensorSource } from "./tensorSource.ts";
import { type TensorShape, tensorShapes } from "./tensors.ts";

/** How a matrix is stored: in our layouts (`blocks.ts`), or in a foreign one, of which only the values are read. */
export type TensorEncoding = "f32" | "q4_1" | "q5" | "q6" | "q8_0" | "foreign";

/** Whether a tensor's blocks are signed integers of at most 8 bits times a scale: `TensorBlocks` without `min`. */
export const isSymmetric = (encoding: TensorEncoding | undefined): boolean =>
  encoding === "q5" || encoding === "q6" || encoding === "q8_0";

export interface StoredTensor extends TensorShape {
  encoding: TensorEncoding;
}

/** A matrix as it is stored: blocks of 32 neighbours in a row. */
export interface TensorBlocks {
  /** q5, q6, q8_0: [rows, cols] signed. q4_1: [rows, cols / 32, 16], byte j of a block holds value j (low 4 bits) and value j + 16 (high 4 bits). */
  q: Uint8Array | Int8Array;
  scale: Float32Array; // [rows, cols / 32]
  min?: Float32Array; // [rows, cols / 32]; q4_1 only: value = scale * q + min
}

export interface StoredModel {
  readonly id: string;
  readonly name: string; // for a person; it or the id tells whether the model was tuned to follow instructions
  readonly dir: string;
  readonly adapterName?: AdapterId; // of the adapter merged into the weights
  readonly promptFormat?: number; // version of the fill-in-the-middle format that it was trained on; absent: left to right only
  readonly config: ModelConfig;
  readonly weightsSha256: string; // hash of the weights and the config together, which identifies an adapter's base
  readonly calibrationSha256?: string; // hash of `inputRms`, where it is not part of the weights
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * The values of tensor `name`, [rows, cols] row-major, all finite. Reads the file again at each call.
   * @throws UserError modelCorrupt, naming the tensor, where a value is NaN or infinite
   */
  dequantise(name: string): Float32Array;
  /** Some rows of tensor `name`, for a tensor that is too large to be read at once; absent where all are small enough. */
  readonly rows?: (name: string, fromRow: number, rowCount: number) => Float32Array;
  /** The stored blocks of tensor `name`, read and checked like `dequantise`; throws for a tensor that is not stored in blocks of ours. */
  blocks(name: string): TensorBlocks;
  /**
   * Root mean square of each input channel of a linear layer, such as "model.layers.0.mlp.down_proj", measured on sample text. Absent for a
   * model that was never measured.
   */
  readonly inputRms?: (linear: string) => Float32Array | undefined;
}

export const CONFIG_FILE = "config.json";
export const TOKENIZER_FILE = "tokenizer.json";
export const INDEX_FILE = "model.safetensors.index.json";
export const WEIGHTS_FILE = "model.safetensors"; // if there is a single weights file
export const CALIBRATION_FILE = "calibration.safetensors"; // optional: the activation sizes, see `inputRms`

export const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Opens the model in `dir`, without an adapter, and verifies all of its files.
 * @throws UserError modelMissing, modelCorrupt (naming the file), ggufInvalid or modelUnsupported
 */
export async function openModel(dir: string): Promise<StoredModel> {
  const manifest = await readManifest(dir);
  await Promise.all(manifest.files.map((file) => requireFile(dir, file)));
  const listed = new Set(manifest.files.map((file) => file.path));
  const gguf = ggufIn(manifest);
  if (gguf !== undefined) return openGgufModel(dir, gguf, manifest);
  if (!listed.has(CONFIG_FILE)) throw modelCorrupt(path.join(dir, MANIFEST_FILE), `it does not list ${CONFIG_FILE}`);
  const config = parseConfig(await readJson(path.join(dir, CONFIG_FILE)), path.join(dir, CONFIG_FILE));
  const { parts, shards } = await openShards(dir, listed);
  const isWeights = (file: string) => file === CONFIG_FILE || shards.has(file);
  const facts = { id: manifest.id, name: manifest.name, dir, config };
  if (![...parts.keys()].some((part) => part.endsWith(".q"))) {
    const files = new Map([...parts].map(([name, { file }]) => [name, file]));
    const tensors = foreignTensors(safetensorsSource(dir, files, config), config);
    return {
      ...facts,
      ...foreignCalibration(dir, manifest, config),
      ...tensors,
      weightsSha256: hashOf(manifest, isWeights),
    };
  }
  return {
    ...facts,
    weightsSha256: hashOf(manifest, (file) => file === CALIBRATION_FILE || isWeights(file)),
    inputRms: listed.has(CALIBRATION_FILE) ? openCalibration(path.join(dir, CALIBRATION_FILE), config) : undefined,
    ...blockTensors(dir, parts, config),
  };
}

/**
 * The config of the model in `dir`; verifies none of its files.
 * @throws UserError modelMissing, modelCorrupt, ggufInvalid or modelUnsupported
 */
export async function readConfig(dir: string, manifest: Manifest): Promise<ModelConfig> {
  const gguf = ggufIn(manifest);
  if (gguf !== undefined) return ggufConfig(openGguf(path.join(dir, gguf)));
  const file = path.join(dir, CONFIG_FILE);
  return parseConfig(await readJson(file), file);
}

const ggufIn = ({ files }: Manifest): string | undefined => firstGguf(files.map((file) => file.path));

function openGgufModel(dir: string, name: string, manifest: Manifest): StoredModel {
  const gguf = openGguf(path.join(dir, name));
  const config = ggufConfig(gguf);
  return {
    id: manifest.id,
    name: manifest.name,
    dir,
    config,
    weightsSha256: hashOf(manifest, (file) => file.endsWith(".gguf")),
    ...foreignCalibration(dir, manifest, config),
    ...foreignTensors(ggufSource(gguf, config), config),
  };
}

/** The activation sizes of another program's model. They are measured here when it is first used; its weights stay unchanged. */
function foreignCalibration(
  dir: string,
  manifest: Manifest,
  config: ModelConfig,
): Pick<StoredModel, "inputRms" | "calibrationSha256"> {
  const entry = manifest.files.find((file) => file.path === CALIBRATION_FILE);
  if (!entry) return {};
  return { inputRms: openCalibration(path.join(dir, CALIBRATION_FILE), config), calibrationSha256: entry.sha256 };
}

type Tensors = Pick<StoredModel, "tensors" | "dequantise" | "rows" | "blocks">;

/** Tensors that are read as values, whatever the file's encoding. */
function foreignTensors(source: TensorSource, config: ModelConfig): Tensors {
  const tensors = new Map<string, StoredTensor>();
  for (const shape of tensorShapes(config)) {
    source.check(shape);
    tensors.set(shape.name, { ...shape, encoding: "foreign" });
  }
  const rows = (name: string, fromRow: number, rowCount: number): Float32Array => {
    const values = source.values(required(tensors, name), fromRow, rowCount);
    if (allFinite(values)) return values;
    throw modelCorrupt(source.fileOf(name), notFinite(name));
  };
  return {
    tensors,
    dequantise: (name) => rows(name, 0, required(tensors, name).rows),
    rows,
    blocks(name) {
      throw new Error(`${name} is not stored in blocks`);
    },
  };
}

/** Tensors in the layouts of `blocks.ts`. */
function blockTensors(dir: string, parts: Parts, config: ModelConfig): Tensors {
  const tensors = new Map<string, StoredTensor>();
  for (const shape of tensorShapes(config)) {
    const encoding = storedEncoding(parts, shape.name, shape.rows, shape.cols, dir);
    tensors.set(shape.name, { ...shape, encoding });
  }
  const read = (name: string): Uint8Array => parts.get(name)!.file.read(name);
  const checked = (part: string, values: Float32Array): Float32Array =>
    requireFinite(parts.get(part)!.file, part, values);
  const halves = (part: string): Float32Array => checked(part, halfToFloat(read(part)));
  const signed = (bytes: Uint8Array) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const scales = (part: string): Float32Array =>
    parts.get(part)!.entry.type === "I8"
      ? decodeScales(signed(read(part)), checked(`${part}_unit`, bytesToFloat(read(`${part}_unit`))))
      : halves(part);
  const blocks = (name: string): TensorBlocks => {
    const { encoding } = required(tensors, name);
    if (encoding === "f32") throw new Error(`${name} is not stored in blocks`);
    const bytes = read(`${name}.q`);
    const scale = scales(`${name}.scale`);
    if (encoding === "q4_1") return { q: bytes, scale, min: scales(`${name}.min`) };
    if (encoding === "q8_0") return { q: signed(bytes), scale };
    return { q: unpackQ(bytes, read(`${name}.high`), encoding === "q5" ? 5 : 6), scale };
  };
  const dequantise = (name: string): Float32Array => {
    if (required(tensors, name).encoding === "f32") return checked(name, bytesToFloat(read(name)));
    const { q, scale, min } = blocks(name);
    return min ? dequantiseQ4_1(q as Uint8Array, scale, min) : dequantiseQ8_0(q as Int8Array, scale);
  };
  return { tensors, dequantise, blocks };
}

/** Opens the activation sizes: "NAME.input_rms", F32 [inputs], for the linear layer NAME. */
function openCalibration(path: string, config: ModelConfig): StoredModel["inputRms"] {
  const file = openSafetensors(path);
  for (const [name, { type, shape }] of file.entries) {
    const inputs = inputsOf(name, config);
    if (inputs !== undefined && (type !== "F32" || shape.length !== 1 || shape[0] !== inputs))
      throw modelCorrupt(path, `its tensor "${name}" is ${type} [${shape}], and F32 [${inputs}] is needed`);
  }
  return (linear) => {
    const name = `${linear}.input_rms`;
    return file.entries.has(name) ? requireFinite(file, name, bytesToFloat(file.read(name))) : undefined;
  };
}

/** How many inputs the layer of the tensor "NAME.input_rms" has; undefined where no layer has that name. */
function inputsOf(tensor: string, { hiddenSize, heads, headDim, ffnSize }: ModelConfig): number | undefined {
  const inputs: Record<string, number> = {
    "self_attn.qkv_proj": hiddenSize,
    "self_attn.o_proj": heads * headDim,
    "mlp.gate_proj": hiddenSize,
    "mlp.up_proj": hiddenSize,
    "mlp.down_proj": ffnSize,
  };
  return inputs[/^model\.layers\.\d+\.(.+)\.input_rms$/.exec(tensor)?.[1] ?? ""];
}

function requireFinite(file: SafetensorsFile, name: string, values: Float32Array): Float32Array {
  if (allFinite(values)) return values;
  throw modelCorrupt(file.path, notFinite(name));
}

const notFinite = (name: string): string => `its tensor "${name}" holds a value that is not a finite number`;

function required(tensors: ReadonlyMap<string, StoredTensor>, name: string): StoredTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the model has no tensor ${name}`);
  return tensor;
}

type Parts = Map<string, { file: SafetensorsFile; entry: SafetensorsEntry }>;

/** Opens the tensor files: those that the index names, or the single file where the model has no shards. */
async function openShards(dir: string, listed: ReadonlySet<string>): Promise<{ parts: Parts; shards: Set<string> }> {
  if (!listed.has(INDEX_FILE) && listed.has(WEIGHTS_FILE)) {
    const file = openSafetensors(path.join(dir, WEIGHTS_FILE));
    return {
      parts: new Map([...file.entries].map(([name, entry]) => [name, { file, entry }])),
      shards: new Set([WEIGHTS_FILE]),
    };
  }
  if (!listed.has(INDEX_FILE)) throw modelCorrupt(path.join(dir, MANIFEST_FILE), `it does not list ${INDEX_FILE}`);
  const indexPath = path.join(dir, INDEX_FILE);
  const index = indexSchema.safeParse(await readJson(indexPath));
  if (!index.success) throw modelCorrupt(indexPath, '"weight_map" is missing or not a map of names');
  const shards = new Set(Object.values(index.data.weight_map));
  if (shards.size === 0) throw modelCorrupt(indexPath, "it names no file");
  // The manifest allows plain names only, so a shard that it lists lies in the folder.
  for (const shard of shards) {
    if (!listed.has(shard))
      throw modelCorrupt(indexPath, `it names the shard ${shard}, which the manifest does not list`);
  }
  const parts: Parts = new Map();
  for (const shard of shards) {
    const file = openSafetensors(path.join(dir, shard));
    for (const [name, entry] of file.entries) {
      if (index.data.weight_map[name] !== shard)
        throw modelCorrupt(indexPath, `it does not place "${name}" in ${shard}`);
      parts.set(name, { file, entry });
    }
  }
  return { parts, shards };
}

/** Determines how a tensor is stored, and checks that all of its parts exist with the right types and shapes. */
function storedEncoding(parts: Parts, name: string, rows: number, cols: number, dir: string): TensorEncoding {
  const is = (part: string, type: string, shape: number[]): boolean => {
    const entry = parts.get(part)?.entry;
    return entry?.type === type && entry.shape.length === shape.length && entry.shape.every((n, i) => n === shape[i]);
  };
  const blocks = cols / BLOCK_SIZE;
  const isScale = (part: string): boolean =>
    is(part, "F16", [rows, blocks]) || (is(part, "I8", [rows, blocks]) && is(`${part}_unit`, "F32", [rows]));
  if (is(name, "F32", rows === 1 ? [cols] : [rows, cols])) return "f32";
  if (isScale(`${name}.scale`)) {
    if (is(`${name}.q`, "I8", [rows, cols])) return "q8_0";
    if (is(`${name}.q`, "U8", [rows, blocks, BLOCK_SIZE / 2])) {
      if (is(`${name}.high`, "U8", [rows, blocks, BLOCK_SIZE / 8])) return "q5";
      if (is(`${name}.high`, "U8", [rows, blocks, BLOCK_SIZE / 4])) return "q6";
      if (isScale(`${name}.min`)) return "q4_1";
    }
  }
  throw modelCorrupt(path.join(dir, INDEX_FILE), `the tensor "${name}" is missing or has the wrong shape`);
}

/** A hash of the files for which `counts` is true, computed from their entries in the manifest. */
function hashOf(manifest: Manifest, counts: (file: string) => boolean): string {
  const sha256 = createHash("sha256");
  for (const file of manifest.files) {
    if (counts(file.path)) sha256.update(`${file.path} ${file.sha256}\n`);
  }
  return sha256.digest("hex");
}
