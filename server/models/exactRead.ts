// Reading parts of a model file exactly: all the bytes that were asked for, or the caller's own error. Knows no format.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { modelMissing, type UserError } from "../protocol/errors.ts";

/** A pipe opens at once instead of waiting for its writer; files know no difference. Windows has no such flag. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

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
  for (let done = 0; done < sizeBytes; ) {
    const count = readSync(fd, buffer, done, sizeBytes - done, position + done);
    if (count === 0) throw tooShort(position + done);
    done += count;
  }
  return buffer;
}
