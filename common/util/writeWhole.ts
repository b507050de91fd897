// Replaces a small file so that a reader finds the old content or the new one, never half of one. Knows nothing about the content.

import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Writes beside `file` and renames. Its folder is made where it is missing; only this user may read either.
 * A power cut may bring back the old content: nothing is waited for.
 * @throws the file system's error; `file` is then as it was
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: "wx" });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
