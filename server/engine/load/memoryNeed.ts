// Estimates from a model's shape how much memory it takes when it runs, before anything is loaded. Pure: asks the system nothing.

import type { Form } from "../graph/decoderGraph.ts";
import { BLOCK_SIZE } from "../models/blocks.ts";
import { type ModelConfig, tablePositions } from "../models/config.ts";
import { EMBEDDING, HEAD, tensorShapes } from "../models/tensors.ts";
import { CHUNK_TOKENS } from "../runtime/decoder.ts";
import { positionBytes } from "../runtime/kvBuffers.ts";

/** What a model adds to a process, in bytes. */
export interface MemoryNeed {
  weights: number; // of the compute form
  cache: number; // one full KV cache
  scores: number; // attention scores in the longest run
  fixed: number; // onnxruntime, its arena, activations
  deriving: number; // while the compute form is derived, when none of the others is allocated
  total: number; // the peak
}

const FLOAT_BYTES = 4;
/** The remainder, beyond the other parts, of the 277 MB that loading the embedded model and filling its cache adds to a process (x64). */
const FIXED_BYTES = 45e6;

/** @param capacity positions in a KV cache */
export function memoryNeed(config: ModelConfig, form: Form, capacity: number): MemoryNeed {
  const { hiddenSize, vocabSize, layers, heads, headDim } = config;
  const shapes = tensorShapes(config);
  const embedding = vocabSize * hiddenSize;
  const rotary = tablePositions(config) * headDim * FLOAT_BYTES; // a cosine and a sine for each pair of channels
  const headCopy = form === "fp32" && config.tiedEmbeddings ? embedding * FLOAT_BYTES : 0; // the head, transposed
  const values = shapes.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const largest = Math.max(...shapes.map(({ rows, cols }) => rows * cols));
  const layer = (values - embedding * (config.tiedEmbeddings ? 1 : 2)) / layers; // a layer is smoothed as a whole

  const weights = shapes.reduce((sum, shape) => sum + tensorBytes(shape, form), rotary + headCopy);
  const cache = capacity * positionBytes(config) * (form === "gpu16" ? 0.5 : 1);
  const scores = heads * Math.min(CHUNK_TOKENS, capacity) * capacity * FLOAT_BYTES;
  const deriving = 2 * Math.max(largest * FLOAT_BYTES, layer * FLOAT_BYTES, rotary); // the input and the result
  const total = Math.max(weights + cache + scores + FIXED_BYTES, deriving);
  return { weights, cache, scores, fixed: FIXED_BYTES, deriving, total };
}

/** The share of the machine's memory that all slots together may take. */
const SLOTS_SHARE = 1 / 128;

/**
 * Positions that all slots of the KV cache may hold together: two full slots where the machine has enough memory (for the embedded model 24 GB;
 * with 16 GB one and a third), and at least one.
 */
export function slotPositions(config: ModelConfig, capacity: number, machineBytes: number): number {
  const affordable = Math.floor((machineBytes * SLOTS_SHARE) / positionBytes(config));
  return Math.min(2 * capacity, Math.max(capacity, affordable));
}

/** Forms of blocks are estimated as if each weight had eight bits. */
function tensorBytes({ name, rows, cols }: { name: string; rows: number; cols: number }, form: Form): number {
  if (rows === 1 || form === "fp32") return rows * cols * FLOAT_BYTES;
  const scales = form === "row8" && name !== EMBEDDING && name !== HEAD ? rows : (rows * cols) / BLOCK_SIZE;
  return rows * cols + scales * FLOAT_BYTES;
}
