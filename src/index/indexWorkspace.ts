// Updates the index to the state of the workspace: reads new and changed files, removes deleted ones. Every read goes through the `Workspace`.
// If a pass is ended at any time, the index stays consistent, and the next pass resumes where it ended.

import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Refusal } from "../../common/rules/refusal.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { FileStat, Workspace } from "../workspace/workspace.ts";
import { indexedFile } from "./indexedFile.ts";
import { isSourcePath } from "./sourcePaths.ts";
import type { FileState, IndexStore } from "./store.ts";

export interface IndexLimits {
  chunks: number;
  sizeBytes: number; // of the database, approximately
}

/** Size limits of an index; beyond them the least recently changed files are left out. */
export const INDEX_LIMITS: IndexLimits = { chunks: 100_000, sizeBytes: 100_000_000 };

/** Assumed size of a chunk on the disk, in bytes, while there are too few chunks to measure it. */
const USUAL_CHUNK_BYTES = 500;
const MEASURED_CHUNKS = 200;

/** Why a file that a pass has seen is not searched, besides the reasons of `common/rules`. */
export type PassSkip = "notSource" | "unreadable" | "changedWhileRead" | "indexFull";

export interface IndexPass {
  workspace: Workspace;
  store: IndexStore;
  parsers: Parsers;
  signal?: AbortSignal;
  limits?: IndexLimits;
  /** Paths that have changed since the last call; they are indexed before the others. */
  takeChanged?: () => Iterable<string>;
  /** Called after each commit. */
  onCommit?: () => void;
}

const COMMIT_CHUNKS = 2_000;
const COMMIT_MS = 1_000;
const TURN_MS = 8; // longest work before messages are handled, unless a single file takes longer
const READ_ATTEMPTS = 3;
const STATS_AT_ONCE = 32;

/** A change younger than this, in milliseconds, may be followed by another one with the same stamp. */
const YOUNG_MS = 100;

/**
 * Runs a whole pass.
 * @returns the number of skipped files by reason; files that a rule refuses are counted in the store
 * @throws the signal's reason, Error when the disk is full or the database unusable
 */
export async function indexWorkspace(pass: IndexPass): Promise<Partial<Record<PassSkip, number>>> {
  const { workspace, store } = pass;
  const listed = await workspace.list();
  const paths = new Set(listed.filter(isSourcePath));
  const skipped: Partial<Record<PassSkip, number>> = {};
  const skip = (reason: PassSkip, files = 1) => {
    skipped[reason] = (skipped[reason] ?? 0) + files;
  };
  if (listed.length > paths.size) skip("notSource", listed.length - paths.size);

  for (const path of store.paths()) if (!paths.has(path)) store.remove(path);
  const turns = new Turns(pass);
  turns.commit(); // files that may not be read any more are removed at once
  let chunks = 0;
  for (const { path, stat } of await newestFirst(workspace, [...paths], pass.signal)) {
    await turns.next();
    for (const changed of pass.takeChanged?.() ?? []) if (isSourcePath(changed)) await updateFile(pass, changed);
    const known = store.known(path);
    if (chunks >= turns.capacity) {
      if (known) store.remove(path);
      skip("indexFull");
    } else if (known && known.stamp !== "" && known.stamp === stat?.stamp) chunks += known.chunks;
    else {
      const result = await updateFile(pass, path);
      if (typeof result === "number") chunks += result;
      else skip(result);
    }
  }
  turns.commit();
  await turns.mergeAll();
  store.setReady();
  pass.onCommit?.();
  return skipped;
}

/** Updates only the given paths: files that were created, changed or deleted. Ignores others, such as folders. Large segments stay unmerged. */
export async function indexPaths(pass: IndexPass, paths: Iterable<string>): Promise<void> {
  const turns = new Turns(pass);
  for (const path of paths) {
    if (!isSourcePath(path)) continue;
    await turns.next();
    await updateFile(pass, path);
  }
  turns.commit();
  await turns.mergeAll(true);
  pass.onCommit?.();
}

/** Commits from time to time, yields to other work, and ends the pass when its signal fires. */
class Turns {
  readonly #pass: IndexPass;
  #turnMs = performance.now();
  #commitMs = performance.now();
  /** The most chunks that may be stored. */
  capacity: number;

  constructor(pass: IndexPass) {
    this.#pass = pass;
    this.capacity = capacityOf(pass);
  }

