// The values of every block layout: those of ggml's Python package, bit for bit, and those of the plainest reading of each definition.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BLOCK_LAYOUTS, type GgufTensorType } from "../../../../server/engine/models/ggufBlocks.ts";

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, "../../../golden/gguf-golden.json"), "utf8")) as {
  types: Record<GgufTensorType, { blocks: string; values: string }>;
};

const TYPES = Object.keys(BLOCK_LAYOUTS) as GgufTensorType[];

/** `values` as bits, where every NaN is the same one. */
function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)).buffer);
}

function dequantised(type: GgufTensorType, bytes: Uint8Array): Float32Array {
  const { blockSize, blockBytes, dequantise } = BLOCK_LAYOUTS[type];
  const out = new Float32Array((bytes.length / blockBytes) * blockSize);
  dequantise(bytes, out);
  return out;
}

for (const type of TYPES) {
  test(`${type} has the values of ggml's package, bit for bit`, () => {
    const blocks = Buffer.from(golden.types[type].blocks, "base64");
    const expected = new Uint8Array(Buffer.from(golden.types[type].values, "base64"));
    assert.ok(blocks.length > 0);
    assert.deepEqual(new Uint8Array(dequantised(type, blocks).buffer), expected);
  });
}

const fround = Math.fround;

/** A half float by IEEE 754, from its two bytes. */
function half(block: Uint8Array, at: number): number {
  const pattern = block[at] + 256 * block[at + 1];
  const sign = pattern >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(pattern / 1024) % 32;
  const fraction = pattern % 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Bits [from, from + count) of a byte, as a number. */
const bitsOf = (byte: number, from: number, count: number): number => Math.floor(byte / 2 ** from) % 2 ** count;

/** Byte `j mod 16` of the 16 from `at` on holds q of value j: the low 4 bits for the first sixteen values, else the high ones. */
const nibble = (block: Uint8Array, at: number, j: number): number => bitsOf(block[at + (j % 16)], j < 16 ? 0 : 4, 4);
const fifthBit = (block: Uint8Array, at: number, j: number): number => bitsOf(block[at + Math.floor(j / 8)], j % 8, 1);
const signed = (byte: number): number => (byte < 128 ? byte : byte - 256);

/** 6-bit scale and minimum of sub-block `s`, from the 12 bytes at `at`. */
function scaleAndMin(block: Uint8Array, at: number, s: number): [scale: number, min: number] {
  const byte = (i: number): number => block[at + i];
  if (s < 4) return [bitsOf(byte(s), 0, 6), bitsOf(byte(s + 4), 0, 6)];
  const upper = [bitsOf(byte(s - 4), 6, 2), bitsOf(byte(s), 6, 2)];
  return [16 * upper[0] + bitsOf(byte(s + 4), 0, 4), 16 * upper[1] + bitsOf(byte(s + 4), 4, 4)];
}

/** Value `j` of a block whose bytes are `block`, with each step rounded to 32 bits as ggml's C does. */
const DEFINITIONS: Record<GgufTensorType, (block: Uint8Array, j: number) => number> = {
  f32: (block) => new DataView(block.slice().buffer).getFloat32(0, true),
  f16: (block) => half(block, 0),
  bf16: (block) => new DataView(Uint8Array.of(0, 0, block[0], block[1]).buffer).getFloat32(0, true),
  q4_0: (block, j) => fround(half(block, 0) * (nibble(block, 2, j) - 8)),
  q4_1: (block, j) => fround(fround(half(block, 0) * nibble(block, 4, j)) + half(block, 2)),
  q5_0: (block, j) => fround(half(block, 0) * (nibble(block, 6, j) + 16 * fifthBit(block, 2, j) - 16)),
  q5_1: (block, j) =>
    fround(fround(half(block, 0) * (nibble(block, 8, j) + 16 * fifthBit(block, 4, j))) + half(block, 2)),
  q8_0: (block, j) => fround(half(block, 0) * signed(block[2 + j])),
  q4_k: (block, j) => {
    const sub = Math.floor(j / 32);
    const [scale, min] = scaleAndMin(block, 4, sub);
    const q = bitsOf(block[16 + 32 * Math.floor(sub / 2) + (j % 32)], sub % 2 === 0 ? 0 : 4, 4);
    return fround(fround(fround(half(block, 0) * scale) * q) - fround(half(block, 2) * min));
  },
  q5_k: (block, j) => {
    const sub = Math.floor(j / 32);
    const [scale, min] = scaleAndMin(block, 4, sub);
    const low = bitsOf(block[48 + 32 * Math.floor(sub / 2) + (j % 32)], sub % 2 === 0 ? 0 : 4, 4);
    const q = low + 16 * bitsOf(block[16 + (j % 32)], sub, 1);
    return fround(fround(fround(half(block, 0) * scale) * q) - fround(half(block, 2) * min));
  },
  q6_k: (block, j) => {
    const side = Math.floor(j / 128);
    const quarter = Math.floor(j / 32) % 4;
    const low = bitsOf(block[64 * side + 32 * (quarter % 2) + (j % 32)], quarter < 2 ? 0 : 4, 4);
    const q = low + 16 * bitsOf(block[128 + 32 * side + (j % 32)], 2 * quarter, 2) - 32;
    return fround(fround(half(block, 208) * signed(block[192 + Math.floor(j / 16)])) * q);
  },
};

/** Random bytes, the same for a seed: the high bytes of a linear congruential generator. */
function randomBytes(count: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24);
}

for (const type of TYPES) {
  test(`${type} of any bytes, anywhere in memory, has the values of its definition`, () => {
    const { blockSize, blockBytes } = BLOCK_LAYOUTS[type];
    for (let seed = 1; seed <= 20; seed++) {
      const bytes = randomBytes(24 * blockBytes + seed, seed).subarray(seed);
      const expected = new Float32Array(24 * blockSize);
      for (let i = 0; i < expected.length; i++) {
        const from = Math.floor(i / blockSize) * blockBytes;
        expected[i] = DEFINITIONS[type](bytes.subarray(from, from + blockBytes), i % blockSize);
      }
      assert.deepEqual(bits(dequantised(type, bytes)), bits(expected), `seed ${seed}`);
    }
  });
}
