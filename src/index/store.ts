// The writing side of the index: files are added and removed in transactions, each of which leaves the index consistent. A database has one
// writer, which is chosen elsewhere. Must not read the workspace.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { IndexedFile } from "./indexedFile.ts";
import { mergeDue } from "./merge.ts";
import { encodeChunks, encodeSymbols } from "./outline.ts";
import { asUnusable, openForWriting } from "./schema.ts";
import { SegmentBuilder } from "./segment.ts";
import { bytesOf, insertSegment, lengthsOf, totals } from "./segmentTable.ts";
import { chunkCounts, type IndexStats, indexStats, usedBytesOf } from "./stats.ts";

/** Identifies the state of a file and of its text. */
export interface FileState {
  /** Stamp of the file's state on disk; "" where it must be read again. */
  stamp: string;
  /** Hash of its text. */
  hash: Uint8Array;
  sizeBytes: number;
  mtimeMs: number;
}

export interface KnownFile {
  stamp: string;
  hash: Uint8Array;
  chunks: number;
  skipped: string;
}

interface PendingFile {
  path: string;
  state: FileState;
  indexed: IndexedFile | { skipped: string };
  firstChunk: number;
}

const nothing = { chunks: [], symbols: [] };

export class IndexStore {
  readonly database: DatabaseSync;
  readonly #insertFile: StatementSync;
  readonly #selectFile: StatementSync;
  #builder = new SegmentBuilder();
  #pending = new Map<string, PendingFile>();
  #removed = new Set<string>();
  #restamped = new Map<string, FileState>();

