// Zip files, as far as a VSIX needs them: written whole with fixed dates, so that the same files give the same bytes, and read back for checks.
// Without encryption, and without ZIP64: every number must be below 4 GiB.

import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

export interface ZipInput {
  name: string; // with forward slashes
  data: () => Buffer; // asked for once, when its turn has come
  isExecutable?: boolean;
}

export interface ZipEntry {
  name: string;
  sizeBytes: number;
  packedBytes: number;
  mode: number; // of the file, as Unix has it
  read(): Buffer;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22];
const VERSION = 20; // deflate
const UNIX = 3 << 8;
const UTF8 = 0x800;
const [STORED, DEFLATED] = [0, 8];
const FIRST_DAY = 0x21; // 1 January 1980
const REGULAR_FILE = 0o100000;
const LIMIT = 0xffffffff;

/** Writes `file`. @returns its size in bytes */
export function writeZip(file: string, inputs: readonly ZipInput[]): number {
  const handle = openSync(file, "w");
  let position = 0;
  const append = (...parts: Buffer[]) => {
    for (const part of parts) {
      writeSync(handle, part);
      position += part.length;
    }
  };
  try {
    const directory = inputs.map((input) => {
      const offset = position;
      const { name, data } = { name: Buffer.from(input.name), data: input.data() };
      const deflated = deflateRawSync(data);
      const isSmaller = deflated.length < data.length;
      const packed = isSmaller ? deflated : data;
      const common = Buffer.alloc(26); // what both headers have
      common.writeUInt16LE(VERSION, 0);
      common.writeUInt16LE(UTF8, 2);
      common.writeUInt16LE(isSmaller ? DEFLATED : STORED, 4);
      common.writeUInt16LE(FIRST_DAY, 8);
      common.writeUInt32LE(crc32(data), 10);
      common.writeUInt32LE(packed.length, 14);
      common.writeUInt32LE(data.length, 18);
      common.writeUInt16LE(name.length, 22);
      append(number(LOCAL), common, name, packed);
      if (position > LIMIT) throw new Error(`${file} would be larger than a zip file without ZIP64 can be`);
      const rest = Buffer.alloc(14);
      rest.writeUInt32LE(((REGULAR_FILE | (input.isExecutable ? 0o755 : 0o644)) << 16) >>> 0, 6);
      rest.writeUInt32LE(offset, 10);
      return Buffer.concat([number(CENTRAL), short(UNIX | VERSION), common, rest, name]);
    });
    const start = position;
    append(...directory);
    const end = Buffer.alloc(END_BYTES);
    end.writeUInt32LE(END, 0);
    end.writeUInt16LE(inputs.length, 8);
    end.writeUInt16LE(inputs.length, 10);
    end.writeUInt32LE(position - start, 12);
    end.writeUInt32LE(start, 16);
    append(end);
    return position;
  } finally {
    closeSync(handle);
  }
}

/** What is in a zip file that has no comment. @throws Error where it is none */
export function readZip(file: string): ZipEntry[] {
  const bytes = readFileSync(file);
  const end = bytes.length - END_BYTES;
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new Error(`${file} is no zip file, or it has a comment`);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error(`${file} is damaged`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const method = bytes.readUInt16LE(at + 10);
    const [crc, packedBytes, sizeBytes] = [16, 20, 24].map((offset) => bytes.readUInt32LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + packedBytes);
    const name = bytes.toString("utf8", at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    const read = () => {
      const data = method === DEFLATED ? inflateRawSync(packed) : packed;
      if (data.length !== sizeBytes || crc32(data) !== crc) throw new Error(`${name} in ${file} is damaged`);
      return data;
    };
    entries.push({ name, sizeBytes, packedBytes, mode: (bytes.readUInt32LE(at + 38) >>> 16) & 0o777, read });
    at += CENTRAL_BYTES + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
