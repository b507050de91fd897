// Reads GGUF files (versions 2 and 3): metadata and the place of each tensor. Every count and length is checked against the bytes that
// are left before anything is allocated; whatever is wrong becomes one UserError. Never interprets a tensor's values.

import { closeSync, fstatSync } from "node:fs";
import { ggufInvalid } from "../protocol/errors.ts";
import { openForReading, readExactly } from "./exactRead.ts";

export type GgufValue = number | bigint | boolean | string | GgufValue[];

/** The tensor types that can be read, by their number in the file. */
const TENSOR_TYPES: Readonly<Record<number, { type: GgufTensorType; blockSize: number; blockBytes: number }>> = {
  0: { type: "f32", blockSize: 1, blockBytes: 4 },
  1: { type: "f16", blockSize: 1, blockBytes: 2 },
  3: { type: "q4_1", blockSize: 32, blockBytes: 20 }, // scale f16, min f16, 16 bytes of 4-bit pairs
  8: { type: "q8_0", blockSize: 32, blockBytes: 34 }, // scale f16, 32 signed bytes
};

/** Names of types that exist but cannot be read, for the message. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  2: "Q4_0",
  6: "Q5_0",
  7: "Q5_1",
  9: "Q8_1",
  10: "Q2_K",
  11: "Q3_K",
  12: "Q4_K",
  13: "Q5_K",
  14: "Q6_K",
  15: "Q8_K",
  30: "BF16",
};

export type GgufTensorType = "f32" | "f16" | "q4_1" | "q8_0";

export interface GgufTensor {
  name: string;
  type: GgufTensorType;
  rows: number;
  cols: number; // the file's first dimension: neighbours in memory
  offset: number; // bytes from the start of the file
  sizeBytes: number;
}

export interface GgufFile {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** The bytes of a tensor as they lie in the file. */
  read(name: string): Uint8Array;
}

const MAX_NAME_BYTES = 65_535; // the format's own limit for keys
const MAX_DIMENSIONS = 4;
const MAX_NESTING = 4;
const WINDOW_BYTES = 1 << 20;

/** Reads forward through the head of a file, a window at a time; every read is checked against the file's end. */
class HeadReader {
  readonly path: string;
  readonly sizeBytes: number;
  position = 0;
  readonly #fd: number;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(path: string, fd: number, sizeBytes: number) {
    this.path = path;
    this.#fd = fd;
    this.sizeBytes = sizeBytes;
  }

  fail(reason: string): never {
    throw ggufInvalid(this.path, reason);
  }

  get left(): number {
    return this.sizeBytes - this.position;
  }

  /** The next `count` bytes; valid until the next call. */
  bytes(count: number): Buffer {
    if (count > this.left) this.fail(`it ends in the middle of its header, at byte ${this.sizeBytes}`);
    let from = this.position - this.#windowStart;
    if (from + count > this.#window.length) {
      const size = Math.min(Math.max(count, WINDOW_BYTES), this.left);
      this.#window = readExactly(this.#fd, this.position, size, becameShorter(this.path));
      this.#windowStart = this.position;
      from = 0;
    }
    this.position += count;
    return this.#window.subarray(from, from + count);
  }

  u32(): number {
    return this.bytes(4).readUInt32LE();
  }

  /** A 64-bit length or count, refused where it cannot be right: each item takes at least `minItemBytes` of the rest of the file. */
  count(what: string, minItemBytes: number): number {
    const value = this.bytes(8).readBigUInt64LE();
    if (value > BigInt(Math.floor(this.left / minItemBytes))) {
      this.fail(`it claims ${value} ${what}, more than the file has room for`);
    }
    return Number(value);
  }

  string(what: string, maxBytes = Number.MAX_SAFE_INTEGER): string {
    const length = this.count(`bytes of ${what}`, 1);
    if (length > maxBytes) this.fail(`${what} has ${length} bytes; ${maxBytes} are allowed`);
    return this.bytes(length).toString("utf8");
  }
}

const becameShorter = (path: string) => (atByte: number) =>
  ggufInvalid(path, `it became shorter while it was read, at byte ${atByte}`);

/** Fewest bytes that a value of each metadata type takes; also says which types there are. */
const MIN_VALUE_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8];
const STRING_TYPE = 8;
const ARRAY_TYPE = 9;

