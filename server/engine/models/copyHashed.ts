// Copies or links a file and computes its sha256, in one pass unless the disk can share the blocks. Knows nothing of the content.

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, type FileHandle, link, open, realpath } from "node:fs/promises";
import { Cancelled } from "../../../common/errors.ts";
import { READ_AT_ONCE } from "../../../common/util/cappedRead.ts";

const CHUNK_BYTES = 4 << 20;

export interface CopyOptions {
  link?: boolean; // a hard link instead of a copy
  signal?: AbortSignal;
  onBytes?: (count: number) => void;
}

/**
 * Creates `to`, which must not exist, with the content of the file `from`; it is on the disk when this resolves. Memory: two chunks.
 * @returns size and sha256 of what was read
 * @throws the file system's error (EXDEV where a link would cross disks); Cancelled
 */
export async function copyHashed(
  from: string,
  to: string,
  { link: linked = false, signal, onBytes }: CopyOptions = {},
): Promise<{ sizeBytes: number; sha256: string }> {
  const real = await realpath(from); // linking to a symbolic link would make another symbolic link
  const source = await open(real, READ_AT_ONCE);
  let target: FileHandle | undefined;
  try {
    if (!(await source.stat()).isFile()) throw new Error(`${from} is not a file`);
    if (linked) await link(real, to);
    else if (!(await shared(real, to))) target = await open(to, "wx", 0o600);
    const sha256 = createHash("sha256");
    const chunks = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
    let sizeBytes = 0;
    let writing: Promise<unknown> | undefined; // writes the chunk before, while this one is read and hashed
    for (let turn = 0; ; turn = 1 - turn) {
      if (signal?.aborted) throw new Cancelled();
      const { bytesRead } = await source.read(chunks[turn], 0, CHUNK_BYTES);
      const chunk = chunks[turn].subarray(0, bytesRead);
      sha256.update(chunk);
      await writing;
      writing = target && bytesRead > 0 ? target.writeFile(chunk) : undefined;
      writing?.catch(() => {}); // the next iteration awaits it
      if (bytesRead === 0) break;
      sizeBytes += bytesRead;
      onBytes?.(bytesRead);
    }
    await target?.sync();
    return { sizeBytes, sha256: sha256.digest("hex") };
  } finally {
    await target?.close();
    await source.close();
  }
}

/** Whether `to` is now a copy that shares its blocks with `from` (btrfs, XFS, APFS): such a copy is instant and takes no room. */
async function shared(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    return false; // the disk or the platform does not support it
  }
}
