// Replaces a file so that at any moment, even after a kill or a power cut, either the old or the new file is there, complete. Knows nothing of
// the content.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/** The file system calls that this needs, in a form that a test can stop after each one. */
export interface FileOperations {
  create(file: string): number; // creates an empty file, replacing any other
  write(fd: number, bytes: Uint8Array): number; // bytes written, at least 1
  sync(fd: number): void;
  close(fd: number): void;
  rename(from: string, to: string): void;
  remove(file: string): void; // does nothing if there is no such file
  syncFolder(dir: string): void;
}

export const systemOperations: FileOperations = {
  create: (file) => openSync(file, "w", 0o600),
  write: (fd, bytes) => writeSync(fd, bytes),
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: (file) => rmSync(file, { force: true }),
  syncFolder(dir) {
    let fd: number;
    try {
      fd = openSync(dir, "r");
    } catch {
      return; // Windows cannot open a folder; the file in it is synced
    }
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
};

/**
 * Writes `parts` one after the other into a file beside `file`, waits until they are on the disk, and renames. What an earlier process left
 * beside `file` is overwritten; after an error nothing is left.
 * @throws the file system's error; `file` is then unchanged
 */
export function replaceFile(file: string, parts: readonly Uint8Array[], operations = systemOperations): void {
  const draft = `${file}.new`;
  try {
    const fd = operations.create(draft);
    try {
      for (const part of parts) {
        for (let done = 0; done < part.length; ) done += operations.write(fd, part.subarray(done));
      }
      operations.sync(fd);
    } finally {
      operations.close(fd);
    }
    operations.rename(draft, file);
  } catch (error) {
    operations.remove(draft);
    throw error;
  }
  operations.syncFolder(path.dirname(file));
}
