// Reads an index that another process writes: the index may be absent, rebuilt or broken. Then nothing is found, and a moment later the
// reader opens it again. Must not write.

import type { DatabaseSync } from "node:sqlite";
import { isBusy } from "../../common/util/sqliteErrors.ts";
import { IndexReader } from "./reader.ts";
import { asUnusable, identityOf, openForReading, UnusableDatabase } from "./schema.ts";
import type { ChunkHit, SearchIndex, SymbolHit, WeightedTerm } from "./searchIndex.ts";

const REOPEN_MS = 1_000;

/** How long to wait for a lock, in milliseconds. The writer locks the index only briefly when it opens it; a longer lock is another program's. */
const BUSY_MS = 10_000;

export class LiveReader implements SearchIndex {
  readonly #file: string;
  readonly #onError: (error: unknown) => void;
  readonly #onDamage: (identity: string) => void;
  #open: { database: DatabaseSync; reader: IndexReader; identity: string } | undefined;
  #waitUntilMs = 0;
  #busySinceMs: number | undefined;

  /**
   * @param onError called for each failed question; not for an index that is absent or about to be rebuilt
   * @param onDamage called where what was read shows that the file is damaged (its identity as `identityOf` tells it): it has to be rebuilt
   */
  constructor(file: string, onError: (error: unknown) => void, onDamage: (identity: string) => void = () => {}) {
    this.#file = file;
    this.#onError = onError;
    this.#onDamage = onDamage;
  }

  search(terms: readonly WeightedTerm[], limit: number, skip?: (path: string) => boolean): ChunkHit[] {
    return this.#reader()?.search(terms, limit, skip) ?? [];
  }

  definitions(name: string, limit: number): SymbolHit[] {
    return this.#reader()?.definitions(name, limit) ?? [];
  }

  pathsEndingIn(suffix: string, limit: number): string[] {
    return this.#reader()?.pathsEndingIn(suffix, limit) ?? [];
  }

  get ready(): boolean {
    return this.#reader()?.ready ?? false;
  }

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #reader(): IndexReader | undefined {
    const identity = identityOf(this.#file);
    if (this.#open?.identity !== identity) this.close();
    if (this.#open || identity === undefined || performance.now() < this.#waitUntilMs) return this.#open?.reader;
    try {
      const database = openForReading(this.#file);
      this.#open = { database, reader: new IndexReader(database, (error) => this.#failed(error)), identity };
      this.#busySinceMs = undefined;
    } catch (error) {
      if (!(error instanceof UnusableDatabase)) this.#failed(error);
      this.#waitUntilMs = performance.now() + REOPEN_MS;
    }
    return this.#open?.reader;
  }

  /** Drops the connection, which may be what broke; a moment later there is a new one. */
  #failed(error: unknown): void {
    if (isBusy(error)) {
      this.#busySinceMs ??= performance.now();
      if (performance.now() - this.#busySinceMs < BUSY_MS) return;
    }
    this.#waitUntilMs = performance.now() + REOPEN_MS;
    const identity = this.#open?.identity;
    this.close();
    const unusable = asUnusable(error);
    if (unusable instanceof UnusableDatabase && identity !== undefined) this.#onDamage(identity);
    this.#onError(unusable);
  }
}
