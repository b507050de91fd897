// Writes a model as a GGUF file of its architecture, so that llama.cpp can run the same weights. The vocabulary is made up: both engines are
// given token ids. Reads weights through `dequantise` only.

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { type ModelConfig, rotarySpeeds } from "../../../server/engine/models/config.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import { EMBEDDING, ggufName, ggufRowOrder, HEAD, tensorShapes } from "../../../server/engine/models/tensors.ts";
import {
  arrayEntry,
  f32Entry,
  ggufHead,
  type MetadataEntry,
  padding,
  stringEntry,
  stringsEntry,
  u32,
  u32Entry,
} from "../../../test/support/ggufFile.ts";
import { packQ4_0, packQ8_0 } from "./ggufBlocks.ts";

/** "f32": the oracle's. The others: matrices in these blocks, the embedding (and with it the head) in Q8_0, norms as floats. */
export type GgufForm = "f32" | "q8_0" | "q4_0";

/** Raised whenever the bytes of a file change that is made of the same weights. */
export const WRITER_VERSION = 2;

const TYPE_NUMBER = { f32: 0, q4_0: 2, q8_0: 8 } as const;
const FILE_TYPE = { f32: 0, q4_0: 2, q8_0: 7 } as const; // as llama.cpp names a whole file
const BYTES_PER_BLOCK = { f32: 128, q4_0: 18, q8_0: 34 } as const; // of 32 values

/**
 * Writes `model` to `file`, whole or not at all.
 *
 * The embedding takes Q8_0 in the 4-bit form too. That is what llama.cpp's own quantiser chooses for a tied embedding whose rows are no
 * multiple of 256 (it wants Q6_K there and falls back), as at both shapes that are measured.
 */
export function writeGguf(file: string, model: Pick<StoredModel, "config" | "dequantise">, form: GgufForm): void {
  const { config } = model;
  const tensors = tensorShapes(config).map(({ name, rows, cols }) => {
    const isEnd = name === EMBEDDING || name === HEAD;
    const encoding: GgufForm = rows === 1 ? "f32" : isEnd && form === "q4_0" ? "q8_0" : form;
    const sizeBytes = (rows * cols * BYTES_PER_BLOCK[encoding]) / 32;
    return { name: ggufName(name), rows, cols, encoding, sizeBytes, values: () => inGgufOrder(model, name) };
  });
  const divisors = ropeDivisors(config);
  if (divisors) {
    const { length } = divisors;
    const about = { rows: 1, cols: length, encoding: "f32" as const, sizeBytes: 4 * length };
    tensors.push({ ...about, name: "rope_freqs.weight", values: () => divisors });
  }
  const head = ggufHead({
    metadata: metadataOf(config, form),
    tensors: tensors.map(({ name, rows, cols, encoding, sizeBytes }) => ({
      name,
      shape: rows === 1 ? [cols] : [cols, rows], // neighbours first
      type: TYPE_NUMBER[encoding],
      sizeBytes,
    })),
  });
  const temporary = `${file}.tmp-${process.pid}`;
  try {
    const fd = openSync(temporary, "w");
    try {
      writeAligned(fd, head);
      for (const { values, encoding } of tensors) writeAligned(fd, encode(values(), encoding));
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A tensor's values in GGUF's order of the rows: `ggufRowOrder` says for each of our rows where it lies there. */
function inGgufOrder(model: Pick<StoredModel, "config" | "dequantise">, name: string): Float32Array {
  const values = model.dequantise(name);
  const order = ggufRowOrder(name, model.config);
  if (!order) return values;
  const width = values.length / order.length;
  const out = new Float32Array(values.length);
  for (const [row, there] of order.entries()) out.set(values.subarray(row * width, (row + 1) * width), there * width);
  return out;
}

/** Llama 3's positions as GGUF keeps them: what each pair of channels' speed is divided by. */
function ropeDivisors(config: ModelConfig): Float32Array | undefined {
  if (config.ropeScaling?.kind !== "llama3") return undefined;
  const plain = rotarySpeeds({ ...config, ropeScaling: undefined }).speeds;
  return Float32Array.from(rotarySpeeds(config).speeds, (speed, i) => plain[i] / speed);
}

function encode(values: Float32Array, encoding: GgufForm): Uint8Array {
  if (encoding === "q8_0") return packQ8_0(values);
  if (encoding === "q4_0") return packQ4_0(values);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function metadataOf(config: ModelConfig, form: GgufForm): MetadataEntry[] {
  const tokens = Array.from({ length: config.vocabSize }, (_, id) => `t${id}`);
  const types = tokens.map((_, id) => (id === 0 ? 3 : 1)); // one control token, the rest plain
  const { architecture, layerNorm, slidingWindow } = config;
  const epsilon = layerNorm ? "layer_norm_epsilon" : "layer_norm_rms_epsilon";
  return [
    stringEntry("general.architecture", architecture),
    stringEntry("general.name", "peer"),
    u32Entry("general.file_type", FILE_TYPE[form]),
    u32Entry(`${architecture}.context_length`, config.contextLength),
    u32Entry(`${architecture}.embedding_length`, config.hiddenSize),
    u32Entry(`${architecture}.block_count`, config.layers),
    u32Entry(`${architecture}.feed_forward_length`, config.ffnSize),
    u32Entry(`${architecture}.attention.head_count`, config.heads),
    u32Entry(`${architecture}.attention.head_count_kv`, config.kvHeads),
    u32Entry(`${architecture}.attention.key_length`, config.headDim),
    u32Entry(`${architecture}.attention.value_length`, config.headDim),
    f32Entry(`${architecture}.attention.${epsilon}`, config.normEps),
    f32Entry(`${architecture}.rope.freq_base`, config.ropeTheta),
    u32Entry(`${architecture}.rope.dimension_count`, config.headDim),
    u32Entry(`${architecture}.vocab_size`, config.vocabSize),
    ...(slidingWindow === undefined ? [] : [u32Entry(`${architecture}.attention.sliding_window`, slidingWindow)]),
    ...scalingEntries(config),
    stringEntry("tokenizer.ggml.model", "gpt2"),
    stringEntry("tokenizer.ggml.pre", "default"),
    stringsEntry("tokenizer.ggml.tokens", tokens),
    arrayEntry("tokenizer.ggml.token_type", 5, types.map(u32)),
    stringsEntry("tokenizer.ggml.merges", ["t 0"]),
    u32Entry("tokenizer.ggml.bos_token_id", 0),
    u32Entry("tokenizer.ggml.eos_token_id", 0),
  ];
}

function scalingEntries({ architecture, ropeScaling }: ModelConfig): MetadataEntry[] {
  if (ropeScaling?.kind !== "linear" && ropeScaling?.kind !== "yarn") return [];
  const entries = [
    stringEntry(`${architecture}.rope.scaling.type`, ropeScaling.kind),
    f32Entry(`${architecture}.rope.scaling.factor`, ropeScaling.factor),
  ];
  if (ropeScaling.kind === "yarn")
    entries.push(u32Entry(`${architecture}.rope.scaling.original_context_length`, ropeScaling.originalLength));
  return entries;
}

function writeAligned(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  writeSync(fd, new Uint8Array(padding(bytes.length)));
}