  private constructor(database: DatabaseSync) {
    this.database = database;
    this.#selectFile = database.prepare("SELECT stamp, hash, chunkCount AS chunks, skipped FROM files WHERE path = ?");
    this.#insertFile = database.prepare(
      `INSERT INTO files (path, name, stamp, hash, sizeBytes, mtimeMs, language, lines, skipped, hasTree, segment,
         firstChunk, chunkCount, chunkList, symbolList) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /**
   * @param file path of the database, or `IN_MEMORY`
   * @throws UnusableDatabase when it is corrupt or of another version, Error when it cannot be opened
   */
  static open(file: string): IndexStore {
    return new IndexStore(openForWriting(file));
  }

  /** The stored entry of a file, without uncommitted changes. */
  known(path: string): KnownFile | undefined {
    return this.#selectFile.get(path) as KnownFile | undefined;
  }

  /** The paths of all stored files. */
  paths(): string[] {
    return (this.database.prepare("SELECT path FROM files").all() as { path: string }[]).map(({ path }) => path);
  }

  /** Whether files of a folder are stored. */
  hasBelow(folder: string): boolean {
    const below = this.database.prepare("SELECT 1 FROM files WHERE path > ? AND path < ? LIMIT 1");
    return below.get(`${folder}/`, `${folder}0`) !== undefined; // "0" follows "/"
  }

  /** Number of chunks that wait for `commit`. */
  get pendingChunks(): number {
    return this.#builder.chunks;
  }

  /** Stores a file in place of its old entry. @param indexed its index entry, or why the file is not searched */
  put(path: string, state: FileState, indexed: IndexedFile | { skipped: string }): void {
    if (this.#pending.has(path) || ("chunks" in indexed && !this.#builder.fits(indexed))) this.commit();
    const firstChunk = "chunks" in indexed ? this.#builder.add(indexed) : 0;
    this.#pending.set(path, { path, state, indexed, firstChunk });
  }

  /** Stores a new state of a file whose text is unchanged. */
  restamp(path: string, state: FileState): void {
    this.#restamped.set(path, state);
  }

  remove(path: string): void {
    if (this.#pending.has(path)) this.commit();
    this.#removed.add(path);
  }

  /** Writes the pending changes in one transaction. @throws Error when the disk is full; then the pending changes are lost */
  commit(): void {
    const builder = this.#builder;
    const pending = [...this.#pending.values()];
    const removed = this.#removed;
    const restamped = this.#restamped;
    this.#builder = new SegmentBuilder();
    this.#pending = new Map();
    this.#removed = new Set();
    this.#restamped = new Map();
    if (pending.length + removed.size + restamped.size === 0) return;
    this.#transaction(() => {
      const restamp = this.database.prepare("UPDATE files SET stamp = ?, mtimeMs = ? WHERE path = ?");
      for (const [path, { stamp, mtimeMs }] of restamped) restamp.run(stamp, mtimeMs, path);
      this.#takeOut([...removed, ...pending.map(({ path }) => path)]);
      const segment = builder.chunks > 0 ? this.#writeSegment(builder) : 0;
      for (const file of pending) this.#writeFile(file, segment);
    });
  }

  /** Merges segments where there are too many. @param onlySmall leaves slow merges for later @returns whether segments were merged */
  merge(onlySmall: boolean = false): boolean {
    return this.#transaction(() => mergeDue(this.database, onlySmall));
  }

  /** Records that a whole pass has finished. */
  setReady(): void {
    this.database.exec("UPDATE state SET ready = 1 WHERE ready = 0");
    this.database.exec("PRAGMA incremental_vacuum");
  }

  stats(): IndexStats {
    return indexStats(this.database);
  }

  chunkCounts(): { live: number; stored: number } {
    return chunkCounts(this.database);
  }

  usedBytes(): number {
    return usedBytesOf(this.database);
  }

  close(): void {
    this.database.close();
  }

  /** @throws UnusableDatabase when the file turns out to be corrupt */
  #transaction<T>(work: () => T): T {
    try {
      this.database.exec("BEGIN IMMEDIATE");
      const result = work();
      this.database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw asUnusable(error);
    }
  }

  /** Deletes the rows of files and marks their chunks; the posting lists keep the chunks until the next merge. */
  #takeOut(paths: readonly string[]): void {
    const select = this.database.prepare("SELECT id, segment, firstChunk, chunkCount FROM files WHERE path = ?");
    const remove = this.database.prepare("DELETE FROM files WHERE id = ?");
    const bySegment = new Map<number, { firstChunk: number; chunkCount: number }[]>();
    for (const path of paths) {
      const row = select.get(path) as
        | { id: number; segment: number; firstChunk: number; chunkCount: number }
        | undefined;
      if (row === undefined) continue;
      remove.run(row.id);
      if (row.chunkCount === 0) continue;
      const ranges = bySegment.get(row.segment);
      if (ranges) ranges.push(row);
      else bySegment.set(row.segment, [row]);
    }
    const update = this.database.prepare("UPDATE segments SET live = ?, terms = ?, lengths = ? WHERE id = ?");
    for (const [segment, ranges] of bySegment) {
      const lengths = lengthsOf(this.database, segment);
      for (const { firstChunk, chunkCount } of ranges) lengths.fill(0, firstChunk, firstChunk + chunkCount);
      const { live, terms } = totals(lengths);
      update.run(live, terms, bytesOf(lengths), segment);
    }
  }

  #writeSegment(builder: SegmentBuilder): number {
    const segment = insertSegment(this.database, builder.lengths());
    const insert = this.database.prepare("INSERT INTO postings (segment, term, count, list) VALUES (?, ?, ?, ?)");
    for (const { term, count, list } of builder.rows()) insert.run(segment, term, count, list);
    return segment;
  }

  #writeFile({ path, state, indexed, firstChunk }: PendingFile, segment: number): void {
    const searched = "chunks" in indexed ? indexed : undefined;
    const chunks = searched?.chunks.length ?? 0;
    this.#insertFile.run(
      path,
      path.slice(path.lastIndexOf("/") + 1),
      state.stamp,
      state.hash,
      state.sizeBytes,
      state.mtimeMs,
      searched?.language ?? "",
      searched?.lines ?? 0,
      "skipped" in indexed ? indexed.skipped : "",
      (searched?.hasTree ?? true) ? 1 : 0,
      chunks > 0 ? segment : 0,
      firstChunk,
      chunks,
      encodeChunks(searched ?? nothing),
      encodeSymbols(searched ?? nothing),
    );
  }
}
