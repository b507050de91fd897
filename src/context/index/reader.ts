// The reading side of the index: BM25 over the segments' lists, names and paths. Read-only, synchronous, one snapshot a question.
// Must not write, and must not throw into a completion: an error goes to `onError` and leaves nothing found.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ListCache } from "./listCache.ts";
import { decodeChunks, decodeSymbols, type OutlineChunk } from "./outline.ts";
import { B, type Bm25Hit, K1, rankChunks, type SearchedSegment } from "./rankChunks.ts";
import type { ChunkHit, SearchIndex, SymbolHit, WeightedTerm } from "./searchIndex.ts";
import { symbolTerm } from "./segment.ts";
import { lengthsFrom } from "./segmentTable.ts";

/** A name that more files define says nothing about where it is meant. */
const MAX_DEFINING_FILES = 64;

interface SegmentRow {
  id: number;
  chunks: number;
  live: number;
  terms: number;
  lengths: Uint8Array;
}

interface FileRow {
  path: string;
  firstChunk: number;
  list: Uint8Array;
}

interface Place extends OutlineChunk {
  path: string;
}

export class IndexReader implements SearchIndex {
  readonly #database: DatabaseSync;
  readonly #onError: (error: unknown) => void;
  readonly #lists: ListCache;
  readonly #chunksOfFile: StatementSync;
  readonly #symbolsOfFile: StatementSync;
  #segments: SearchedSegment[] = [];
  #version: unknown;
  #ready = false;

  /** @param database stays the caller's to close */
  constructor(database: DatabaseSync, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
    this.#lists = new ListCache(database);
    const fileOfChunk = (list: string) =>
      database.prepare(
        `SELECT path, firstChunk, ${list} AS list FROM files WHERE segment = ? AND firstChunk <= ?
         ORDER BY firstChunk DESC LIMIT 1`,
      );
    this.#chunksOfFile = fileOfChunk("chunkList");
    this.#symbolsOfFile = fileOfChunk("symbolList");
  }

  get ready(): boolean {
    return this.#ask(() => this.#ready, false);
  }

  search(terms: readonly WeightedTerm[], limit: number, skip: (path: string) => boolean = () => false): ChunkHit[] {
    if (limit < 1 || terms.length === 0) return [];
    return this.#ask(() => {
      for (let asked = limit * 2 + 20; ; asked *= 4) {
        const { hits, all } = rankChunks(this.#segments, terms, asked, this.#lists);
        const found = this.#places(hits).filter(({ path }) => !skip(path));
        if (all || found.length >= limit) return found.sort(byScoreThenPlace).slice(0, limit);
      }
    }, []);
  }

  definitions(name: string, limit: number): SymbolHit[] {
    return this.#ask(() => {
      const found: SymbolHit[] = [];
      for (const { path, list } of this.#definingFiles(name)) {
        for (const symbol of decodeSymbols(list)) if (symbol.name === name) found.push({ ...symbol, path });
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

  /** Runs a question in a read transaction, so that the segments and their lists are of one time. */
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
    this.#version = version;
  }

  #places(hits: readonly Bm25Hit[]): (Place & { score: number })[] {
    const outlines = new Map<string, OutlineChunk[]>();
    return hits.map(({ segment, chunk, score }) => {
      const file = this.#chunksOfFile.get(segment, chunk) as unknown as FileRow;
      let chunks = outlines.get(file.path);
      if (!chunks) {
        chunks = decodeChunks(file.list);
        outlines.set(file.path, chunks);
      }
      return { ...chunks[chunk - file.firstChunk], path: file.path, score };
    });
  }

  #definingFiles(name: string): FileRow[] {
    const files: FileRow[] = [];
    for (const segment of this.#segments) {
      for (const chunk of this.#lists.chunksOf(segment, symbolTerm(name))) {
        if (files.length === MAX_DEFINING_FILES) return files;
        files.push(this.#symbolsOfFile.get(segment.id, chunk) as unknown as FileRow);
      }
    }
    return files;
  }
}

function searchedSegments(rows: readonly SegmentRow[]): SearchedSegment[] {
  const live = rows.reduce((sum, row) => sum + row.live, 0);
  const meanLength = rows.reduce((sum, row) => sum + row.terms, 0) / live;
  const norm = (length: number) => (length === 0 ? Number.POSITIVE_INFINITY : K1 * (1 - B + (B * length) / meanLength));
  return rows.map(({ lengths, ...row }) => ({ ...row, norms: Float64Array.from(lengthsFrom(lengths), norm) }));
}

function byPlace(a: { path: string; startLine: number }, b: { path: string; startLine: number }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.startLine - b.startLine;
}

const byScoreThenPlace = (a: Place & { score: number }, b: Place & { score: number }) =>
  b.score - a.score || byPlace(a, b);
