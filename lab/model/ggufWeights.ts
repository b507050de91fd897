// Turns the tensors of a llama GGUF file into stored tensors: other names, other row order, the same bits. Writes no files.

import { ggufInvalid } from "../../common/errors.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import type { GgufFile } from "../../server/engine/models/gguf.ts";
import type { GgufTensor } from "../../server/engine/models/ggufHead.ts";
import type { TensorToWrite } from "../../server/engine/models/safetensors.ts";
import { EMBEDDING, ggufName, ggufRowOrder } from "../../server/engine/models/tensors.ts";

/** For each stored row of tensor `name` the row of the GGUF tensor; of the embedding the kept tokens. */
export function sourceRows(name: string, rows: number, config: ModelConfig, keptIds: readonly number[]): Int32Array {
  if (name === EMBEDDING) return Int32Array.from(keptIds);
  return ggufRowOrder(name, config) ?? Int32Array.from({ length: rows }, (_, row) => row);
}

/** The parts of stored tensor `name`, its rows taken from the GGUF tensor in the order `rowOrder`. */
export function storedParts(gguf: GgufFile, name: string, rowOrder: Int32Array): TensorToWrite[] {
  const source = gguf.tensors.get(ggufName(name));
  if (!source) throw ggufInvalid(gguf.path, `it has no tensor "${ggufName(name)}"`);
  const bytes = gguf.read(source.name);
  const rows = rowOrder.length;
  const { cols } = source;
  if (source.type === "f32") {
    if (rows !== 1) throw ggufInvalid(gguf.path, `the matrix "${source.name}" is not quantised`);
    return [{ name, type: "F32", shape: [cols], data: bytes }];
  }
  const part = (
    suffix: string,
    type: TensorToWrite["type"],
    shape: number[],
    from: number,
    size: number,
  ): TensorToWrite => ({
    name: `${name}.${suffix}`,
    type,
    shape: [rows, ...shape],
    data: gatherBlocks(bytes, source, rowOrder, from, size),
  });
  const blocks = cols / 32;
  if (source.type === "q8_0") return [part("q", "I8", [cols], 2, 32), part("scale", "F16", [blocks], 0, 2)];
  if (source.type === "q4_1") {
    return [
      part("q", "U8", [blocks, 16], 4, 16),
      part("scale", "F16", [blocks], 0, 2),
      part("min", "F16", [blocks], 2, 2),
    ];
  }
  throw ggufInvalid(gguf.path, `the tensor "${source.name}" has the type ${source.type}`);
}

/** Of every block of every row, the bytes [from, from + size). */
function gatherBlocks(
  bytes: Uint8Array,
  source: GgufTensor,
  rowOrder: Int32Array,
  from: number,
  size: number,
): Uint8Array {
  const blocks = source.cols / 32;
  const blockBytes = source.sizeBytes / (source.rows * blocks);
  const out = new Uint8Array(rowOrder.length * blocks * size);
  let to = 0;
  for (const row of rowOrder) {
    for (let block = 0; block < blocks; block++, to += size) {
      const start = (row * blocks + block) * blockBytes + from;
      for (let i = 0; i < size; i++) out[to + i] = bytes[start + i];
    }
  }
  return out;
}

/**
 * The values of a GGUF tensor's rows, straight from its definition: the oracle that the stored form is held against, value by value.
 * @returns [rows, cols] in the order `rowOrder`
 */
export function ggufValues(gguf: GgufFile, name: string, rowOrder: Int32Array): Float32Array {
  const source = gguf.tensors.get(ggufName(name))!;
  const bytes = gguf.read(source.name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { cols, type } = source;
  const out = new Float32Array(rowOrder.length * cols);
  let to = 0;
  for (const row of rowOrder) {
    for (let col = 0; col < cols; col++) {
      const index = row * cols + col;
      const block = Math.floor(index / 32);
      const j = index % 32;
      if (type === "f32") out[to++] = view.getFloat32(index * 4, true);
      else if (type === "q8_0") out[to++] = half(view.getUint16(block * 34, true)) * view.getInt8(block * 34 + 2 + j);
      else if (type !== "q4_1") throw ggufInvalid(gguf.path, `the tensor "${source.name}" has the type ${type}`);
      else {
        const pair = view.getUint8(block * 20 + 4 + (j % 16));
        const scaled = Math.fround(half(view.getUint16(block * 20, true)) * (j < 16 ? pair & 15 : pair >> 4));
        out[to++] = scaled + half(view.getUint16(block * 20 + 2, true));
      }
    }
  }
  return out;
}

function half(bits: number): number {
  const magnitude = bits & 0x7fff;
  const exponent = magnitude >> 10;
  const value = exponent === 0 ? magnitude * 2 ** -24 : (1024 + (magnitude & 1023)) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -value : value;
}
