// Reads the header of one GGUF file (versions 2 and 3): metadata and the place of each tensor. Every count and length is checked against the
// remaining bytes before anything is allocated; every error becomes a UserError. Never reads a tensor's values.

import { closeSync, fstatSync } from "node:fs";
import { ggufInvalid } from "../../../common/errors.ts";
import { becameShorter, openForReading, readExactly } from "./exactRead.ts";
import { BLOCK_LAYOUTS, type GgufTensorType } from "./ggufBlocks.ts";

export type GgufValue = number | bigint | boolean | string | GgufValue[];

/** ggml's tensor types by their number in the file. Types without a layout in `BLOCK_LAYOUTS` are known by name only. */
const TENSOR_TYPES = (
  "F32 F16 Q4_0 Q4_1 Q4_2 Q4_3 Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ2_S IQ4_XS " +
  "I8 I16 I32 I64 F64 IQ1_M BF16 Q4_0_4_4 Q4_0_4_8 Q4_0_8_8 TQ1_0 TQ2_0 IQ4_NL_4_4 IQ4_NL_4_8 IQ4_NL_8_8 MXFP4 NVFP4 Q1_0"
).split(" ");

export interface GgufTensor {
  name: string;
  type: GgufTensorType;
  rows: number; // product of all dimensions but the first; 1 for a vector
  cols: number; // the file's first dimension: contiguous in memory, in whole blocks
  path: string; // the file that holds it
  offset: number; // bytes from the start of that file
  sizeBytes: number;
}

export interface GgufHead {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const MAX_NAME_BYTES = 65_535; // the format's own limit for keys
const MAX_DIMENSIONS = 4;
const MAX_NESTING = 4;
const WINDOW_BYTES = 1 << 20;
const MAX_HEAD_BYTES = 64 << 20; // vocabularies of 300,000 tokens take 15 MB; a byte may become eight in memory

/** Reads forward through the header of a file, a window at a time; every read is checked against the file's end. */
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

  /** Bytes from here to the end of the file, or to the largest allowed header's end. */
  get left(): number {
    return Math.min(this.sizeBytes, MAX_HEAD_BYTES) - this.position;
  }

  /** The next `count` bytes; valid until the next call. */
  bytes(count: number): Buffer {
    if (count > this.left) {
      if (this.sizeBytes > MAX_HEAD_BYTES) this.fail(`its header has more than ${MAX_HEAD_BYTES} bytes`);
      this.fail(`it ends in the middle of its header, at byte ${this.sizeBytes}`);
    }
    let from = this.position - this.#windowStart;
    if (from + count > this.#window.length) {
      const size = Math.min(Math.max(count, WINDOW_BYTES), this.left);
      this.#window = readExactly(this.#fd, this.position, size, (atByte) => this.fail(becameShorter(atByte)));
      this.#windowStart = this.position;
      from = 0;
    }
    this.position += count;
    return this.#window.subarray(from, from + count);
  }

  u32(): number {
    return this.bytes(4).readUInt32LE();
  }

  /** A 64-bit length or count, refused where it is impossible: each item takes at least `minItemBytes` of the rest of the file. */
  count(what: string, minItemBytes: number): number {
    const value = this.bytes(8).readBigUInt64LE();
    if (value > BigInt(Math.floor(this.left / minItemBytes))) {
      this.fail(`it claims ${value} ${what}, more than there is room for`);
    }
    return Number(value);
  }

  string(what: string, maxBytes = Number.MAX_SAFE_INTEGER): string {
    const length = this.count(`bytes of ${what}`, 1);
    if (length > maxBytes) this.fail(`${what} has ${length} bytes; ${maxBytes} are allowed`);
    return this.bytes(length).toString("utf8");
  }
}

/** The fewest bytes that a value of each metadata type takes; its indices are the valid types. */
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
  const typeName = TENSOR_TYPES[typeNumber] ?? String(typeNumber);
  const type = typeName.toLowerCase() as GgufTensorType;
  if (!Object.hasOwn(BLOCK_LAYOUTS, type))
    reader.fail(`tensor "${name}" has the type ${typeName}, which is not supported`);
  const { blockSize, blockBytes } = BLOCK_LAYOUTS[type];
  const offset = Number(reader.bytes(8).readBigUInt64LE()); // so far relative to the start of the data
  const values = shape.reduce((product, size) => product * size, 1);
  const cols = shape[0];
  if (values === 0 || !Number.isSafeInteger(values))
    reader.fail(`tensor "${name}" has the impossible shape ${shape.join(" x ")}`);
  if (cols % blockSize !== 0)
    reader.fail(`tensor "${name}" has rows of ${cols} values, and ${typeName} has blocks of ${blockSize}`);
  const sizeBytes = (values / blockSize) * blockBytes;
  return { name, type, rows: values / cols, cols, path: reader.path, offset, sizeBytes };
}

function readHead(reader: HeadReader): GgufHead {
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
  return {
    metadata,
    tensors: placeTensors(reader, infos, Math.ceil(reader.position / alignment) * alignment, alignment),
  };
}

/** Sets the tensors' places in the file, and checks them: inside the file, aligned, and not overlapping. */
function placeTensors(
  reader: HeadReader,
  infos: readonly GgufTensor[],
  dataStart: number,
  alignment: number,
): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  for (const info of infos) {
    if (tensors.has(info.name)) reader.fail(`the tensor "${info.name}" occurs twice`);
    const offset = dataStart + info.offset;
    if (info.offset % alignment !== 0) reader.fail(`tensor "${info.name}" is not aligned`);
    if (offset + info.sizeBytes > reader.sizeBytes)
      reader.fail(`tensor "${info.name}" reaches beyond the end of the file`);
    tensors.set(info.name, { ...info, offset });
  }
  let end = dataStart;
  for (const { name, offset, sizeBytes } of [...tensors.values()].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) reader.fail(`tensor "${name}" lies on another one`);
    end = offset + sizeBytes;
  }
  return tensors;
}

/**
 * Reads the header of the GGUF file `path`.
 * @throws UserError modelMissing or ggufInvalid
 */
export function readGgufHead(path: string): GgufHead {
  const fd = openForReading(path, (message) => ggufInvalid(path, message));
  try {
    return readHead(new HeadReader(path, fd, fstatSync(fd).size));
  } finally {
    closeSync(fd);
  }
}
