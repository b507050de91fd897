// Cache of decoded term lists: keystrokes ask for the same terms again and again, and a written list never changes.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decodePosting, type PostingList, postingsOf } from "./postings.ts";

const MAX_BYTES = 24_000_000;
const ENTRY_BYTES = 300; // approximate size of an entry besides its list

/** A part of the index as a search sees it. */
export interface SearchedSegment {
  id: number;
  chunks: number;
  live: number;
  terms: number;
  /** For each chunk BM25's length norm, which is added to a frequency (`rankChunks.ts`); infinite for a removed file, whose chunks never score. */
  norms: Float64Array;
}

interface Entry {
  list: PostingList | undefined; // undefined where the segment does not have the term
  bytes: number;
  /** Number of the list's chunks that are live, counted when the segment had this many live chunks. */
  count: number;
  live: number;
}

const NONE: Entry = { list: undefined, bytes: ENTRY_BYTES, count: 0, live: 0 };

export class ListCache {
  readonly #select: StatementSync;
  readonly #segments = new Map<number, Map<string, Entry>>();
  #bytes = 0;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare("SELECT count, list FROM postings WHERE segment = ? AND term = ?");
  }

  /** A term's list in a segment, and its number of live chunks. */
  list(segment: SearchedSegment, term: string): { list: PostingList | undefined; count: number } {
    const entry = this.#entry(segment, term);
    if (entry.list && entry.live !== segment.live) {
      entry.count = livingIn(entry.list, segment);
      entry.live = segment.live;
    }
    return entry;
  }

  /** The live chunks in a term's list. */
  *chunksOf(segment: SearchedSegment, term: string): Generator<number> {
    const { list } = this.#entry(segment, term);
    if (!list) return;
    for (const [chunk] of postingsOf(list)) if (segment.norms[chunk] !== Number.POSITIVE_INFINITY) yield chunk;
  }

  /** Forgets the lists of segments that no longer exist. */
  keepOnly(segments: readonly SearchedSegment[]): void {
    const ids = new Set(segments.map(({ id }) => id));
    for (const [id, entries] of this.#segments) {
      if (ids.has(id)) continue;
      for (const { bytes } of entries.values()) this.#bytes -= bytes;
      this.#segments.delete(id);
    }
  }

  #entry(segment: SearchedSegment, term: string): Entry {
    let entries = this.#segments.get(segment.id);
    const known = entries?.get(term);
    if (known) return known;
    if (this.#bytes > MAX_BYTES) {
      this.#segments.clear();
      this.#bytes = 0;
      entries = undefined;
    }
    if (!entries) {
      entries = new Map();
      this.#segments.set(segment.id, entries);
    }
    const row = this.#select.get(segment.id, term) as { count: number; list: Uint8Array } | undefined;
    const entry = row
      ? {
          list: decodePosting(row.list, row.count, segment.chunks),
          bytes: row.list.byteLength + ENTRY_BYTES,
          count: row.count,
          live: segment.chunks,
        }
      : NONE;
    entries.set(term, entry);
    this.#bytes += entry.bytes;
    return entry;
  }
}

function livingIn(list: PostingList, { norms }: SearchedSegment): number {
  const { frequencies } = list;
  let count = 0;
  for (let i = 0; i < frequencies.length; i++) {
    if (frequencies[i] > 0 && norms[list.dense ? i : list.chunks[i]] !== Number.POSITIVE_INFINITY) count++;
  }
  return count;
}
