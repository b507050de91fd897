// The encodings of tensors in GGUF and safetensors files, as blocks of neighbours in a row, and their exact values. Bits only: knows no file and
// no tensor names. The layouts are those of ggml (ggml-org/llama.cpp, ggml/src/ggml-common.h).
//
// d, dmin, m: IEEE half floats. Products of a scale and its integers have at most 23 bits, so they are as exact in 32-bit floats as in 64-bit
// ones. A value is rounded once, where a minimum is added, which gives the same bits as ggml's own arithmetic.

import { halfFloats } from "./blocks.ts";

export type GgufTensorType =
  | "f32"
  | "f16"
  | "bf16"
  | "q4_0"
  | "q4_1"
  | "q5_0"
  | "q5_1"
  | "q8_0"
  | "q4_k"
  | "q5_k"
  | "q6_k";

export interface BlockLayout {
  blockSize: number; // values per block
  blockBytes: number;
  /** Fills `out` [blocks * blockSize] with the values of `bytes` [blocks * blockBytes], at any alignment. */
  dequantise(bytes: Uint8Array, out: Float32Array): void;
}

export const BLOCK_LAYOUTS: Readonly<Record<GgufTensorType, BlockLayout>> = {
  f32: { blockSize: 1, blockBytes: 4, dequantise: copyF32 },
  f16: { blockSize: 1, blockBytes: 2, dequantise: dequantiseF16 },
  bf16: { blockSize: 1, blockBytes: 2, dequantise: dequantiseBf16 },
  q4_0: { blockSize: 32, blockBytes: 18, dequantise: dequantiseQ4_0 },
  q4_1: { blockSize: 32, blockBytes: 20, dequantise: dequantiseQ4_1 },
  q5_0: { blockSize: 32, blockBytes: 22, dequantise: dequantiseQ5_0 },
  q5_1: { blockSize: 32, blockBytes: 24, dequantise: dequantiseQ5_1 },
  q8_0: { blockSize: 32, blockBytes: 34, dequantise: dequantiseQ8_0 },
  q4_k: { blockSize: 256, blockBytes: 144, dequantise: dequantiseQ4_K },
  q5_k: { blockSize: 256, blockBytes: 176, dequantise: dequantiseQ5_K },
  q6_k: { blockSize: 256, blockBytes: 210, dequantise: dequantiseQ6_K },
};

function copyF32(bytes: Uint8Array, out: Float32Array): void {
  new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
}

function dequantiseF16(bytes: Uint8Array, out: Float32Array): void {
  const half = halfFloats();
  const patterns = uint16s(bytes);
  for (let i = 0; i < out.length; i++) out[i] = half[patterns[i]];
}

/** The values of bf16: the upper 16 bits of a 32-bit float. */
function dequantiseBf16(bytes: Uint8Array, out: Float32Array): void {
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  const upper = uint16s(bytes);
  for (let i = 0; i < bits.length; i++) bits[i] = upper[i] << 16;
}

/** d, 16 bytes: byte j holds q of value j in its low and of value j + 16 in its high 4 bits. Value = d * (q - 8). */
function dequantiseQ4_0(bytes: Uint8Array, out: Float32Array): void {
  const half = halfFloats();
  for (let at = 0, to = 0; to < out.length; at += 18, to += 32) {
    const d = half[bytes[at] | (bytes[at + 1] << 8)];
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 2 + j];
      out[to + j] = d * ((pair & 15) - 8);
      out[to + j + 16] = d * ((pair >> 4) - 8);
    }
  }
}

/** d, m, 16 bytes as in Q4_0. Value = d * q + m. */
function dequantiseQ4_1(bytes: Uint8Array, out: Float32Array): void {
  const half = halfFloats();
  for (let at = 0, to = 0; to < out.length; at += 20, to += 32) {
    const d = half[bytes[at] | (bytes[at + 1] << 8)];
    const m = half[bytes[at + 2] | (bytes[at + 3] << 8)];
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 4 + j];
      out[to + j] = d * (pair & 15) + m;
      out[to + j + 16] = d * (pair >> 4) + m;
    }
  }
}

/** d, 32 bits, 16 bytes as in Q4_0; bit i is the fifth bit of value i's q. Value = d * (q - 16). */
function dequantiseQ5_0(bytes: Uint8Array, out: Float32Array): void {
  const half = halfFloats();
  for (let at = 0, to = 0; to < out.length; at += 22, to += 32) {
    const d = half[bytes[at] | (bytes[at + 1] << 8)];
    const high = uint32(bytes, at + 2);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 6 + j];
      out[to + j] = d * (((pair & 15) | (((high >>> j) & 1) << 4)) - 16);
      out[to + j + 16] = d * (((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) - 16);
    }
  }
}

/** d, m, 32 bits and 16 bytes as in Q5_0. Value = d * q + m. */
function dequantiseQ5_1(bytes: Uint8Array, out: Float32Array): void {
  const half = halfFloats();
  for (let at = 0, to = 0; to < out.length; at += 24, to += 32) {
    const d = half[bytes[at] | (bytes[at + 1] << 8)];
    const m = half[bytes[at + 2] | (bytes[at + 3] << 8)];
    const high = uint32(bytes, at + 4);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 8 + j];
      out[to + j] = d * ((pair & 15) | (((high >>> j) & 1) << 4)) + m;
      out[to + j + 16] = d * ((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) + m;
    }
  }
}

