// The block encodings that weights are stored in, and their exact values. Bits only: knows no file format and no tensor names.
//
// A row is cut into blocks of 32 neighbours. q8_0: value = scale * q, q signed 8 bits. q4_1: value = scale * q + min, q in 0…15; byte j of
// a block holds q of value j in its low and of value j + 16 in its high 4 bits. q5, q6: value = scale * q, q signed 5 or 6 bits, stored with 16 or
// 32 added: the low 4 bits as in q4_1, the others in bytes of their own. Scale and min are IEEE half floats, or codes: signed bytes times a
// 32-bit float of the row.

/** Values in a block. */
export const BLOCK_SIZE = 32;

const HALF_BLOCK = BLOCK_SIZE / 2;

let halfTable: Float32Array | undefined;

/** The value of each of the 65,536 half floats, indexed by its bits. The table is shared: do not change it. */
export function halfFloats(): Float32Array {
  if (halfTable) return halfTable;
  const table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) table[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  halfTable = table;
  return table;
}

/** Converts little-endian half floats to 32-bit floats, exactly. */
export function halfToFloat(bytes: Uint8Array): Float32Array {
  const table = halfFloats();
  const out = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < out.length; i++) out[i] = table[bytes[2 * i] | (bytes[2 * i + 1] << 8)];
  return out;
}

/**
 * Converts floats to little-endian half floats, each rounded to the nearest, ties to even.
 * @throws Error for a value that is not finite, or too large for a half float
 */
export function floatToHalf(values: Float32Array): Uint8Array {
  const out = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const sign = (bits[i] >>> 16) & 0x8000;
    const magnitude = bits[i] & 0x7fffffff;
    if (magnitude >= 0x38800000) {
      // normal half floats (2^-14 and more): the exponent's bias goes from 127 to 15, the fraction from 23 bits to 10
      const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
      if (rounded >= 0x47800000) throw new Error(`${values[i]} is no half float`);
      out[i] = sign | ((rounded - 0x38000000) >>> 13);
    } else {
      const steps = Math.abs(values[i]) * 2 ** 24;
      const low = Math.floor(steps);
      const up = steps - low > 0.5 || (steps - low === 0.5 && low % 2 === 1);
      out[i] = sign | (up ? low + 1 : low);
    }
  }
  return new Uint8Array(out.buffer);
}

/** Converts finite floats to little-endian bfloat16, each rounded to the nearest, ties to even. */
export function floatToBfloat16(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) out[i] = (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  return new Uint8Array(out.buffer);
}

/** Reads little-endian 32-bit floats, whatever the alignment of `bytes`. */
export function bytesToFloat(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The values of q4_1 blocks. `q` [blocks, 16], `scale` and `min` [blocks]; returns [blocks * 32]. */
export function dequantiseQ4_1(q: Uint8Array, scale: Float32Array, min: Float32Array): Float32Array {
  const out = new Float32Array(scale.length * BLOCK_SIZE);
  for (let block = 0, from = 0, to = 0; block < scale.length; block++, to += HALF_BLOCK) {
    const s = scale[block];
    const m = min[block];
    for (const end = to + HALF_BLOCK; to < end; from++, to++) {
      const pair = q[from];
      out[to] = s * (pair & 15) + m; // s * q is exact in 32 bits (11 + 4 bits), so this rounds once, like the reference
      out[to + HALF_BLOCK] = s * (pair >> 4) + m;
    }
  }
  return out;
}

/** The values of q8_0 blocks. `q` [blocks, 32], `scale` [blocks]; returns [blocks * 32]. */
export function dequantiseQ8_0(q: Int8Array, scale: Float32Array): Float32Array {
  const out = new Float32Array(q.length);
  for (let block = 0, i = 0; block < scale.length; block++) {
    const s = scale[block];
    for (const end = i + BLOCK_SIZE; i < end; i++) out[i] = s * q[i];
  }
  return out;
}

/** The offset that is added to integers of `bits` bits when they are stored. */
export const offsetOf = (bits: 5 | 6): number => 1 << (bits - 1);

/** How many values share a byte of upper bits. */
const upperPerByte = (bits: 5 | 6): number => 8 / (bits - 4);

/**
 * The signed integers of q5 or q6 blocks.
 * @param low [blocks, 16], byte j: the low 4 bits of value j, then those of value j + 16
 * @param high [blocks, 4 * (bits - 4)]: the upper bits of the values in their order, from the lowest bit of each byte on
 * @returns [blocks, 32]
 */
export function unpackQ(low: Uint8Array, high: Uint8Array, bits: 5 | 6): Int8Array {
  const out = new Int8Array(low.length * 2);
  const offset = offsetOf(bits);
  const width = bits - 4;
  const perByte = upperPerByte(bits);
  const mask = (1 << width) - 1;
  for (let i = 0; i < out.length; i++) {
    const inBlock = i % BLOCK_SIZE;
    const pair = low[(i - inBlock) / 2 + (inBlock % HALF_BLOCK)];
    const nibble = inBlock < HALF_BLOCK ? pair & 15 : pair >> 4;
    const upper = (high[Math.floor(i / perByte)] >> (width * (i % perByte))) & mask;
    out[i] = (nibble | (upper << 4)) - offset;
  }
  return out;
}

/** The inverse of `unpackQ`. `q` [blocks, 32], each from -offset to offset - 1. */
export function packQ(q: Int8Array, bits: 5 | 6): { low: Uint8Array; high: Uint8Array } {
  const low = new Uint8Array(q.length / 2);
  const perByte = upperPerByte(bits);
  const high = new Uint8Array(q.length / perByte);
  const offset = offsetOf(bits);
  for (let i = 0; i < q.length; i++) {
    const value = q[i] + offset;
    if (value < 0 || value >= 2 * offset) throw new Error(`${q[i]} is no number of ${bits} bits`);
    const inBlock = i % BLOCK_SIZE;
    low[(i - inBlock) / 2 + (inBlock % HALF_BLOCK)] |= inBlock < HALF_BLOCK ? value & 15 : (value & 15) << 4;
    high[Math.floor(i / perByte)] |= (value >> 4) << ((bits - 4) * (i % perByte));
  }
  return { low, high };
}

/** Scales or minimums from their codes. `codes` [rows, blocks], `unit` [rows]; returns [rows, blocks]. */
export function decodeScales(codes: Int8Array, unit: Float32Array): Float32Array {
  const blocks = codes.length / unit.length;
  return Float32Array.from(codes, (code, i) => code * unit[Math.floor(i / blocks)]);
}

/** The nearest codes of `scales` [rows, blocks], and each row's unit: the row's largest magnitude has the code 127 or -127. */
export function encodeScales(scales: Float32Array, rows: number): { codes: Int8Array; unit: Float32Array } {
  const blocks = scales.length / rows;
  const unit = new Float32Array(rows);
  for (const [i, scale] of scales.entries()) {
    const row = Math.floor(i / blocks);
    unit[row] = Math.max(unit[row], Math.abs(scale) / 127);
  }
  const codes = Int8Array.from(scales, (scale, i) => {
    const of = unit[Math.floor(i / blocks)];
    return of > 0 ? Math.max(-127, Math.min(127, Math.round(scale / of))) : 0;
  });
  return { codes, unit };
}
