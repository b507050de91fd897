// A process that is killed at one of its calls of the file system: before the call, or with half of what it writes on the disk. It is SIGKILL to
// itself, so nothing of the process runs any more. SQLite's own calls are not seen.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const CALLS = [
  ...[
    "open",
    "close",
    "write",
    "writev",
    "writeFile",
    "appendFile",
    "fsync",
    "fdatasync",
    "rename",
    "rm",
    "unlink",
    "mkdir",
    "mkdtemp",
  ],
  ...["rmdir", "link", "symlink", "copyFile", "truncate", "ftruncate", "utimes", "chmod"],
];
const HANDLE_CALLS = ["write", "writev", "writeFile", "appendFile", "sync", "datasync", "truncate", "close"];

type Call = (this: unknown, ...args: unknown[]) => unknown;

let calls = 0;
let dieAt = Number.POSITIVE_INFINITY;

/** How many calls there were since `armed`. */
export const callsSoFar = (): number => calls;

/** From now on calls are counted, and the process dies at call `at`, counted from 1. @param isHalf a write is done by half before that */
export async function armed(at: number, isHalf: boolean): Promise<void> {
  const die = () => process.kill(process.pid, "SIGKILL");
  const watched = (real: Call, half?: Call): Call =>
    function (this: unknown, ...args) {
      if (++calls === dieAt) {
        if (isHalf) half?.apply(this, args);
        die();
      }
      return real.apply(this, args);
    };
  const { writeSync, writeFileSync } = fs;
  const writeHalf = (file: unknown, data: unknown, options: unknown) =>
    writeFileSync(file as string, halfOf(data as Buffer), options as fs.WriteFileOptions);
  const halves: Record<string, Call> = {
    writeSync: (fd, bytes) =>
      bytes instanceof Uint8Array && writeSync(fd as number, bytes.subarray(0, bytes.length >> 1)),
    writeFileSync: writeHalf,
    writeFile: writeHalf,
  };
  /** Those of an open file, which is `this`. */
  const handleHalves: Record<string, Call> = {
    writeFile(data) {
      writeSync((this as fs.promises.FileHandle).fd, Buffer.from(halfOf(data as Buffer)));
    },
  };
  const replace = (object: object, name: string, half = halves[name]) => {
    const record = object as Record<string, Call>;
    if (typeof record[name] === "function") record[name] = Object.assign(watched(record[name], half), record[name]);
  };
  for (const name of CALLS) {
    replace(fs, `${name}Sync`);
    replace(fs.promises, name);
  }
  const handle = await fs.promises.open("/dev/null");
  const prototype = Object.getPrototypeOf(handle) as object;
  await handle.close();
  for (const name of HANDLE_CALLS) replace(prototype, name, handleHalves[name]);
  syncBuiltinESMExports();
  calls = 0;
  dieAt = at;
}

const halfOf = (data: string | Uint8Array): string | Uint8Array =>
  typeof data === "string" ? data.slice(0, data.length / 2) : data.subarray(0, data.length >> 1);
