// The stored form of an index of copies: a mark with its version, a hash of all that follows, the tables, and the names as JSON. Pure.

import { createHash } from "node:crypto";
import { BUCKETS, type CopyTables } from "./copyIndex.ts";

/** Changes whenever an older file, or an older way to make one, must not be used. */
const MARK = Buffer.from("SOTTOCP2");
const HASH_BYTES = 32;
const HEAD_BYTES = MARK.length + HASH_BYTES + 4; // and the number of fingerprints
const STARTS_BYTES = 4 * (BUCKETS + 1);

/** Largest stored index, in bytes. */
export const MOST_STORED_BYTES = 20_000_000;

export interface StoredCopies {
  tables: CopyTables;
  stamp: string; // of the packages that it was made of
}

type Names = Pick<CopyTables, "sources" | "files" | "parts"> & { stamp: string };

export function encodeCopies({ tables, stamp }: StoredCopies): Buffer {
  const { sources, files, parts, starts, low, inPart } = tables;
  const count = Buffer.alloc(4);
  count.writeUInt32LE(low.length);
  const names = Buffer.from(JSON.stringify({ sources, files, parts, stamp } satisfies Names));
  const body = Buffer.concat([count, bytesOf(starts), bytesOf(low), bytesOf(inPart), names]);
  return Buffer.concat([MARK, sha256(body), body]);
}

/** @returns undefined where the bytes are of another version, cut or damaged */
export function decodeCopies(bytes: Buffer): StoredCopies | undefined {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, MARK.length).equals(MARK)) return undefined;
  const body = bytes.subarray(MARK.length + HASH_BYTES);
  if (!sha256(body).equals(bytes.subarray(MARK.length, MARK.length + HASH_BYTES))) return undefined;
  const count = body.readUInt32LE(0);
  let at = 4;
  const take = (length: number) => copied(body.subarray(at, (at += length)));
  const starts = new Uint32Array(take(STARTS_BYTES));
  const low = new Uint16Array(take(2 * count));
  const inPart = new Uint16Array(take(2 * count));
  const { stamp, ...names } = JSON.parse(body.subarray(at).toString("utf8")) as Names;
  return { tables: { ...names, starts, low, inPart }, stamp };
}

const sha256 = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint16Array | Uint32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** In memory of its own, where numbers of several bytes may begin. */
const copied = ({ buffer, byteOffset, length }: Buffer): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
