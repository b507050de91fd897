// The reading side of the index: BM25 over the segments' lists, names and paths. Read-only and synchronous; each question sees one snapshot.
// Must not write, and must not throw into a completion: an error goes to `onError`, and nothing is found.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { DamagedBytes } from "./bytes.ts";
import { ListCache, type SearchedSegment } from "./listCache.ts";
import { decodeSymbols } from "./outline.ts";
import { B, type Bm25Hit, K1, rankChunks } from "./rankChunks.ts";
import type { ChunkHit, SearchIndex, SymbolHit, WeightedTerm } from "./searchIndex.ts";
import { symbolTerm } from "./segment.ts";
import { SegmentFiles } from "./segmentFiles.ts";
import { lengthsFrom } from "./segmentTable.ts";

/** How many extra chunks are ranked, so that hits in skipped files seldom need a second search. */
const SKIPPED_CHUNKS = 40;

/** The most files that may define a name; with more, a definition says nothing about the one that is meant. */
const MAX_DEFINING_FILES = 64;

interface SegmentRow {
  id: number;
  chunks: number;
  live: number;
  terms: number;
  lengths: Uint8Array;
}

export class IndexReader implements SearchIndex {
  readonly #database: DatabaseSync;
  readonly #onError: (error: unknown) => void;
  readonly #lists: ListCache;
  readonly #files: SegmentFiles;
  readonly #symbolsOfFile: StatementSync;
  #segments: SearchedSegment[] = [];
  #version: unknown;
  #ready = false;

  /** @param database the caller closes it */
  constructor(database: DatabaseSync, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
    this.#lists = new ListCache(database);
    this.#files = new SegmentFiles(database);
    this.#symbolsOfFile = database.prepare("SELECT path, symbolList FROM files WHERE id = ?");
  }

  get ready(): boolean {
    return this.#ask(() => this.#ready, false);
  }

  search(terms: readonly WeightedTerm[], limit: number, skip: (path: string) => boolean = () => false): ChunkHit[] {
    if (limit < 1 || terms.length === 0) return [];
    return this.#ask(() => {
      for (let asked = limit + SKIPPED_CHUNKS; ; asked *= 4) {
        const { hits, all } = rankChunks(this.#segments, terms, asked, this.#lists);
        const found = this.#best(hits, limit, skip);
        if (all || found.length >= limit) return found.sort(byScoreThenPlace).slice(0, limit);
      }
    }, []);
  }

  definitions(name: string, limit: number): SymbolHit[] {
    return this.#ask(() => {
      const found: SymbolHit[] = [];
      for (const { path, symbolList } of this.#definingFiles(name)) {
        for (const symbol of decodeSymbols(symbolList)) if (symbol.name === name) found.push({ ...symbol, path });
      }
      return found.sort(byPlace).slice(0, limit);
    }, []);
  }

  pathsEndingIn(suffix: string, limit: number): string[] {
    return this.#ask(() => {
      const name = suffix.slice(suffix.lastIndexOf("/") + 1);
      const rows = this.#database.prepare("SELECT path FROM files WHERE name = ? ORDER BY path").all(name);
      const paths = (rows as { path: string }[]).map(({ path }) => path);
      return paths.filter((path) => path === suffix || path.endsWith(`/${suffix}`)).slice(0, limit);
    }, []);
  }

  /** Runs a question in a read transaction, so that the segments and their lists are from one snapshot. */
  #ask<T>(question: () => T, otherwise: T): T {
    try {
      this.#database.exec("BEGIN");
      try {
        this.#refresh();
        return question();
      } finally {
        this.#database.exec("COMMIT");
      }
    } catch (error) {
      this.#version = undefined;
      this.#onError(error);
      return otherwise;
    }
  }

  #refresh(): void {
    const { version } = this.#database
      .prepare(
        "SELECT (SELECT ready FROM state) || ' ' || coalesce(group_concat(id || ':' || live), '') AS version FROM segments",
      )
      .get() as { version: string };
    if (version === this.#version) return;
    const rows = this.#database.prepare("SELECT id, chunks, live, terms, lengths FROM segments ORDER BY id").all();
    this.#segments = searchedSegments(rows as unknown as SegmentRow[]);
    this.#ready = (this.#database.prepare("SELECT ready FROM state").get() as { ready: number }).ready === 1;
    this.#lists.keepOnly(this.#segments);
    this.#files.keepOnly(this.#segments);
    this.#version = version;
  }

  /** The first `limit` hits that are not skipped, and all that tie with the last of them. */
  #best(hits: readonly Bm25Hit[], limit: number, skip: (path: string) => boolean): ChunkHit[] {
    const found: ChunkHit[] = [];
    for (const { segment, chunk, score } of hits) {
      if (found.length >= limit && score < found[found.length - 1].score) break;
      const place = this.#files.place(segment, chunk);
      if (!skip(place.path)) found.push({ ...place, score });
    }
    return found;
  }

  #definingFiles(name: string): { path: string; symbolList: Uint8Array }[] {
    const files: { path: string; symbolList: Uint8Array }[] = [];
    for (const segment of this.#segments) {
      for (const chunk of this.#lists.chunksOf(segment, symbolTerm(name))) {
        if (files.length === MAX_DEFINING_FILES) return files;
        files.push(this.#symbolsOfFile.get(this.#files.id(segment.id, chunk)) as (typeof files)[number]);
      }
    }
    return files;
  }
}

function searchedSegments(rows: readonly SegmentRow[]): SearchedSegment[] {
  const live = rows.reduce((sum, row) => sum + row.live, 0);
  const meanLength = rows.reduce((sum, row) => sum + row.terms, 0) / live;
  return rows.map(({ lengths: bytes, ...row }) => {
    const lengths = lengthsFrom(bytes);
    if (lengths.length !== row.chunks) throw new DamagedBytes("a segment has another number of chunks");
    const norms = new Float64Array(lengths.length).fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < lengths.length; i++) {
      if (lengths[i] > 0) norms[i] = K1 * (1 - B + (B * lengths[i]) / meanLength);
    }
    return { ...row, norms };
  });
}

function byPlace(a: { path: string; startLine: number }, b: { path: string; startLine: number }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.startLine - b.startLine;
}

const byScoreThenPlace = (a: ChunkHit, b: ChunkHit) => b.score - a.score || byPlace(a, b);