function readValue(reader: HeadReader, type: number, key: string, nesting = 0): GgufValue {
  switch (type) {
    case 0:
      return reader.bytes(1).readUInt8();
    case 1:
      return reader.bytes(1).readInt8();
    case 2:
      return reader.bytes(2).readUInt16LE();
    case 3:
      return reader.bytes(2).readInt16LE();
    case 4:
      return reader.u32();
    case 5:
      return reader.bytes(4).readInt32LE();
    case 6:
      return reader.bytes(4).readFloatLE();
    case 7:
      return reader.bytes(1).readUInt8() !== 0;
    case STRING_TYPE:
      return reader.string(`the value of "${key}"`);
    case ARRAY_TYPE: {
      if (nesting === MAX_NESTING) reader.fail(`the arrays of "${key}" are nested too deeply`);
      const itemType = reader.u32();
      if (itemType >= MIN_VALUE_BYTES.length) reader.fail(`"${key}" holds values of the unknown type ${itemType}`);
      const count = reader.count(`values of "${key}"`, MIN_VALUE_BYTES[itemType]);
      const items: GgufValue[] = [];
      for (let i = 0; i < count; i++) items.push(readValue(reader, itemType, key, nesting + 1));
      return items;
    }
    case 10:
      return reader.bytes(8).readBigUInt64LE();
    case 11:
      return reader.bytes(8).readBigInt64LE();
    case 12:
      return reader.bytes(8).readDoubleLE();
  }
  return reader.fail(`"${key}" has the unknown type ${type}`);
}

function readTensorInfo(reader: HeadReader): GgufTensor {
  const name = reader.string("a tensor's name", MAX_NAME_BYTES);
  const dimensions = reader.u32();
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) reader.fail(`tensor "${name}" has ${dimensions} dimensions`);
  const shape: number[] = [];
  for (let i = 0; i < dimensions; i++) shape.push(Number(reader.bytes(8).readBigUInt64LE()));
  const typeNumber = reader.u32();
  const type = TENSOR_TYPES[typeNumber];
  if (!type)
    reader.fail(`tensor "${name}" has the type ${OTHER_TYPES[typeNumber] ?? typeNumber}, which is not supported`);
  const offset = Number(reader.bytes(8).readBigUInt64LE()); // from the start of the data, for now
  const values = shape.reduce((product, size) => product * size, 1);
  const cols = shape[0];
  if (values === 0 || cols % type.blockSize !== 0 || !Number.isSafeInteger(values)) {
    reader.fail(`tensor "${name}" has the impossible shape ${shape.join(" x ")}`);
  }
  const sizeBytes = (values / type.blockSize) * type.blockBytes;
  return { name, type: type.type, rows: values / cols, cols, offset, sizeBytes };
}

function readHead(reader: HeadReader): Pick<GgufFile, "metadata" | "tensors"> {
  if (reader.left < 24) reader.fail(`it has only ${reader.sizeBytes} bytes`);
  if (reader.bytes(4).toString("latin1") !== "GGUF") reader.fail('it does not begin with "GGUF"');
  const version = reader.u32();
  if (version === 0x02000000 || version === 0x03000000) reader.fail("its numbers are big-endian");
  if (version !== 2 && version !== 3) reader.fail(`its version is ${version}; 2 and 3 can be read`);
  const tensorCount = reader.count("tensors", 32);
  const metadataCount = reader.count("metadata entries", 13);

  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = reader.string("a metadata key", MAX_NAME_BYTES);
    if (metadata.has(key)) reader.fail(`the metadata key "${key}" occurs twice`);
    metadata.set(key, readValue(reader, reader.u32(), key));
  }

  const infos: GgufTensor[] = [];
  for (let i = 0; i < tensorCount; i++) infos.push(readTensorInfo(reader));
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || !Number.isInteger(alignment) || alignment < 1) {
    reader.fail(`its alignment is ${String(alignment)}`);
  }
  const dataStart = Math.ceil(reader.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const info of infos) {
    if (tensors.has(info.name)) reader.fail(`the tensor "${info.name}" occurs twice`);
    const offset = dataStart + info.offset;
    if (info.offset % alignment !== 0) reader.fail(`tensor "${info.name}" is not aligned`);
    if (offset + info.sizeBytes > reader.sizeBytes)
      reader.fail(`tensor "${info.name}" reaches beyond the end of the file`);
    tensors.set(info.name, { ...info, offset });
  }
  return { metadata, tensors };
}

/**
 * Opens a GGUF file and reads its head.
 * @throws UserError modelMissing or ggufInvalid
 */
export function openGguf(path: string): GgufFile {
  const fd = openForReading(path, (message) => ggufInvalid(path, message));
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw ggufInvalid(path, "it is not a file");
    const { metadata, tensors } = readHead(new HeadReader(path, fd, stat.size));
    return { path, metadata, tensors, read: (name) => readTensor(path, tensors, name) };
  } finally {
    closeSync(fd);
  }
}

function readTensor(path: string, tensors: ReadonlyMap<string, GgufTensor>, name: string): Uint8Array {
  const tensor = tensors.get(name);
  if (!tensor) throw ggufInvalid(path, `it has no tensor "${name}"`);
  const fd = openForReading(path, (message) => ggufInvalid(path, message));
  try {
    return readExactly(fd, tensor.offset, tensor.sizeBytes, becameShorter(path));
  } finally {
    closeSync(fd);
  }
}
