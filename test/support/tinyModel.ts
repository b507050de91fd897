// A tiny model with random weights and a byte tokenizer, for unit and host tests. Same encodings as the real model (q4_1 blocks, q8_0
// embedding), so that it uses the same code paths. Its text means nothing.

import type { ModelConfig } from "../../server/engine/models/config.ts";
import type { StoredModel, StoredTensor, TensorBlocks } from "../../server/engine/models/modelStore.ts";
import { EMBEDDING, HEAD, tensorShapes } from "../../server/engine/models/tensors.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";

const CONFIG: ModelConfig = {
  architecture: "llama",
  hiddenSize: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  ffnSize: 96,
  vocabSize: 260, // 256 bytes and four special tokens
  contextLength: 2048,
  ropeTheta: 10_000,
  normEps: 1e-5,
  tiedEmbeddings: true,
};

const BLOCK = 32; // weights that share a scale

/** A model of about 0.1 MB whose weights depend on `seed` only, and on what it has that Llama has not. */
export function tinyModel(seed = 1, options: Partial<ModelConfig> = {}): StoredModel {
  const config = { ...CONFIG, ...options };
  const random = gaussian(seed);
  const tensors = new Map<string, StoredTensor>();
  const vectors = new Map<string, Float32Array>();
  const blocks = new Map<string, TensorBlocks>();
  for (const { name, rows, cols } of tensorShapes(config)) {
    const isEnd = name === EMBEDDING || name === HEAD;
    const spread = isEnd ? 0.4 : rows === 1 ? 0.2 : 0.25;
    const values = Float32Array.from({ length: rows * cols }, () => random() * spread);
    const encoding = isEnd ? "q8_0" : rows === 1 ? "f32" : "q4_1";
    tensors.set(name, { name, encoding, rows, cols });
    if (rows > 1) blocks.set(name, isEnd ? toQ8(values) : toQ4(values));
    else vectors.set(name, name.endsWith(".bias") ? values : values.map((v) => 1 + v));
  }

  return {
    id: "tiny",
    name: "Tiny",
    dir: "",
    config,
    weightsSha256: `tiny-${seed}`,
    tensors,
    blocks(name) {
      const found = blocks.get(name);
      if (!found) throw new Error(`no blocks of ${name}`);
      return found;
    },
    dequantise(name) {
      const vector = vectors.get(name);
      if (vector) return vector.slice();
      const { q, scale, min } = this.blocks(name);
      const values = new Float32Array(scale.length * BLOCK);
      for (let i = 0; i < values.length; i++) {
        const block = Math.floor(i / BLOCK);
        values[i] = scale[block] * (min ? nibble(q, block, i % BLOCK) : q[i]) + (min ? min[block] : 0);
      }
      return values;
    },
  };
}

/** Value `i` of a q4_1 block: byte j holds value j in its low and value j + 16 in its high 4 bits. */
function nibble(q: Uint8Array | Int8Array, block: number, i: number): number {
  return (q[block * 16 + (i % 16)] >> (i < 16 ? 0 : 4)) & 15;
}

/** Blocks of 32 with a scale and a minimum, as ggml's Q4_1: value = q * scale + min, q in 0..15. */
function toQ4(values: Float32Array): TensorBlocks {
  const q = new Uint8Array(values.length / 2);
  const scale = new Float32Array(values.length / BLOCK);
  const min = new Float32Array(values.length / BLOCK);
  for (let b = 0; b < scale.length; b++) {
    const block = values.subarray(b * BLOCK, (b + 1) * BLOCK);
    const low = Math.min(...block);
    scale[b] = (Math.max(...block) - low) / 15;
    min[b] = low;
    for (let i = 0; i < BLOCK; i++) {
      const value = Math.min(15, Math.round((block[i] - low) / scale[b]));
      q[b * 16 + (i % 16)] |= value << (i < 16 ? 0 : 4);
    }
  }
  return { q, scale, min };
}

/** Blocks of 32 with a scale, as ggml's Q8_0: value = q * scale, q in -127..127. */
function toQ8(values: Float32Array): TensorBlocks {
  const q = new Int8Array(values.length);
  const scale = new Float32Array(values.length / BLOCK);
  for (let b = 0; b < scale.length; b++) {
    const block = values.subarray(b * BLOCK, (b + 1) * BLOCK);
    scale[b] = Math.max(...block.map(Math.abs)) / 127;
    for (let i = 0; i < BLOCK; i++) q[b * BLOCK + i] = Math.round(block[i] / scale[b]);
  }
  return { q, scale };
}

/** Normally distributed numbers (Box and Muller) from a seeded 32-bit generator (mulberry32). */
function gaussian(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const SPECIALS = ["<|endoftext|>", "<file_sep>", "<|im_start|>", "<|im_end|>"]; // ids 256 and following

/** A tokenizer whose ids 0–255 are bytes and 256–259 special tokens. */
export function tinyTokenizer(): Tokenizer {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    vocabSize: CONFIG.vocabSize,
    endOfTextIds: [256],
    encode: (text) => [...encoder.encode(text)],
    decode: (ids) => decoder.decode(Uint8Array.from(ids.filter((id) => id < 256))),
    bytesOf: (id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)),
    specialId(name) {
      const index = SPECIALS.indexOf(name);
      return index < 0 ? undefined : 256 + index;
    },
  };
}
