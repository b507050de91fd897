// Keeps the index of one workspace up to date while it runs: a whole pass first, then the files that are reported as changed. It holds the
// workspace's lock, so it is the only writer. Knows no process and no messages. An error is logged once, and the work is retried.

import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { isIgnoreFile } from "../../common/rules/ignoreFileNames.ts";
import { refusalOfPath } from "../../common/rules/pathRules.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { LOCK_WAIT_MS, tryLock } from "../../common/util/fileLock.ts";
import { folderWorkspace, type Workspace } from "../workspace/workspace.ts";
import { CopyKeeper } from "./copies/copyKeeper.ts";
import { type IndexLimits, type IndexPass, indexPaths, indexWorkspace, isOverfull } from "./indexWorkspace.ts";
import { copiesFile, evictIndexes, lockFile, noteOpened } from "./location.ts";
import { openStore } from "./openStore.ts";
import { asUnusable, identityOf, problemOf, removeDatabase, UnusableDatabase } from "./schema.ts";
import type { IndexStore } from "./store.ts";

export interface IndexerOptions {
  root: string;
  file: string; // of the database
  exclude: readonly string[]; // the setting's patterns
  parsers: Parsers;
  /** Writes one sentence to the log. */
  log: (line: string) => void;
  copies?: boolean; // whether the licence guard's index is kept; default false
  limits?: IndexLimits;
  retryMs?: number;
}

const RETRY_MS = 60_000;

/** How long changes are gathered before they are handled, in milliseconds: they come in bursts. */
const GATHER_MS = 10;

/** How long nothing must have changed before a large merge, in milliseconds: it would delay the next change. */
const MERGE_AFTER_MS = 1_000;

/** Time between whole passes, in milliseconds: a file watcher may miss changes. */
const PASS_EVERY_MS = 30 * 60_000;

/** An index that breaks more often than this is not rebuilt at once. */
const MAX_REBUILDS = 3;

export class Indexer {
  readonly #options: IndexerOptions;
  readonly #unlock: () => void;
  readonly #logged = new Set<string>();
  readonly #changed = new Set<string>();
  readonly #waiting: (() => void)[] = []; // callers of `idle`
  #store: IndexStore | undefined;
  #workspace: Workspace;
  #exclude: readonly string[];
  #signals = new AbortController(); // for the running work
  #closed = false;
  #passDue = true;
  #isDamaged = false;
  #mergeDue = false; // whether large segments are to be merged once nothing has changed for a moment
  #passedMs = Number.NEGATIVE_INFINITY;
  #rebuilds = 0;
  #sleeping = false;
  #wake = () => {};
  #working: Promise<void>;
  #copies: CopyKeeper | undefined;

  /**
   * Takes the workspace's lock and begins a pass; an unusable index is rebuilt.
   * @returns undefined while another process writes the index
   * @throws Error when its folder cannot be written
   */
  static open(options: IndexerOptions): Indexer | undefined {
    noteOpened(options.file, options.root);
    const unlock = tryLock(lockFile(options.file), LOCK_WAIT_MS);
    return unlock && new Indexer(options, unlock);
  }

  private constructor(options: IndexerOptions, unlock: () => void) {
    this.#options = options;
    this.#unlock = unlock;
    this.#exclude = options.exclude;
    this.#workspace = this.#openWorkspace();
    this.#working = this.#work();
    this.keepCopies(options.copies ?? false);
  }

  /** Files and folders were created, changed or deleted; paths relative to the root. */
  changed(paths: readonly string[]): void {
    if (paths.some(isIgnoreFile)) this.#rulesChanged();
    if (paths.some((one) => refusalOfPath(one) === "lockFile")) this.#copies?.look();
    for (const changed of paths) this.#changed.add(changed);
    this.#wake();
  }

  setExclude(exclude: readonly string[]): void {
    this.#exclude = exclude;
    this.#rulesChanged();
  }

