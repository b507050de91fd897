// The one door for files that Sotto did not write itself: those of a workspace, of a model or an adapter that is imported. Whatever lies there
// under a file's name (a pipe, a device, a link to one, a file without end), a read ends, and takes no more memory than its caller has said.
// Must not know what is in a file, nor which rules hold for it.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** A pipe opens at once instead of waiting for its writer, and a terminal takes no hold of the process; files know no difference. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0); // Windows has neither

/** Why nothing was read, with what a person is told of the file: "… is missing". */
export const UNREAD = {
  missing: "it is missing",
  notFile: "it is not a regular file",
  tooLarge: "it is too large",
  unreadable: "it cannot be read",
  tookTooLong: "reading it took too long",
} as const;
export type Unread = keyof typeof UNREAD;

/** @param code the system's, where it has refused */
export type CappedRead = { bytes: Buffer } | { unread: Unread; code?: string };

/** How long anybody waits for one file, in milliseconds: a network's folder may never answer. */
const READ_LIMIT_MS = 3_000;

/**
 * The limit is counted in so many steps, each with a turn of the event loop: while this thread itself is busy no answer can arrive, and that time
 * counts as one step.
 */
const LIMIT_STEPS = 10;

/** Reads a whole file of at most `maxBytes` bytes; never more than one byte beyond. Throws nothing. */
export async function readCapped(file: string, maxBytes: number, limitMs = READ_LIMIT_MS): Promise<CappedRead> {
  const signal = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CappedRead>((resolve) => {
    let steps = 0;
    timer = setInterval(() => {
      if (++steps < LIMIT_STEPS) return;
      signal.abort();
      resolve({ unread: "tookTooLong" });
    }, limitMs / LIMIT_STEPS);
  });
  try {
    return await Promise.race([readWhole(file, maxBytes, signal.signal), late]);
  } finally {
    clearInterval(timer);
  }
}

/** As `readCapped`, where nothing can be waited for: without a time limit, which the caller's own thread must have. */
export function readCappedSync(file: string, maxBytes: number): CappedRead {
  let fd: number | undefined;
  try {
    fd = openSync(file, READ_AT_ONCE);
    const stat = fstatSync(fd);
    const refused = refusalOf(stat, maxBytes);
    if (refused) return refused;
    const content = new Content(stat, maxBytes);
    while (content.wantsMore) {
      const space = content.space();
      content.took(readSync(fd, space, 0, space.length, null));
    }
    return content.result();
  } catch (error) {
    return failed(error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Reads up to `bytes` bytes of a file from an offset on; fewer where it ends before. Without a time limit. Throws nothing. */
export async function readPart(file: string, from: number, bytes: number): Promise<CappedRead> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, READ_AT_ONCE);
    if (!(await handle.stat()).isFile()) return { unread: "notFile" };
    const space = Buffer.allocUnsafe(bytes);
    const { bytesRead } = await handle.read(space, 0, bytes, from);
    return { bytes: space.subarray(0, bytesRead) };
  } catch (error) {
    return failed(error);
  } finally {
    await handle?.close().catch(() => {}); // nothing was written
  }
}

const COPIED_BYTES = 1 << 20; // at once

/**
 * Copies a file of at most `maxBytes` bytes to `to`, which must not exist, in constant memory.
 * @returns why it was not copied; `to` may then hold a part of it
 * @throws the system's error where `to` cannot be written
 */
export function copyCappedSync(from: string, to: string, maxBytes: number): Unread | undefined {
  let source: number;
  try {
    source = openSync(from, READ_AT_ONCE);
  } catch (error) {
    return failed(error).unread;
  }
  try {
    const refused = refusalOf(fstatSync(source), maxBytes);
    if (refused) return refused.unread;
    const target = openSync(to, "wx", 0o600);
    try {
      const chunk = Buffer.allocUnsafeSlow(COPIED_BYTES);
      for (let total = 0; ; ) {
        const count = readSync(source, chunk, 0, Math.min(chunk.length, maxBytes + 1 - total), null);
        if (count === 0) return undefined;
        total += count;
        if (total > maxBytes) return "tooLarge";
        for (let done = 0; done < count; ) done += writeSync(target, chunk, done, count - done);
      }
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

async function readWhole(file: string, maxBytes: number, signal: AbortSignal): Promise<CappedRead> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, READ_AT_ONCE);
    const stat = await handle.stat();
    const refused = refusalOf(stat, maxBytes);
    if (refused) return refused;
    const content = new Content(stat, maxBytes);
    while (content.wantsMore && !signal.aborted) {
      const space = content.space();
      content.took((await handle.read(space, 0, space.length, null)).bytesRead);
    }
    return content.result();
  } catch (error) {
    return failed(error);
  } finally {
    await handle?.close().catch(() => {}); // nothing was written
  }
}

/** A size that is told may be too small (a file that grows, one of the kernel's), so only one that is too large is believed. */
function refusalOf(stat: Stats, maxBytes: number): { unread: Unread } | undefined {
  if (!stat.isFile()) return { unread: "notFile" };
  return stat.size > maxBytes ? { unread: "tooLarge" } : undefined;
}

function failed(error: unknown): { unread: Unread; code?: string } {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return { unread: "missing", code };
  const isNoFile = code === "ENXIO" || code === "ELOOP" || code === "EISDIR"; // a socket, a ring of links, a folder
  return { unread: isNoFile ? "notFile" : "unreadable", code };
}

/** The bytes of one file as they come: room for one more than expected, so that the end is seen, and for one beyond the cap at most. */
class Content {
  readonly #maxBytes: number;
  #buffer: Buffer;
  #length = 0;
  #ended = false;

  constructor({ size }: Stats, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.allocUnsafe(size + 1);
  }

  get wantsMore(): boolean {
    return !this.#ended && this.#length <= this.#maxBytes;
  }

  space(): Buffer {
    if (this.#length === this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(2 * this.#buffer.length + 4096, this.#maxBytes + 1));
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#length);
  }

  took(count: number): void {
    this.#length += count;
    this.#ended ||= count === 0;
  }

  result(): CappedRead {
    if (this.#length > this.#maxBytes) return { unread: "tooLarge" };
    return { bytes: this.#buffer.subarray(0, this.#length) };
  }
}
