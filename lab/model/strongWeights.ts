// Turns the tensors of the strong tier's GGUF file into stored ones. What the file has in 4, 5 or 8 bits keeps its whole numbers, and the scales of
// 4 and 5 bits become codes of 8 bits. The rest is rounded once more: half of the down projections from 6 bits to the 4 that the other half has,
// and the embedding from 8 to 6. Writes no files.

import { ggufInvalid } from "../../common/errors.ts";
import {
  BLOCK_SIZE,
  decodeScales,
  encodeScales,
  floatToHalf,
  halfFloats,
  offsetOf,
  packQ,
} from "../../server/engine/models/blocks.ts";
import type { GgufFile } from "../../server/engine/models/gguf.ts";
import type { GgufTensor } from "../../server/engine/models/ggufHead.ts";
import type { TensorToWrite } from "../../server/engine/models/safetensors.ts";
import { EMBEDDING, ggufName, HEAD } from "../../server/engine/models/tensors.ts";

/** The embedding is the head, too: it is worth a bit more. */
const EMBEDDING_BITS = 6;

/** How much an error in each input channel of the matrix counts, such as the mean square of what it is multiplied by; absent: all the same. */
export type Importance = (name: string) => Float32Array | undefined;

/**
 * The parts of stored tensor `name`.
 * @param keptIds the rows of the embedding that are kept
 */
export function strongParts(
  gguf: GgufFile,
  name: string,
  keptIds: readonly number[],
  importanceOf: Importance = () => undefined,
): TensorToWrite[] {
  const source = gguf.tensors.get(ggufName(name === EMBEDDING ? HEAD : name)); // the head has the same values, better kept
  if (!source) throw ggufInvalid(gguf.path, `it has no tensor "${ggufName(name)}"`);
  if (name === EMBEDDING) {
    const { cols } = source;
    const values = new Float32Array(keptIds.length * cols);
    for (const [row, id] of keptIds.entries()) values.set(gguf.values(source.name, id, 1), row * cols);
    return symmetricParts(name, values, cols, EMBEDDING_BITS);
  }
  const bytes = gguf.read(source.name);
  if (source.type === "f32") return [{ name, type: "F32", shape: [source.cols], data: bytes }];
  if (source.type === "q5_0") return q5Parts(name, source, bytes);
  if (source.type === "q4_k") return q4Parts(name, source, bytes);
  if (source.type === "q8_0") return q8Parts(name, source, bytes);
  if (source.type === "q6_k") return asymmetricParts(name, gguf.values(source.name), source.cols, importanceOf(name));
  throw ggufInvalid(gguf.path, `the tensor "${source.name}" has the type ${source.type}`);
}

/** Blocks of 22 bytes: a half float, 32 upper bits, 16 bytes of lower bits. The bits are ours as they are. */
function q5Parts(name: string, { rows, cols }: GgufTensor, bytes: Uint8Array): TensorToWrite[] {
  const blocks = cols / BLOCK_SIZE;
  const scale = new Float32Array(rows * blocks);
  const low = new Uint8Array(rows * blocks * 16);
  const high = new Uint8Array(rows * blocks * 4);
  for (let block = 0; block < scale.length; block++) {
    const at = block * 22;
    scale[block] = half(bytes, at);
    high.set(bytes.subarray(at + 2, at + 6), block * 4);
    low.set(bytes.subarray(at + 6, at + 22), block * 16);
  }
  return [
    { name: `${name}.q`, type: "U8", shape: [rows, blocks, 16], data: low },
    { name: `${name}.high`, type: "U8", shape: [rows, blocks, 4], data: high },
    ...codedParts(`${name}.scale`, scale, rows),
  ];
}

/** Blocks of 256 with eight scales and minimums of 6 bits: value = d * scale * q - dmin * minimum. */
function q4Parts(name: string, { rows, cols }: GgufTensor, bytes: Uint8Array): TensorToWrite[] {
  const blocks = cols / BLOCK_SIZE;
  const scale = new Float32Array(rows * blocks);
  const min = new Float32Array(rows * blocks);
  const q = new Uint8Array(rows * blocks * 16);
  for (let block = 0; block < scale.length; block++) {
    const at = Math.floor(block / 8) * 144;
    const j = block % 8;
    const packed = bytes.subarray(at + 4, at + 16);
    const upper = j >= 4;
    const scaleCode = upper ? (packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4) : packed[j] & 63;
    const minCode = upper ? (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4) : packed[j + 4] & 63;
    scale[block] = half(bytes, at) * scaleCode;
    min[block] = -half(bytes, at + 2) * minCode;
    const from = at + 16 + (j >> 1) * 32; // two blocks share 32 bytes: the low and the high halves
    const value = (i: number) => (bytes[from + i] >> (4 * (j & 1))) & 15;
    for (let i = 0; i < 16; i++) q[block * 16 + i] = value(i) | (value(i + 16) << 4);
  }
  return [
    { name: `${name}.q`, type: "U8", shape: [rows, blocks, 16], data: q },
    ...codedParts(`${name}.scale`, scale, rows),
    ...codedParts(`${name}.min`, min, rows),
  ];
}

function q8Parts(name: string, { rows, cols }: GgufTensor, bytes: Uint8Array): TensorToWrite[] {
  const blocks = cols / BLOCK_SIZE;
  const q = new Uint8Array(rows * cols);
  const scale = new Float32Array(rows * blocks);
  for (let block = 0; block < scale.length; block++) {
    const at = block * 34;
    scale[block] = half(bytes, at);
    q.set(bytes.subarray(at + 2, at + 34), block * BLOCK_SIZE);
  }
  return [
    { name: `${name}.q`, type: "I8", shape: [rows, cols], data: q },
    { name: `${name}.scale`, type: "F16", shape: [rows, blocks], data: floatToHalf(scale) },
  ];
}

