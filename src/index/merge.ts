// Merges segments, so that a search has few lists to read, and drops the chunks of removed files. Runs inside a transaction of the store.
// Merges segments of similar size (as in a log-structured merge tree: O'Neil et al., 1996), so each list is copied few times.

import type { DatabaseSync } from "node:sqlite";
import { decodePosting, encodePosting, MAX_SEGMENT_CHUNKS, type Posting, postingsOf } from "./postings.ts";
import { insertSegment, lengthsOf } from "./segmentTable.ts";

interface Segment {
  id: number;
  chunks: number;
  live: number;
}

/** Size classes of segments: the most chunks in a segment of each class. */
const KINDS = [512, 8_192, MAX_SEGMENT_CHUNKS * 0.75];

/** The most segments of one size class that stay unmerged. */
const MAX_OF_A_KIND = 4;

/**
 * @param onlySmall skips the large segments, which take a few hundred milliseconds
 * @returns whether segments were merged; there may be more to merge
 */
export function mergeDue(database: DatabaseSync, onlySmall: boolean): boolean {
  const segments = database.prepare("SELECT id, chunks, live FROM segments ORDER BY id").all();
  const due = choose(segments as unknown as Segment[], onlySmall);
  if (due.length === 0) return false;
  mergeSegments(database, due);
  return true;
}

function choose(segments: readonly Segment[], onlySmall: boolean): Segment[] {
  const empty = segments.filter(({ live }) => live === 0);
  if (empty.length > 0) return empty;
  const kinds = onlySmall ? KINDS.slice(0, 1) : KINDS;
  for (const [kind, limit] of kinds.entries()) {
    const least = kind === 0 ? 0 : KINDS[kind - 1];
    const alike = segments.filter(({ live }) => live > least && live <= limit);
    if (alike.length <= MAX_OF_A_KIND) continue;
    const due: Segment[] = [];
    let total = 0;
    for (const segment of alike) {
      if (total + segment.live > MAX_SEGMENT_CHUNKS) break;
      total += segment.live;
      due.push(segment);
    }
    if (due.length > 1) return due;
  }
  const halfEmpty = onlySmall ? undefined : segments.find(({ chunks, live }) => live * 2 < chunks);
  return halfEmpty ? [halfEmpty] : [];
}

function mergeSegments(database: DatabaseSync, segments: readonly Segment[]): void {
  const numbers = new Map<number, Int32Array>(); // by segment: the new number of each chunk, -1 where its file was removed
  const lengths: number[] = [];
  for (const { id } of segments) {
    const old = lengthsOf(database, id);
    numbers.set(
      id,
      Int32Array.from(old, (length) => (length > 0 ? lengths.push(length) - 1 : -1)),
    );
  }
  if (lengths.length > 0) {
    const merged = insertSegment(database, Uint16Array.from(lengths));
    mergeLists(database, segments, numbers, merged);
    moveFiles(database, numbers, merged);
  }
  for (const { id } of segments) {
    database.prepare("DELETE FROM postings WHERE segment = ?").run(id);
    database.prepare("DELETE FROM segments WHERE id = ?").run(id);
  }
}

function mergeLists(
  database: DatabaseSync,
  segments: readonly Segment[],
  numbers: ReadonlyMap<number, Int32Array>,
  merged: number,
): void {
  const chunksOf = new Map(segments.map(({ id, chunks }) => [id, chunks]));
  const insert = database.prepare("INSERT INTO postings (segment, term, count, list) VALUES (?, ?, ?, ?)");
  let term: string | undefined;
  let posting: Posting = { chunks: [], frequencies: [] };
  const write = () => {
    const count = posting.chunks.length;
    if (term !== undefined && count > 0) insert.run(merged, term, count, encodePosting(posting));
  };
  for (const row of rowsByTerm(database, segments)) {
    if (row.term !== term) {
      write();
      term = row.term;
      posting = { chunks: [], frequencies: [] };
    }
    const renumbered = numbers.get(row.segment)!;
    for (const [chunk, frequency] of postingsOf(decodePosting(row.list, row.count, chunksOf.get(row.segment)!))) {
      if (renumbered[chunk] === -1) continue;
      posting.chunks.push(renumbered[chunk]);
      posting.frequencies.push(frequency);
    }
  }
  write();
}

interface PostingRow {
  segment: number;
  term: string;
  count: number;
  list: Uint8Array;
}

/** The rows of all segments in the order of terms. SQLite merges such a union without sorting, since each part is sorted already. */
function rowsByTerm(database: DatabaseSync, segments: readonly Segment[]): Iterable<PostingRow> {
  const parts = segments.map(() => "SELECT term, segment, count, list FROM postings WHERE segment = ?");
  const union = database.prepare(`${parts.join(" UNION ALL ")} ORDER BY term, segment`);
  return union.iterate(...segments.map(({ id }) => id)) as unknown as Iterable<PostingRow>;
}

function moveFiles(database: DatabaseSync, numbers: ReadonlyMap<number, Int32Array>, merged: number): void {
  const select = database.prepare("SELECT id, firstChunk FROM files WHERE segment = ?");
  const update = database.prepare("UPDATE files SET segment = ?, firstChunk = ? WHERE id = ?");
  for (const [segment, renumbered] of numbers) {
    for (const { id, firstChunk } of select.all(segment) as { id: number; firstChunk: number }[])
      update.run(merged, renumbered[firstChunk], id);
  }
}
