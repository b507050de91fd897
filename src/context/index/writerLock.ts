// Makes sure that one process writes an index: an exclusive lock of SQLite on a file of its own, held for life. The kernel frees it
// however the process ends. Knows nothing of what is locked.

import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isBusy } from "./schema.ts";

/**
 * Takes the lock, without waiting.
 * @returns what frees it; undefined while another process has it
 * @throws Error when the file cannot be made
 */
export function tryLock(file: string): (() => void) | undefined {
  try {
    return lock(file);
  } catch (error) {
    if (isBusy(error)) return undefined;
    rmSync(file, { force: true }); // no file of SQLite's: nobody can hold it
    return lock(file);
  }
}

function lock(file: string): () => void {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    return () => database.close();
  } catch (error) {
    database.close();
    throw error;
  }
}
