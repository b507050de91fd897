// The job's operations on its folder, in a form that a test can stop after each one: every file is replaced as a whole, and a folder is removed
// only when nothing depends on it any more.

import { mkdirSync, rmSync } from "node:fs";
import { UserError } from "../../common/errors.ts";
import { type FileOperations, replaceFile, systemOperations } from "../../server/train/run/replaceFile.ts";

export interface JobDisk extends FileOperations {
  makeFolder(dir: string): void; // does nothing if it exists
  removeFolder(dir: string): void; // does nothing if there is none
}

export const systemDisk: JobDisk = {
  ...systemOperations,
  makeFolder: (dir) => void mkdirSync(dir, { recursive: true, mode: 0o700 }),
  removeFolder: (dir) => rmSync(dir, { recursive: true, force: true }),
};

/** Replaces a JSON file, and waits until it is on the disk. @throws the file system's error; `file` is then unchanged */
export function writeJson(file: string, value: object, disk: JobDisk): void {
  writeText(file, `${JSON.stringify(value, null, 2)}\n`, disk);
}

/** The same for any text. */
export function writeText(file: string, text: string, disk: JobDisk): void {
  replaceFile(file, [Buffer.from(text)], disk);
}

const inMegabytes = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString("en")} MB`;

/** @throws UserError diskTooSmall where less than `needBytes` is free in `dir` */
export function checkRoom(dir: string, needBytes: number, free: number | undefined): void {
  if (free !== undefined && free < needBytes)
    throw new UserError(
      "diskTooSmall",
      `Fine-tuning needs about ${inMegabytes(needBytes)} on the disk of ${dir}, and ${inMegabytes(free)} are free.`,
      "Make room there, or choose another folder in the environment variable SOTTO_DATA_DIR.",
    );
}

/** The error shown to the user where the disk is full during the work; other errors stay unchanged. */
export function tellDiskFull(error: unknown, dir: string): unknown {
  if ((error as NodeJS.ErrnoException)?.code !== "ENOSPC") return error;
  return new UserError(
    "diskTooSmall",
    `The disk of ${dir} is full. What was learnt up to the last checkpoint is kept.`,
    "Make room there, and go on with the fine-tuning.",
  );
}
