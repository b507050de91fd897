// Lists of terms as they were read last: keystrokes ask for the same terms again and again, and a written list never changes.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decodePosting, type PostingList, postingsOf } from "./postings.ts";

const MAX_BYTES = 24_000_000;
const ENTRY_BYTES = 300; // of an entry besides its list, about

/** A part of the index as a search sees it. */
export interface SearchedSegment {
  id: number;
  chunks: number;
  live: number;
  terms: number;
  /** Of each chunk what BM25 adds to a frequency, by its length (`rankChunks.ts`); infinite where its file has left, so that it never scores. */
  norms: Float64Array;
}

interface Entry {
  list: PostingList | undefined; // undefined where the segment does not have the term
  bytes: number;
  /** Chunks of living files in the list, when so many of the segment's were living. */
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

  /** A term's list in a segment, and how many living chunks are in it. */
  list(segment: SearchedSegment, term: string): { list: PostingList | undefined; count: number } {
    const entry = this.#entry(segment, term);
    if (entry.list && entry.live !== segment.live) {
      entry.count = livingIn(entry.list, segment);
      entry.live = segment.live;
    }
    return entry;
  }

  /** The living chunks in a term's list. */
  *chunksOf(segment: SearchedSegment, term: string): Generator<number> {
    const { list } = this.#entry(segment, term);
    if (!list) return;
    for (const [chunk] of postingsOf(list)) if (segment.norms[chunk] !== Number.POSITIVE_INFINITY) yield chunk;
  }

  /** Forgets the lists of segments that are no more. */
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
