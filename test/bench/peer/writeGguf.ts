// Writes a model as a GGUF file of the llama architecture, so that llama.cpp can run the same weights. The vocabulary is made up: both
// engines are given token ids. Reads weights through `dequantise` only.

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { ggufName, sourceRows } from "../../../scripts/model/ggufWeights.ts";
import type { ModelConfig } from "../../../server/models/config.ts";
import { type StoredModel, tensorShapes } from "../../../server/models/modelStore.ts";
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
} from "../../fixtures/ggufFile.ts";
import { packQ4_0, packQ8_0 } from "./ggufBlocks.ts";

/** "f32": the oracle's. The others: matrices in these blocks, the embedding (and with it the head) in Q8_0, norms as floats. */
export type GgufForm = "f32" | "q8_0" | "q4_0";

/** Raised whenever the bytes of a file change that is made of the same weights. */
export const WRITER_VERSION = 1;

const EMBEDDING = "model.embed_tokens.weight";
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
  const head = ggufHead({
    metadata: metadataOf(config, form),
    tensors: tensors.map(({ name, rows, cols, encoding, sizeBytes }) => ({
      name: ggufName(name),
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

function metadataOf(config: ModelConfig, form: GgufForm): MetadataEntry[] {
  const tokens = Array.from({ length: config.vocabSize }, (_, id) => `t${id}`);
  const types = tokens.map((_, id) => (id === 0 ? 3 : 1)); // one control token, the rest plain
  return [
    stringEntry("general.architecture", "llama"),
    stringEntry("general.name", "peer"),
    u32Entry("general.file_type", FILE_TYPE[form]),
    u32Entry("llama.context_length", config.contextLength),
    u32Entry("llama.embedding_length", config.hiddenSize),
    u32Entry("llama.block_count", config.layers),
    u32Entry("llama.feed_forward_length", config.ffnSize),
    u32Entry("llama.attention.head_count", config.heads),
    u32Entry("llama.attention.head_count_kv", config.kvHeads),
    u32Entry("llama.attention.key_length", config.headDim),
    u32Entry("llama.attention.value_length", config.headDim),
    f32Entry("llama.attention.layer_norm_rms_epsilon", config.rmsNormEps),
    f32Entry("llama.rope.freq_base", config.ropeTheta),
    u32Entry("llama.rope.dimension_count", config.headDim),
    u32Entry("llama.vocab_size", config.vocabSize),
    stringEntry("tokenizer.ggml.model", "gpt2"),
    stringEntry("tokenizer.ggml.pre", "default"),
    stringsEntry("tokenizer.ggml.tokens", tokens),
    arrayEntry("tokenizer.ggml.token_type", 5, types.map(u32)),
    stringsEntry("tokenizer.ggml.merges", ["t 0"]),
    u32Entry("tokenizer.ggml.bos_token_id", 0),
    u32Entry("tokenizer.ggml.eos_token_id", 0),
  ];
}

function writeAligned(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  writeSync(fd, new Uint8Array(padding(bytes.length)));
}
