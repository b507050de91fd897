// Changes inputs at random: bits, bytes, whole numbers of binary formats and of text, pieces that leave, repeat or come from another input.
// Knows no format.

import type { SeededRandom } from "../../finetune/data/seededRandom.ts";

/** Numbers at which sizes, counts and signs go wrong. */
const NUMBERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  7n,
  8n,
  31n,
  32n,
  64n,
  127n,
  128n,
  255n,
  256n,
  1023n,
  4096n,
  32767n,
  65535n,
  65536n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x1fffffffffffffn,
  0x20000000000000n,
  0x7fffffffffffffffn,
  0xffffffffffffffffn,
];
const WRITTEN = [...NUMBERS.map(String), "-1", "0.5", "1e308", "1e999", "-0", "null", "true", "[]", "{}", '""'];

type Change = (input: Buffer, random: SeededRandom, pool: Pool) => Buffer;

export interface Pool {
  inputs: readonly Buffer[]; // not empty
  dictionary: readonly Buffer[];
}

const cut = (input: Buffer, start: number, end: number, between: Buffer): Buffer =>
  Buffer.concat([input.subarray(0, start), between, input.subarray(end)]);

/** A piece of the input that is not longer than `most`, more often a short one. */
function piece(input: Buffer, random: SeededRandom, most = 512): [start: number, end: number] {
  const start = random.between(0, input.length);
  return [start, Math.min(input.length, start + random.logBetween(1, most))];
}

const CHANGES: readonly Change[] = [
  function bit(input, random) {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.between(0, copy.length - 1)] ^= 1 << random.between(0, 7);
    return copy;
  },
  function byte(input, random) {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.between(0, copy.length - 1)] = random.between(0, 255);
    return copy;
  },
  function binaryNumber(input, random) {
    const width = random.pick([1, 2, 4, 8]);
    if (input.length < width) return input;
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(random.pick(NUMBERS));
    const number = bytes.subarray(0, width);
    const copy = Buffer.from(input);
    copy.set(random.chance(0.1) ? number.reverse() : number, random.between(0, input.length - width));
    return copy;
  },
  function writtenNumber(input, random) {
    const from = random.between(0, input.length);
    const isDigit = (at: number) => input[at] >= 48 && input[at] <= 57;
    let start = from;
    while (start < input.length && !isDigit(start)) start++;
    let end = start;
    while (end < input.length && isDigit(end)) end++;
    return start === end ? input : cut(input, start, end, Buffer.from(random.pick(WRITTEN)));
  },
  function leave(input, random) {
    const [start, end] = piece(input, random);
    return cut(input, start, end, Buffer.alloc(0));
  },
  function again(input, random) {
    const [start, end] = piece(input, random);
    const times = random.chance(0.02) ? random.logBetween(2, 2_000) : random.logBetween(1, 4);
    return cut(input, end, end, Buffer.concat(Array.from({ length: times }, () => input.subarray(start, end))));
  },
  function elsewhere(input, random) {
    const [start, end] = piece(input, random);
    const at = random.between(0, input.length);
    return cut(input, at, at, input.subarray(start, end));
  },
  function word(input, random, { dictionary }) {
    if (dictionary.length === 0) return input;
    const [start, end] = random.chance(0.5) ? piece(input, random, 16) : [random.between(0, input.length), -1];
    return cut(input, start, Math.max(start, end), random.pick(dictionary));
  },
  function crossed(input, random, { inputs }) {
    const other = random.pick(inputs);
    return Buffer.concat([
      input.subarray(0, random.between(0, input.length)),
      other.subarray(random.between(0, other.length)),
    ]);
  },
  function borrowed(input, random, { inputs }) {
    const other = random.pick(inputs);
    const [from, to] = piece(other, random);
    const [start, end] = piece(input, random, 64);
    return cut(input, start, random.chance(0.5) ? start : end, other.subarray(from, to));
  },
];

/** A changed copy of one of the pool's inputs, of at most `maxBytes` bytes. */
export function mutated(input: Buffer, pool: Pool, random: SeededRandom, maxBytes: number): Buffer {
  let changed = input;
  for (let left = random.logBetween(1, 8); left > 0; left--) {
    changed = random.pick(CHANGES)(changed, random, pool);
    if (changed.length > maxBytes) changed = changed.subarray(0, maxBytes);
  }
  return changed;
}
