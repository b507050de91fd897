// Reading parts of a model file exactly: all the bytes that were asked for, or the caller's own error. Knows no format.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { modelMissing, type UserError } from "../../../common/errors.ts";
import { READ_AT_ONCE } from "../../../common/util/cappedRead.ts";

/**
 * A descriptor of the file, which the caller closes.
 * @param refused the error where the system does not open it, or where it is a folder or a pipe, from what is wrong
 * @throws UserError modelMissing, or what `refused` gives
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

/** What is wrong with a file that ends before what its head said; for the caller's error. */
export const becameShorter = (atByte: number): string => `it became shorter while it was read, at byte ${atByte}`;

/**
 * `sizeBytes` bytes from `position` on, in memory of their own.
 * @param tooShort the error where the file ends before, from the byte at which it does
 * @throws UserError what `tooShort` gives
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

const MAX_READ_BYTES = 1 << 30; // node takes a length as 32 bits with a sign

/** Fills `buffer` with the bytes from `position` on; as `readExactly`. */
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
