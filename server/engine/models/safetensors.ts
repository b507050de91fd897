// Reads and writes safetensors files: an 8-byte length, a JSON header, then the tensors' bytes. Checks every number in the header against
// the file; knows no tensor names and no model.

import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import * as z from "zod";
import { modelCorrupt, modelUnsupported } from "../../../common/errors.ts";
import { openForReading, readExactly } from "./exactRead.ts";
import { BLOCK_LAYOUTS, type BlockLayout } from "./ggufBlocks.ts";
import { repeatedKey } from "./repeatedKey.ts";
import { readRows } from "./tensorRows.ts";

const ITEM_BYTES = { U8: 1, I8: 1, F16: 2, BF16: 2, F32: 4, I32: 4, I64: 8 } as const;

export type SafetensorsType = keyof typeof ITEM_BYTES;

/** The float types that weights may have. */
const FLOAT_LAYOUTS: Partial<Record<SafetensorsType, BlockLayout>> = {
  F32: BLOCK_LAYOUTS.f32,
  F16: BLOCK_LAYOUTS.f16,
  BF16: BLOCK_LAYOUTS.bf16,
};

export interface SafetensorsEntry {
  type: SafetensorsType;
  shape: number[];
  offset: number; // bytes from the start of the file
  sizeBytes: number;
}

export interface SafetensorsFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>; // what the writer noted about the file
  /** The bytes of a tensor, read again at each call. */
  read(name: string): Uint8Array;
  /**
   * Rows [fromRow, fromRow + rowCount) of a tensor of floats, or all from `fromRow` on without a count, read again at each call: [rowCount,
   * cols] row-major, exact. `cols` is the last dimension; a vector and a scalar are one row.
   * @throws UserError modelUnsupported for other types, modelCorrupt for a name or rows that do not exist, and for a file that has changed
   */
  values(name: string, fromRow?: number, rowCount?: number): Float32Array;
}

interface TensorHead {
  name: string;
  type: SafetensorsType;
  shape: number[];
}

export interface TensorToWrite extends TensorHead {
  data: Uint8Array;
}

/** A tensor whose bytes are made when they are written, so that a whole model need not be in memory. */
export interface TensorToMake extends TensorHead {
  make: () => Uint8Array;
}

const MAX_HEADER_BYTES = 16 << 20; // the reference allows 100 MB; our headers have 70 kB

const METADATA = "__metadata__"; // the one key of the header that is not a tensor
const metadataSchema = z.record(z.string(), z.string());
const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size).max(8),
  data_offsets: z.tuple([size, size]),
});

/**
 * Opens a safetensors file and checks its header.
 * @throws UserError modelMissing or modelCorrupt
 */
export function openSafetensors(path: string): SafetensorsFile {
  const fd = open(path);
  try {
    const { entries, metadata } = readHeader(path, fd, fstatSync(fd).size);
    return {
      path,
      entries,
      metadata,
      read: (name) => readEntry(path, required(path, entries, name)),
      values: (name, fromRow, rowCount) => readValues(path, name, required(path, entries, name), fromRow, rowCount),
    };
  } finally {
    closeSync(fd);
  }
}

const open = (path: string): number =>
  openForReading(path, (message) => modelCorrupt(path, `it cannot be opened (${message})`));

const read = (path: string, fd: number, position: number, sizeBytes: number): Buffer =>
  readExactly(fd, position, sizeBytes, (atByte) => modelCorrupt(path, `it ends at byte ${atByte}`));

function readHeader(path: string, fd: number, fileBytes: number): Pick<SafetensorsFile, "entries" | "metadata"> {
  if (fileBytes < 8) throw modelCorrupt(path, `it has only ${fileBytes} bytes`);
  const headerBytes = Number(read(path, fd, 0, 8).readBigUInt64LE());
  if (headerBytes > MAX_HEADER_BYTES) throw modelCorrupt(path, `its header claims ${headerBytes} bytes`);
  if (8 + headerBytes > fileBytes) throw modelCorrupt(path, "it ends in the middle of its header");
  const { described, metadata } = parseHeader(path, read(path, fd, 8, headerBytes));

  const dataStart = 8 + headerBytes;
  const entries = new Map<string, SafetensorsEntry>();
  let dataBytes = 0;
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [begin, end],
    },
  ] of described) {
    if (!Object.hasOwn(ITEM_BYTES, dtype)) throw modelCorrupt(path, `tensor "${name}" has the unknown type ${dtype}`);
    const type = dtype as SafetensorsType;
    const sizeBytes = shape.reduce((product, length) => product * length, ITEM_BYTES[type]);
    if (end - begin !== sizeBytes) throw modelCorrupt(path, `tensor "${name}" has another size than its shape says`);
    // In order of place, each tensor begins where the one before it ends: no overlaps, no hidden bytes.
    if (begin !== dataBytes) throw modelCorrupt(path, `tensor "${name}" does not follow the one before it`);
    if (dataStart + end > fileBytes) throw modelCorrupt(path, `tensor "${name}" reaches beyond the end of the file`);
    dataBytes = end;
    entries.set(name, { type, shape, offset: dataStart + begin, sizeBytes });
  }
  if (dataStart + dataBytes !== fileBytes) throw modelCorrupt(path, "there are bytes after its last tensor");
  return { entries, metadata };
}

