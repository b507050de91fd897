// A lock that one process of this machine can hold: an exclusive lock of SQLite on a file of its own. The kernel frees it however the
// process ends. Knows nothing of what is locked.

import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isBusy } from "./sqliteErrors.ts";

/**
 * Takes the lock.
 * @param waitMs how long to wait for it, holding the event loop
 * @returns what frees it, once or again; undefined while another process has it
 * @throws Error when the file cannot be made
 */
export function tryLock(file: string, waitMs = 0): (() => void) | undefined {
  try {
    return lock(file, waitMs);
  } catch (error) {
    if (isBusy(error)) return undefined;
    rmSync(file, { force: true }); // no file of SQLite's: nobody can hold it
    return lock(file, waitMs);
  }
}

/** Whether some process has the lock; takes it for a moment to find out. */
export function isLocked(file: string): boolean {
  const unlock = tryLock(file);
  unlock?.();
  return unlock === undefined;
}

/** How long to wait for the lock before giving up, in milliseconds: another process may only be checking whether it is free. */
export const LOCK_WAIT_MS = 300;

function lock(file: string, waitMs: number): () => void {
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
    return () => {
      if (database.isOpen) database.close();
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
