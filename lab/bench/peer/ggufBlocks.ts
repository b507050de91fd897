// The block encodings that llama.cpp's quantised files have, made from floats as its reference quantiser makes them, and the way back.
// Bits only: knows no file and no tensor names.
//
// A block holds 32 neighbours of a row. Q8_0: scale f16, 32 signed bytes; value = scale * q. Q4_0: scale f16, 16 bytes; byte j holds q of
// value j in its low and of value j + 16 in its high 4 bits; value = scale * (q - 8).

import { BLOCK_SIZE, floatToHalf, halfToFloat } from "../../../server/engine/models/blocks.ts";

const SCALE_BYTES = 2;
const HALF_BLOCK = BLOCK_SIZE / 2;

export const BLOCK_BYTES = { q8_0: SCALE_BYTES + BLOCK_SIZE, q4_0: SCALE_BYTES + HALF_BLOCK } as const;

/** `values` [blocks * 32] in Q8_0: 127 steps of a block's largest magnitude, halves rounded away from zero. */
export function packQ8_0(values: Float32Array): Uint8Array {
  const scales = new Float32Array(values.length / BLOCK_SIZE);
  const out = new Uint8Array(scales.length * BLOCK_BYTES.q8_0);
  for (let block = 0, from = 0; block < scales.length; block++, from += BLOCK_SIZE) {
    let largest = 0;
    for (let i = from; i < from + BLOCK_SIZE; i++) largest = Math.max(largest, Math.abs(values[i]));
    scales[block] = largest / 127;
    const inverse = scales[block] > 0 ? Math.fround(1 / scales[block]) : 0;
    const to = block * BLOCK_BYTES.q8_0 + SCALE_BYTES;
    for (let i = 0; i < BLOCK_SIZE; i++) {
      const steps = Math.fround(values[from + i] * inverse);
      out[to + i] = steps < 0 ? -Math.trunc(0.5 - steps) : Math.trunc(steps + 0.5); // a byte keeps the low 8 bits
    }
  }
  return withScales(out, scales, BLOCK_BYTES.q8_0);
}

/** `values` [blocks * 32] in Q4_0: the value of the largest magnitude, with its sign, becomes -8. */
export function packQ4_0(values: Float32Array): Uint8Array {
  const scales = new Float32Array(values.length / BLOCK_SIZE);
  const out = new Uint8Array(scales.length * BLOCK_BYTES.q4_0);
  const q = new Uint8Array(BLOCK_SIZE);
  for (let block = 0, from = 0; block < scales.length; block++, from += BLOCK_SIZE) {
    let extreme = 0;
    for (let i = from; i < from + BLOCK_SIZE; i++) if (Math.abs(values[i]) > Math.abs(extreme)) extreme = values[i];
    scales[block] = extreme / -8;
    const inverse = scales[block] === 0 ? 0 : Math.fround(1 / scales[block]);
    for (let i = 0; i < BLOCK_SIZE; i++) q[i] = Math.min(15, Math.trunc(Math.fround(values[from + i] * inverse) + 8.5));
    const to = block * BLOCK_BYTES.q4_0 + SCALE_BYTES;
    for (let i = 0; i < HALF_BLOCK; i++) out[to + i] = q[i] | (q[i + HALF_BLOCK] << 4);
  }
  return withScales(out, scales, BLOCK_BYTES.q4_0);
}

/** The values of packed blocks, by the definition above. */
export function unpackBlocks(bytes: Uint8Array, encoding: keyof typeof BLOCK_BYTES): Float32Array {
  const size = BLOCK_BYTES[encoding];
  const out = new Float32Array((bytes.length / size) * BLOCK_SIZE);
  for (let from = 0, to = 0; from < bytes.length; from += size, to += BLOCK_SIZE) {
    const [scale] = halfToFloat(bytes.subarray(from, from + SCALE_BYTES));
    for (let i = 0; i < BLOCK_SIZE; i++) {
      const byte = bytes[from + SCALE_BYTES + (encoding === "q8_0" ? i : i % HALF_BLOCK)];
      const q = encoding === "q8_0" ? (byte << 24) >> 24 : (i < HALF_BLOCK ? byte & 15 : byte >> 4) - 8;
      out[to + i] = scale * q;
    }
  }
  return out;
}

function withScales(blocks: Uint8Array, scales: Float32Array, blockBytes: number): Uint8Array {
  const halves = floatToHalf(scales);
  for (let block = 0; block < scales.length; block++) {
    blocks[block * blockBytes] = halves[2 * block];
    blocks[block * blockBytes + 1] = halves[2 * block + 1];
  }
  return blocks;
}