  async next(): Promise<void> {
    this.#endIfAborted();
    const nowMs = performance.now();
    if (this.#pass.store.pendingChunks >= COMMIT_CHUNKS || nowMs - this.#commitMs >= COMMIT_MS) {
      this.commit();
      this.#pass.store.merge();
      this.#pass.onCommit?.();
    }
    if (nowMs - this.#turnMs < TURN_MS) return;
    await nextTurn();
    this.#turnMs = performance.now();
    this.#endIfAborted();
  }

  /** Ends the pass where its signal has fired; the files read so far are kept. */
  #endIfAborted(): void {
    const { signal } = this.#pass;
    if (!signal?.aborted) return;
    this.commit();
    throw signal.reason;
  }

  commit(): void {
    this.#pass.store.commit();
    this.#commitMs = performance.now();
    this.capacity = capacityOf(this.#pass);
  }

  async mergeAll(onlySmall: boolean = false): Promise<void> {
    while (this.#pass.store.merge(onlySmall)) {
      await nextTurn();
      this.#pass.signal?.throwIfAborted();
    }
  }
}

/** The number of chunks that the limits allow; the size of a chunk on the disk is measured as the index grows. */
function capacityOf({ store, limits = INDEX_LIMITS }: Pick<IndexPass, "store" | "limits">): number {
  const { stored } = store.chunkCounts();
  const chunkBytes = stored < MEASURED_CHUNKS ? USUAL_CHUNK_BYTES : store.usedBytes() / stored;
  return Math.min(limits.chunks, Math.floor(limits.sizeBytes / chunkBytes));
}

/** Whether more is stored than a pass would keep: changed files are added without checking the limit. */
export function isOverfull(pass: Pick<IndexPass, "store" | "limits">): boolean {
  return pass.store.chunkCounts().live > capacityOf(pass) * 1.05;
}

interface Source {
  path: string;
  stat: FileStat | undefined;
}

async function newestFirst(workspace: Workspace, paths: readonly string[], signal?: AbortSignal): Promise<Source[]> {
  const sources: Source[] = [];
  for (let at = 0; at < paths.length; at += STATS_AT_ONCE) {
    signal?.throwIfAborted();
    const some = paths.slice(at, at + STATS_AT_ONCE);
    sources.push(...(await Promise.all(some.map(async (path) => ({ path, stat: await workspace.stat?.(path) })))));
  }
  return sources.sort((a, b) => (b.stat?.mtimeMs ?? 0) - (a.stat?.mtimeMs ?? 0)); // stable: otherwise in the order of the list
}

/** @returns the file's chunks, or why it is not searched; 0 where it is gone or refused by a rule */
async function updateFile({ workspace, store, parsers }: IndexPass, path: string): Promise<number | PassSkip> {
  const read = await readWhole(workspace, path);
  if (read === "changedWhileRead") return read; // its old entry stays: a change notification follows
  const known = store.known(path);
  if (read === undefined || read === "unreadable") {
    if (known) store.remove(path);
    return read ?? 0;
  }
  const { text, refusal, state } = read;
  if (text === undefined) {
    if (known?.skipped === refusal && known.stamp === state.stamp) return 0;
    store.put(path, state, { skipped: refusal });
    return 0;
  }
  if (known && known.skipped === "" && Buffer.compare(known.hash, state.hash) === 0) {
    store.restamp(path, state);
    return known.chunks;
  }
  const indexed = indexedFile(path, text, parsers);
  store.put(path, state, indexed);
  return indexed.chunks.length;
}

type WholeFile = { state: FileState } & (
  | { text: string; refusal?: undefined }
  | { text?: undefined; refusal: Refusal }
);

/** A file's text and the state that belongs to it; undefined where it does not exist. */
async function readWhole(
  workspace: Workspace,
  path: string,
): Promise<WholeFile | "unreadable" | "changedWhileRead" | undefined> {
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
    const before = await workspace.stat?.(path);
    let refusal: Refusal | undefined;
    const text = await workspace.read(path, (reason) => {
      refusal = reason;
    });
    const after = await workspace.stat?.(path);
    if (before?.stamp !== after?.stamp) continue;
    const state = {
      stamp: "",
      mtimeMs: after?.mtimeMs ?? 0,
      hash: hashOf(text),
      sizeBytes: Buffer.byteLength(text ?? ""),
    };
    if (after && Date.now() - after.mtimeMs > YOUNG_MS) state.stamp = after.stamp;
    if (text !== undefined) return { text, state };
    if (refusal !== undefined) return { refusal, state };
    return after === undefined ? undefined : "unreadable";
  }
  return "changedWhileRead";
}

const hashOf = (text: string | undefined): Uint8Array =>
  text === undefined ? new Uint8Array(0) : createHash("sha256").update(text).digest().subarray(0, 16);
