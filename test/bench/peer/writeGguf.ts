// Writes a model as a GGUF file of the llama architecture, so that llama.cpp can run the same weights. The vocabulary is made up: both
// engines are given token ids. Reads weights through `dequantise` only.

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { ggufName, sourceRows } from "../../../scripts/model/ggufWeights.ts";
import type { ModelConfig } from "../../../server/models/config.ts";
import { type StoredModel, tensorShapes } from "../../../server/models/modelStore.ts";
import { packQ4_0, packQ8_0 } from "./ggufBlocks.ts";

/** "f32": the oracle's. The others: matrices in these blocks, the embedding (and with it the head) in Q8_0, norms as floats. */
export type GgufForm = "f32" | "q8_0" | "q4_0";

/** Raised whenever the bytes of a file change that is made of the same weights. */
export const WRITER_VERSION = 1;

const EMBEDDING = "model.embed_tokens.weight";
const ALIGNMENT = 32;
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
  if (!config.tiedEmbeddings) throw new Error("an output head of its own is not written");
  const tensors = tensorShapes(config).map(({ name, rows, cols }) => {
    const encoding: GgufForm = rows === 1 ? "f32" : name === EMBEDDING && form === "q4_0" ? "q8_0" : form;
    return { name, rows, cols, encoding, sizeBytes: (rows * cols * BYTES_PER_BLOCK[encoding]) / 32 };
  });
  let offset = 0;
  const infos = tensors.map(({ name, rows, cols, encoding, sizeBytes }) => {
    const shape = rows === 1 ? [cols] : [cols, rows]; // neighbours first
    const place = u64(offset);
    offset += aligned(sizeBytes);
    return Buffer.concat([
      text(ggufName(name)),
      u32(shape.length),
      ...shape.map(u64),
      u32(TYPE_NUMBER[encoding]),
      place,
    ]);
  });
  const metadata = metadataOf(config, form);
  const counts = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(metadata.length)];
  const temporary = `${file}.tmp-${process.pid}`;
  try {
    const fd = openSync(temporary, "w");
    try {
      writeAligned(fd, Buffer.concat([...counts, ...metadata, ...infos]));
      for (const { name, rows, encoding } of tensors)
        writeAligned(fd, encode(inGgufOrder(model.dequantise(name), name, rows, config), encoding));
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** GGUF's order of the rows of queries and keys: `sourceRows` says for each of our rows where it lies there. */
function inGgufOrder(values: Float32Array, name: string, rows: number, config: ModelConfig): Float32Array {
  if (!/\.[qk]_proj\.weight$/.test(name)) return values;
  const cols = values.length / rows;
  const out = new Float32Array(values.length);
  sourceRows(name, rows, config, []).forEach((there, row) => {
    out.set(values.subarray(row * cols, (row + 1) * cols), there * cols);
  });
  return out;
}

function encode(values: Float32Array, encoding: GgufForm): Uint8Array {
  if (encoding === "q8_0") return packQ8_0(values);
  if (encoding === "q4_0") return packQ4_0(values);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function metadataOf(config: ModelConfig, form: GgufForm): Buffer[] {
  const tokens = Array.from({ length: config.vocabSize }, (_, id) => `t${id}`);
  const types = tokens.map((_, id) => (id === 0 ? 3 : 1)); // one control token, the rest plain
  return [
    entry("general.architecture", 8, text("llama")),
    entry("general.name", 8, text("peer")),
    entry("general.file_type", 4, u32(FILE_TYPE[form])),
    entry("llama.context_length", 4, u32(config.contextLength)),
    entry("llama.embedding_length", 4, u32(config.hiddenSize)),
    entry("llama.block_count", 4, u32(config.layers)),
    entry("llama.feed_forward_length", 4, u32(config.ffnSize)),
    entry("llama.attention.head_count", 4, u32(config.heads)),
    entry("llama.attention.head_count_kv", 4, u32(config.kvHeads)),
    entry("llama.attention.key_length", 4, u32(config.headDim)),
    entry("llama.attention.value_length", 4, u32(config.headDim)),
    entry("llama.attention.layer_norm_rms_epsilon", 6, f32(config.rmsNormEps)),
    entry("llama.rope.freq_base", 6, f32(config.ropeTheta)),
    entry("llama.rope.dimension_count", 4, u32(config.headDim)),
    entry("llama.vocab_size", 4, u32(config.vocabSize)),
    entry("tokenizer.ggml.model", 8, text("gpt2")),
    entry("tokenizer.ggml.pre", 8, text("default")),
    entry("tokenizer.ggml.tokens", 9, array(8, tokens.map(text))),
    entry("tokenizer.ggml.token_type", 9, array(5, types.map(u32))),
    entry("tokenizer.ggml.merges", 9, array(8, [text("t 0")])),
    entry("tokenizer.ggml.bos_token_id", 4, u32(0)),
    entry("tokenizer.ggml.eos_token_id", 4, u32(0)),
  ];
}

const entry = (key: string, type: number, value: Buffer): Buffer => Buffer.concat([text(key), u32(type), value]);
const array = (type: number, items: Buffer[]): Buffer => Buffer.concat([u32(type), u64(items.length), ...items]);
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

function u64(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
}

function f32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return out;
}

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

function writeAligned(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  writeSync(fd, new Uint8Array(aligned(bytes.length) - bytes.length));
}