/** d, 32 signed bytes. Value = d * q. */
function dequantiseQ8_0(bytes: Uint8Array, out: Float32Array): void {
  const half = halfFloats();
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, to = 0; to < out.length; at += 34, to += 32) {
    const d = half[bytes[at] | (bytes[at + 1] << 8)];
    for (let j = 0; j < 32; j++) out[to + j] = d * signed[at + 2 + j];
  }
}

/**
 * d, dmin, 12 bytes of scales (see `unpackScales`), 128 bytes: 8 sub-blocks of 32 values. Byte j of the 32 bytes p holds q of value j of
 * sub-block 2p in its low, and of sub-block 2p + 1 in its high 4 bits. Value = d * scale * q - dmin * min.
 */
function dequantiseQ4_K(bytes: Uint8Array, out: Float32Array): void {
  const scales = new Float32Array(8);
  const mins = new Float32Array(8);
  for (let at = 0, to = 0; to < out.length; at += 144) {
    unpackScales(bytes, at, scales, mins);
    for (let sub = 0, q = at + 16; sub < 8; sub += 2, q += 32, to += 64) {
      const lowScale = scales[sub];
      const lowMin = mins[sub];
      const highScale = scales[sub + 1];
      const highMin = mins[sub + 1];
      for (let j = 0; j < 32; j++) {
        const pair = bytes[q + j];
        out[to + j] = lowScale * (pair & 15) - lowMin;
        out[to + j + 32] = highScale * (pair >> 4) - highMin;
      }
    }
  }
}

/** As Q4_K, with 32 bytes between the scales and the rest: bit s of byte j is the fifth bit of q of value j of sub-block s. */
function dequantiseQ5_K(bytes: Uint8Array, out: Float32Array): void {
  const scales = new Float32Array(8);
  const mins = new Float32Array(8);
  for (let at = 0, to = 0; to < out.length; at += 176) {
    unpackScales(bytes, at, scales, mins);
    for (let sub = 0, q = at + 48; sub < 8; sub += 2, q += 32, to += 64) {
      const lowScale = scales[sub];
      const lowMin = mins[sub];
      const highScale = scales[sub + 1];
      const highMin = mins[sub + 1];
      for (let j = 0; j < 32; j++) {
        const pair = bytes[q + j];
        const high = bytes[at + 16 + j] >> sub;
        out[to + j] = lowScale * ((pair & 15) | ((high & 1) << 4)) - lowMin;
        out[to + j + 32] = highScale * ((pair >> 4) | ((high & 2) << 3)) - highMin;
      }
    }
  }
}

/**
 * 128 bytes of low 4 bits, 64 of high 2 bits, 16 signed scales, d; one scale for 16 values. Each half of 128 values has 64 low and 32 high
 * bytes. Value j + 32 k of a half takes its low bits from low byte j + 32 (k mod 2) (the byte's high 4 bits where k > 1), and its high bits from
 * bits 2k and 2k + 1 of high byte j. Value = d * scale * (q - 32).
 */
function dequantiseQ6_K(bytes: Uint8Array, out: Float32Array): void {
  const half = halfFloats();
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, to = 0; to < out.length; at += 210) {
    const d = half[bytes[at + 208] | (bytes[at + 209] << 8)];
    for (let side = 0; side < 2; side++, to += 128) {
      for (let part = 0; part < 2; part++) {
        const low = at + 64 * side + 16 * part;
        const high = at + 128 + 32 * side + 16 * part;
        const scale = at + 192 + 8 * side + part;
        const s0 = d * signed[scale];
        const s1 = d * signed[scale + 2];
        const s2 = d * signed[scale + 4];
        const s3 = d * signed[scale + 6];
        for (let j = 0, i = to + 16 * part; j < 16; j++, i++) {
          const first = bytes[low + j];
          const second = bytes[low + j + 32];
          const bits = bytes[high + j];
          out[i] = s0 * (((first & 15) | ((bits & 3) << 4)) - 32);
          out[i + 32] = s1 * (((second & 15) | ((bits & 12) << 2)) - 32);
          out[i + 64] = s2 * (((first >> 4) | (bits & 48)) - 32);
          out[i + 96] = s3 * (((second >> 4) | ((bits & 192) >> 2)) - 32);
        }
      }
    }
  }
}

/**
 * The scales and minimums [8] of the super-block at `at`: d and dmin times 6-bit integers. Bytes 0…3 hold the first four scales, bytes 4…7 the
 * first four minimums. Bytes 8…11 hold the low 4 bits of the other scales (low) and minimums (high); their upper 2 bits are the upper 2 bits of
 * bytes 0…3 and 4…7.
 */
function unpackScales(bytes: Uint8Array, at: number, scales: Float32Array, mins: Float32Array): void {
  const half = halfFloats();
  const d = half[bytes[at] | (bytes[at + 1] << 8)];
  const dmin = half[bytes[at + 2] | (bytes[at + 3] << 8)];
  for (let i = 0; i < 4; i++) {
    const scale = bytes[at + 4 + i];
    const min = bytes[at + 8 + i];
    const others = bytes[at + 12 + i];
    scales[i] = d * (scale & 63);
    mins[i] = dmin * (min & 63);
    scales[i + 4] = d * ((others & 15) | ((scale & 192) >> 2));
    mins[i + 4] = dmin * ((others >> 4) | ((min & 192) >> 2));
  }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);

/** `bytes` as 16-bit integers; a copy where they begin at an odd address. */
function uint16s(bytes: Uint8Array): Uint16Array {
  const even = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(even.buffer, even.byteOffset, even.length >> 1);
}
