// The rows of the table `segments`: lengths of chunks as 16-bit numbers, and their totals. 0 marks a chunk whose file was removed.

import type { DatabaseSync } from "node:sqlite";
import { DamagedBytes } from "./bytes.ts";

export function insertSegment(database: DatabaseSync, lengths: Uint16Array): number {
  const { live, terms } = totals(lengths);
  const { lastInsertRowid } = database
    .prepare("INSERT INTO segments (chunks, live, terms, lengths) VALUES (?, ?, ?, ?)")
    .run(lengths.length, live, terms, bytesOf(lengths));
  return Number(lastInsertRowid);
}

export function lengthsOf(database: DatabaseSync, segment: number): Uint16Array {
  const row = database.prepare("SELECT lengths FROM segments WHERE id = ?").get(segment) as { lengths: Uint8Array };
  return lengthsFrom(row.lengths);
}

/** @throws DamagedBytes where they are no whole numbers of 16 bits */
export function lengthsFrom(bytes: Uint8Array): Uint16Array {
  if (bytes.length % 2 !== 0) throw new DamagedBytes("half a number is missing");
  return new Uint16Array(bytes.slice().buffer);
}

export const bytesOf = (lengths: Uint16Array) => new Uint8Array(lengths.buffer, lengths.byteOffset, lengths.byteLength);

export function totals(lengths: Uint16Array): { live: number; terms: number } {
  let live = 0;
  let terms = 0;
  for (const length of lengths) {
    if (length > 0) live++;
    terms += length;
  }
  return { live, terms };
}