function parseHeader(path: string, bytes: Buffer) {
  if (!isUtf8(bytes)) throw modelCorrupt(path, "its header is not UTF-8");
  const text = bytes.toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw modelCorrupt(path, "its header is not JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw modelCorrupt(path, "its header is not an object");
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw modelCorrupt(path, `its header says "${repeated}" twice`);
  const described: [string, z.infer<typeof entrySchema>][] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA) {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw modelCorrupt(path, "its metadata is not a map of texts");
      metadata = parsed.data;
      continue;
    }
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw modelCorrupt(path, `its header describes tensor "${name}" wrongly`);
    described.push([name, entry.data]);
  }
  described.sort((a, b) => a[1].data_offsets[0] - b[1].data_offsets[0] || a[1].data_offsets[1] - b[1].data_offsets[1]);
  return { described, metadata };
}

function required(path: string, entries: ReadonlyMap<string, SafetensorsEntry>, name: string): SafetensorsEntry {
  const entry = entries.get(name);
  if (!entry) throw modelCorrupt(path, `it has no tensor "${name}"`);
  return entry;
}

function readEntry(path: string, { offset, sizeBytes }: SafetensorsEntry): Uint8Array {
  const fd = open(path);
  try {
    return read(path, fd, offset, sizeBytes);
  } finally {
    closeSync(fd);
  }
}

function readValues(
  path: string,
  name: string,
  { type, shape, offset }: SafetensorsEntry,
  fromRow: number | undefined,
  rowCount: number | undefined,
): Float32Array {
  const layout = FLOAT_LAYOUTS[type];
  if (!layout) throw modelUnsupported(`the tensor "${name}" in ${path} has the type ${type}`);
  const cols = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  return readRows({ name, path, offset, rows, cols }, layout, fromRow, rowCount, (reason) =>
    modelCorrupt(path, reason),
  );
}

const sizeOf = ({ type, shape }: TensorHead): number =>
  shape.reduce((product, length) => product * length, ITEM_BYTES[type]);

function headOf(tensors: readonly TensorHead[], metadata: Record<string, string>): Uint8Array[] {
  const header: Record<string, unknown> = { [METADATA]: { format: "pt", ...metadata } };
  let end = 0;
  for (const tensor of tensors)
    header[tensor.name] = { dtype: tensor.type, shape: tensor.shape, data_offsets: [end, (end += sizeOf(tensor))] };
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8); // the format requires the data to be aligned to 8 bytes
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return [head, Buffer.from(text)];
}

function checked(tensor: TensorHead, data: Uint8Array): Uint8Array {
  if (data.length === sizeOf(tensor)) return data;
  throw new Error(`tensor ${tensor.name}: ${data.length} bytes do not fill [${tensor.shape}] ${tensor.type}`);
}

/** The bytes of a file that holds `tensors` in the order given, part by part; the tensors' own bytes are not copied. */
export const safetensorsParts = (
  tensors: readonly TensorToWrite[],
  metadata: Record<string, string> = {},
): Uint8Array[] => [...headOf(tensors, metadata), ...tensors.map((tensor) => checked(tensor, tensor.data))];

/**
 * Writes `tensors` in the order given. The file is written under another name, synced and renamed, so it appears complete or not at all. `path`
 * + ".new" must not exist.
 */
export function writeSafetensors(
  path: string,
  tensors: readonly (TensorToWrite | TensorToMake)[],
  metadata: Record<string, string> = {},
): void {
  const draft = `${path}.new`;
  const fd = openSync(draft, "wx");
  try {
    for (const part of headOf(tensors, metadata)) writeFully(fd, part);
    for (const tensor of tensors) writeFully(fd, checked(tensor, "data" in tensor ? tensor.data : tensor.make()));
    fsyncSync(fd);
  } catch (error) {
    closeSync(fd);
    rmSync(draft, { force: true });
    throw error;
  }
  closeSync(fd);
  renameSync(draft, path);
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
