// The location of a workspace's index: its own folder in the user's cache folder, never in the repository. Removes indexes that are no longer
// needed.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { tryLock } from "../../common/util/fileLock.ts";
import { realRoot, rootHash } from "../../common/util/realRoot.ts";

const DATABASE = "index.sqlite";
const ROOT_FILE = "root.json"; // names the folder's workspace; its modification time is that of the last opening
const LOCK_ENDING = ".lock";

const DAY_MS = 86_400_000;
const KEPT_MS = 60 * DAY_MS;
const MAX_TOTAL_BYTES = 2_000_000_000;

/** The file of a workspace's index. Different paths to the same folder give the same file. */
export function databaseFile(root: string, cacheDir = defaultCacheDir()): string {
  return path.join(cacheDir, "index", rootHash(root), DATABASE);
}

/** The file of the licence guard's index of the same workspace. */
export const copiesFile = (database: string): string => path.join(path.dirname(database), "copies.bin");

export const lockFile = (database: string): string => database + LOCK_ENDING;

/** Records the workspace of this index and that it was opened now. @throws Error when the folder cannot be written */
export function noteOpened(database: string, root: string): void {
  const folder = path.dirname(database);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, ROOT_FILE), JSON.stringify({ root: realRoot(root) }), { mode: 0o600 });
}

/**
 * Removes the indexes of workspaces that no longer exist or were not opened for 60 days, and the oldest beyond 2 GB in total; never one that
 * a process is writing.
 * @returns the number of removed indexes
 */
export function evictIndexes(own: string, nowMs = Date.now(), maxTotalBytes = MAX_TOTAL_BYTES): number {
  const parent = path.dirname(path.dirname(own));
  const others = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== path.basename(path.dirname(own)))
    .map((entry) => stored(path.join(parent, entry.name)))
    .sort((a, b) => b.openedMs - a.openedMs);
  let total = folderBytes(path.dirname(own));
  let removed = 0;
  for (const { folder, root, openedMs, sizeBytes } of others) {
    const wanted = root !== undefined && existsSync(root) && nowMs - openedMs < KEPT_MS;
    if (wanted && total + sizeBytes <= maxTotalBytes) total += sizeBytes;
    else if (removeUnlocked(folder)) removed++;
  }
  return removed;
}

function stored(folder: string): { folder: string; root: string | undefined; openedMs: number; sizeBytes: number } {
  try {
    const file = path.join(folder, ROOT_FILE);
    const { root } = JSON.parse(readFileSync(file, "utf8")) as { root?: unknown };
    const openedMs = statSync(file).mtimeMs;
    return { folder, root: typeof root === "string" ? root : undefined, openedMs, sizeBytes: folderBytes(folder) };
  } catch {
    return { folder, root: undefined, openedMs: 0, sizeBytes: 0 }; // incomplete or broken
  }
}

function folderBytes(folder: string): number {
  let total = 0;
  for (const name of readdirSync(folder))
    total += statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  return total;
}

function removeUnlocked(folder: string): boolean {
  try {
    const unlock = tryLock(lockFile(path.join(folder, DATABASE)));
    if (!unlock) return false;
    unlock();
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    return false; // owned by another user, or read-only
  }
}