  /** A reader found damage in the file of this identity; nothing is done where it has been rebuilt since. */
  damaged(identity: string): void {
    if (identityOf(this.#options.file) !== identity) return;
    this.#isDamaged = true;
    this.#signals.abort();
    this.#wake();
  }

  /** Keeps the licence guard's index from now on, or keeps it no more; its file stays. */
  keepCopies(on: boolean): void {
    if (on === (this.#copies !== undefined)) return;
    void this.#copies?.close();
    const { root, file } = this.#options;
    const workspace = () => this.#openWorkspace();
    const exclude = () => this.#exclude;
    this.#copies = on
      ? new CopyKeeper({ root, file: copiesFile(file), workspace, exclude, log: (line) => this.#log(line) })
      : undefined;
    if (this.#passedMs > Number.NEGATIVE_INFINITY) this.#copies?.look(); // else after the first pass
  }

  /** A reader found the licence guard's index broken. */
  copiesDamaged(): void {
    this.#copies?.look();
  }

  /** Resolves when all changes reported so far are indexed. */
  idle(): Promise<void> {
    if (this.#sleeping && !this.#isDue) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    if (this.#closed) return this.#working;
    this.#closed = true;
    this.#signals.abort();
    this.#wake();
    await this.#copies?.close();
    await this.#working;
    this.#store?.close();
    this.#unlock();
  }

  /** Makes a new workspace, since one caches ignore files for a moment. Work done so far is kept. */
  #rulesChanged(): void {
    this.#workspace = this.#openWorkspace();
    this.#passDue = true;
    this.#signals.abort();
    this.#wake();
  }

  #openWorkspace(): Workspace {
    return folderWorkspace(this.#options.root, () => this.#exclude);
  }

  get #isDue(): boolean {
    return this.#passDue || this.#isDamaged || this.#changed.size > 0;
  }

  async #work(): Promise<void> {
    await nextTurn(); // lets the constructor finish
    while (!this.#closed) {
      this.#signals = new AbortController();
      try {
        await this.#step();
      } catch (error) {
        this.#passDue = true;
        if (!this.#signals.signal.aborted) await this.#recover(error);
      }
    }
  }

  async #step(): Promise<void> {
    const { file, parsers, limits } = this.#options;
    if (this.#isDamaged) throw new UnusableDatabase("it is corrupt");
    this.#store ??= openStore(file, (reason) => this.#logRebuilt(reason));
    if (performance.now() - this.#passedMs > PASS_EVERY_MS) this.#passDue = true;
    if (!this.#isDue) {
      for (const resolve of this.#waiting.splice(0)) resolve();
      await this.#sleep(this.#mergeDue ? MERGE_AFTER_MS : PASS_EVERY_MS);
      if (this.#mergeDue && !this.#isDue && !this.#closed) this.#mergeDue = this.#store.merge();
      return;
    }
    const { signal } = this.#signals;
    const pass: IndexPass = { workspace: this.#workspace, store: this.#store, parsers, limits, signal };
    if (this.#passDue) await this.#wholePass(pass);
    else await this.#update(pass);
  }

  async #wholePass(pass: IndexPass): Promise<void> {
    const { root, file } = this.#options;
    this.#passDue = false;
    this.#passedMs = performance.now();
    if (!existsSync(root)) return this.#log(`${root} is not there; its index stays as it is.`);
    const { indexFull } = await indexWorkspace({ ...pass, takeChanged: () => this.#takeChanged(pass.store) });
    if (indexFull) this.#log(`The index of ${root} is full: it holds the files that were changed last, not all.`);
    evictIndexes(file);
    this.#copies?.look();
  }

  async #update(pass: IndexPass): Promise<void> {
    await sleep(GATHER_MS);
    await indexPaths(pass, this.#takeChanged(pass.store));
    this.#mergeDue = true;
    if (isOverfull(pass)) this.#passDue = true;
  }

  /** The files among the changed paths; a created or deleted folder makes a pass due. */
  #takeChanged(store: IndexStore): string[] {
    if (this.#changed.size === 0) return [];
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed.filter((one) => {
      const isFolder = store.hasBelow(one) || this.#isFolder(one);
      if (isFolder) this.#passDue = true;
      return !isFolder;
    });
  }

  #isFolder(relative: string): boolean {
    if (refusalOfPath(`${relative}/`) !== undefined) return false;
    try {
      return statSync(path.join(this.#options.root, relative)).isDirectory();
    } catch {
      return false; // gone, or may not be looked at
    }
  }

  /** Rebuilds an index that turns out to be corrupt; any other error, such as a full disk, may be temporary. */
  async #recover(error: unknown): Promise<void> {
    const { root, file, retryMs = RETRY_MS } = this.#options;
    const unusable = asUnusable(error);
    if (unusable instanceof UnusableDatabase && this.#rebuilds < MAX_REBUILDS) {
      this.#store?.close();
      this.#store = undefined;
      removeDatabase(file);
      this.#isDamaged = false;
      return this.#logRebuilt(unusable.message);
    }
    this.#log(`The index of ${root} cannot be written: ${problemOf(error)}. It is tried again now and then.`);
    this.#isDamaged = false; // it has been rebuilt too often: a reader tells again
    await this.#sleep(retryMs);
  }

  #logRebuilt(reason: string): void {
    this.#rebuilds++;
    this.#log(`The index of ${this.#options.root} is built anew: ${reason}.`);
  }

  /** Waits for work, at most `ms` milliseconds. */
  async #sleep(ms: number): Promise<void> {
    if (this.#closed) return;
    this.#sleeping = true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#sleeping = false;
    this.#wake = () => {};
  }

  #log(line: string): void {
    if (this.#logged.has(line)) return;
    this.#logged.add(line);
    this.#options.log(line);
  }
}
