// Exact reads of parts of a model file: either all the requested bytes, or the caller's own error. Knows no format.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { modelMissing, type UserError } from "../../../common/errors.ts";
import { READ_AT_ONCE } from "../../../common/util/cappedRead.ts";

/**
 * Opens the file. @returns a descriptor, which the caller closes
 * @param refused makes the error, from its message, where the file cannot be opened, or is a folder or a pipe
 * @throws UserError modelMissing, or what `refused` makes
 */
export function openForReading(path: string, refused: (message: string) => UserError): number {
  let fd: number;
  try {
    fd = openSync(path, READ_AT_ONCE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw modelMissing(path);
    throw refused((error as Error).message);
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw refused("it is not a file");
}

/** The message for a file that is shorter than its header says; for the caller's error. */
export const becameShorter = (atByte: number): string => `it became shorter while it was read, at byte ${atByte}`;

/**
 * `sizeBytes` bytes from `position` on, in a buffer of their own.
 * @param tooShort makes the error where the file ends early, from the byte at which it ends
 * @throws UserError what `tooShort` makes
 */
export function readExactly(
  fd: number,
  position: number,
  sizeBytes: number,
  tooShort: (atByte: number) => UserError,
): Buffer {
  const buffer = Buffer.allocUnsafeSlow(sizeBytes);
  readInto(buffer, fd, position, tooShort);
  return buffer;
}

const MAX_READ_BYTES = 1 << 30; // node takes the length as a signed 32-bit integer

/** Fills `buffer` with the bytes from `position` on; like `readExactly`. */
export function readInto(
  buffer: Uint8Array,
  fd: number,
  position: number,
  tooShort: (atByte: number) => UserError,
): void {
  for (let done = 0; done < buffer.length; ) {
    const count = readSync(fd, buffer, done, Math.min(buffer.length - done, MAX_READ_BYTES), position + done);
    if (count === 0) throw tooShort(position + done);
    done += count;
  }
}