/** Parts of signed whole numbers of `bits` bits: a scale for each block by which it is rounded with the least error, then a code for that scale. */
function symmetricParts(name: string, values: Float32Array, cols: number, bits: 5 | 6): TensorToWrite[] {
  const rows = values.length / cols;
  const blocks = cols / BLOCK_SIZE;
  const offset = offsetOf(bits);
  const wanted = new Float32Array(rows * blocks);
  const blockOf = (block: number) => values.subarray(block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
  for (let block = 0; block < wanted.length; block++) wanted[block] = bestScale(blockOf(block), offset);
  const { codes, unit } = encodeScales(wanted, rows);
  const scale = decodeScales(codes, unit);
  const q = Int8Array.from(values, (value, i) => rounded(value, scale[i >> 5], -offset, offset - 1));
  const { low, high } = packQ(q, bits);
  return [
    { name: `${name}.q`, type: "U8", shape: [rows, blocks, 16], data: low },
    { name: `${name}.high`, type: "U8", shape: [rows, blocks, 4 * (bits - 4)], data: high },
    ...scaleParts(`${name}.scale`, codes, unit, blocks),
  ];
}

/** How far the greatest magnitude may lie beyond the last step: what it loses, all others gain. */
const STRETCHES = Array.from({ length: 13 }, (_, i) => 0.94 + 0.02 * i);

/** The scale, negative where the greatest magnitude is positive, with the least sum of squared errors among some. */
function bestScale(values: Float32Array, offset: number): number {
  let extreme = 0;
  for (const value of values) if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  if (extreme === 0) return 0;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const stretch of STRETCHES) {
    const scale = extreme / (-offset * stretch);
    let error = 0;
    for (const value of values) error += (value - scale * rounded(value, scale, -offset, offset - 1)) ** 2;
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

/** Parts of whole numbers of 4 bits with a scale and a minimum, rounded with the least weighted error. */
function asymmetricParts(name: string, values: Float32Array, cols: number, importance?: Float32Array): TensorToWrite[] {
  const rows = values.length / cols;
  const blocks = cols / BLOCK_SIZE;
  const wantedScale = new Float32Array(rows * blocks);
  const wantedMin = new Float32Array(rows * blocks);
  for (let block = 0; block < wantedScale.length; block++) {
    const at = (block % blocks) * BLOCK_SIZE;
    const part = values.subarray(block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
    const { scale, min } = bestRange(part, importance?.subarray(at, at + BLOCK_SIZE));
    wantedScale[block] = scale;
    wantedMin[block] = min;
  }
  const scaleCodes = encodeScales(wantedScale, rows);
  const minCodes = encodeScales(wantedMin, rows);
  const scale = decodeScales(scaleCodes.codes, scaleCodes.unit);
  const min = decodeScales(minCodes.codes, minCodes.unit);
  const q = new Uint8Array(values.length / 2);
  for (let i = 0; i < q.length; i++) {
    const block = i >> 4;
    const first = block * BLOCK_SIZE + (i & 15);
    const number = (value: number) => rounded(value - min[block], scale[block], 0, 15);
    q[i] = number(values[first]) | (number(values[first + 16]) << 4);
  }
  return [
    { name: `${name}.q`, type: "U8", shape: [rows, blocks, 16], data: q },
    ...scaleParts(`${name}.scale`, scaleCodes.codes, scaleCodes.unit, blocks),
    ...scaleParts(`${name}.min`, minCodes.codes, minCodes.unit, blocks),
  ];
}

/** How much of the least and of the greatest value the range is cut to. */
const CUTS = [1, 0.95, 0.9, 0.85, 0.8, 0.75];

function bestRange(values: Float32Array, weights?: Float32Array): { scale: number; min: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  let best = { scale: 0, min: low };
  let least = Number.POSITIVE_INFINITY;
  for (const lowCut of CUTS) {
    for (const highCut of CUTS) {
      const min = low * lowCut;
      const scale = (high * highCut - min) / 15;
      let error = 0;
      for (let i = 0; i < values.length; i++) {
        const off = values[i] - min - scale * rounded(values[i] - min, scale, 0, 15);
        error += off * off * (weights ? weights[i] : 1);
      }
      if (error < least) [best, least] = [{ scale, min }, error];
    }
  }
  return best;
}

function rounded(value: number, scale: number, least: number, most: number): number {
  return scale === 0 ? 0 : Math.max(least, Math.min(most, Math.round(value / scale)));
}

function codedParts(name: string, scales: Float32Array, rows: number): TensorToWrite[] {
  const { codes, unit } = encodeScales(scales, rows);
  return scaleParts(name, codes, unit, scales.length / rows);
}

function scaleParts(name: string, codes: Int8Array, unit: Float32Array, blocks: number): TensorToWrite[] {
  const bytesOf = (array: Int8Array | Float32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return [
    { name, type: "I8", shape: [unit.length, blocks], data: bytesOf(codes) },
    { name: `${name}_unit`, type: "F32", shape: [unit.length], data: bytesOf(unit) },
  ];
}

const half = (bytes: Uint8Array, at: number): number => halfFloats()[bytes[at] | (bytes[at + 1] << 8)];
