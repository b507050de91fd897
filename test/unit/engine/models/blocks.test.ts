// Half floats and the two block encodings against the plainest reading of their definitions.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  BLOCK_SIZE,
  bytesToFloat,
  decodeScales,
  dequantiseQ4_1,
  dequantiseQ8_0,
  encodeScales,
  floatToHalf,
  halfToFloat,
  offsetOf,
  packQ,
  unpackQ,
} from "../../../../server/engine/models/blocks.ts";

const halves = (...bits: number[]): Uint8Array => new Uint8Array(new Uint16Array(bits).buffer);

test("half floats have the values of IEEE 754", () => {
  const known: [number, number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24], // smallest subnormal
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14], // smallest normal
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ];
  const values = halfToFloat(halves(...known.map(([bits]) => bits)));
  for (const [i, [bits, value]] of known.entries())
    assert.ok(Object.is(values[i], value), `0x${bits.toString(16)}: ${values[i]}`);
  assert.ok(Number.isNaN(halfToFloat(halves(0x7e00))[0]));
});

test("floats become the nearest half floats, ties to even", () => {
  const finite = Uint16Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  const values = halfToFloat(new Uint8Array(finite.buffer));
  assert.deepEqual(new Uint16Array(floatToHalf(values).buffer), finite, "half floats stay what they are");
  for (let bits = 0; bits < 0x7bff; bits += 7) {
    const [low, high] = halfToFloat(halves(bits, bits + 1));
    const middle = (low + high) / 2; // exact in 32 bits
    const even = bits % 2 === 0 ? bits : bits + 1;
    const towards = [Math.fround(middle - (high - low) / 64), middle, Math.fround(middle + (high - low) / 64)];
    const rounded = new Uint16Array(floatToHalf(Float32Array.from([...towards, ...towards.map((v) => -v)])).buffer);
    assert.deepEqual([...rounded], [bits, even, bits + 1, bits + 0x8000, even + 0x8000, bits + 0x8001]);
  }
  for (const value of [65_520, -1e9, Number.POSITIVE_INFINITY, Number.NaN])
    assert.throws(() => floatToHalf(Float32Array.of(value)), /no half float/);
  assert.equal(new Uint16Array(floatToHalf(Float32Array.of(65_519)).buffer)[0], 0x7bff);
});

test("32-bit floats are read at any alignment", () => {
  const bytes = new Uint8Array(13);
  bytes.set(new Uint8Array(new Float32Array([1.5, -3, 2 ** -140]).buffer), 1);
  assert.deepEqual(Array.from(bytesToFloat(bytes.subarray(1))), [1.5, -3, Math.fround(2 ** -140)]);
});

const scales = fc.float({ noNaN: true, min: -1000, max: 1000 });

test("q4_1 gives scale * q + min, low halves of the bytes first", () => {
  const block = fc.record({ scale: scales, min: scales, q: fc.uint8Array({ minLength: 16, maxLength: 16 }) });
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 5 }), (blocks) => {
      const scale = halfToFloat(halves(...blocks.map((b) => Math.abs(Math.trunc(b.scale * 20)))));
      const min = halfToFloat(halves(...blocks.map((b) => Math.abs(Math.trunc(b.min * 20)))));
      const values = dequantiseQ4_1(Uint8Array.from(blocks.flatMap((b) => Array.from(b.q))), scale, min);
      values.forEach((value, i) => {
        const n = Math.floor(i / BLOCK_SIZE);
        const byte = blocks[n].q[i % 16];
        const q = i % BLOCK_SIZE < 16 ? byte % 16 : Math.floor(byte / 16);
        // Two steps in 32 bits, as the reference computes.
        assert.equal(value, Math.fround(Math.fround(scale[n] * q) + min[n]));
      });
    }),
  );
});

test("q8_0 gives scale * q", () => {
  const q = Int8Array.from({ length: 2 * BLOCK_SIZE }, (_, i) => (i * 37) % 256);
  const scale = halfToFloat(halves(0x2e66, 0xb800));
  const values = dequantiseQ8_0(q, scale);
  for (const [i, value] of values.entries()) {
    assert.equal(value, Math.fround(scale[Math.floor(i / BLOCK_SIZE)] * q[i]));
  }
});

for (const bits of [5, 6] as const) {
  const number = fc.integer({ min: -offsetOf(bits), max: offsetOf(bits) - 1 });

  test(`numbers of ${bits} bits: each at the place that the layout names, and back`, () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 64, maxLength: 64 }), (values) => {
        const { low, high } = packQ(Int8Array.from(values), bits);
        assert.deepEqual([low.length, high.length], [32, 8 * (bits - 4)]);
        for (const [i, value] of values.entries()) {
          const [block, j] = [Math.floor(i / 32), i % 32];
          const nibble = (low[block * 16 + (j % 16)] >> (j < 16 ? 0 : 4)) & 15;
          const firstBit = block * 32 * (bits - 4) + j * (bits - 4); // of the upper ones, counted over all bytes
          const upper = (high[firstBit >> 3] >> (firstBit & 7)) & ((1 << (bits - 4)) - 1);
          assert.equal(upper * 16 + nibble - offsetOf(bits), value);
        }
        assert.deepEqual([...unpackQ(low, high, bits)], values);
      }),
    );
  });

  test(`a number that ${bits} bits cannot hold is refused`, () => {
    const values = new Int8Array(32);
    values[3] = offsetOf(bits);
    assert.throws(() => packQ(values, bits), /no number of/);
  });
}

test("codes of scales: the greatest of a row is kept, each is off by half a step at most, and a row of zeros stays zero", () => {
  fc.assert(
    fc.property(fc.array(scales, { minLength: 12, maxLength: 12 }), (values) => {
      const rows = Float32Array.from([...values.slice(0, 8), 0, 0, 0, 0]);
      const { codes, unit } = encodeScales(rows, 3);
      const decoded = decodeScales(codes, unit);
      for (const [i, value] of rows.entries()) {
        const step = unit[Math.floor(i / 4)];
        assert.ok(Math.abs(decoded[i] - value) <= step * 0.5001 + 1e-38, `${value} became ${decoded[i]}, step ${step}`);
      }
      assert.deepEqual([...decoded.subarray(8)], [0, 0, 0, 0]);
    }),
  );
});
