// A disk that can be filled: a file system in memory of a fixed size, where this process may mount one. A plain folder otherwise, and the
// processes get a limit on the size of files instead.

import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

export interface SmallDisk {
  dir: string;
  isMounted: boolean;
  /** Leaves no byte. @returns what makes room again */
  fill(): () => void;
  dispose(): void;
}

export function smallDisk(dir: string, sizeMegabytes: number): SmallDisk {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const options = ["-t", "tmpfs", "-o", `size=${sizeMegabytes}m,mode=700`, "sotto", dir];
  const isMounted = process.platform === "linux" && spawnSync("mount", options, { stdio: "ignore" }).status === 0;
  return {
    dir,
    isMounted,
    fill() {
      const ballast = path.join(dir, "ballast");
      const fd = openSync(ballast, "w");
      try {
        for (let piece = 1 << 20; piece >= 512; piece >>= 1) writeAll(fd, Buffer.alloc(piece));
      } finally {
        closeSync(fd);
      }
      return () => rmSync(ballast, { force: true });
    },
    dispose() {
      if (isMounted) spawnSync("umount", ["--lazy", dir]);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Writes until there is no room. */
function writeAll(fd: number, bytes: Buffer): void {
  try {
    for (;;) if (writeSync(fd, bytes) < bytes.length) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

/** Lets no file of the process grow, or any file again. @returns false where the system has no such limit to set */
export function limitFiles(pid: number, isLimited: boolean): boolean {
  const limit = isLimited ? "--fsize=0:" : "--fsize=unlimited:";
  return spawnSync("prlimit", ["--pid", String(pid), limit], { stdio: "ignore" }).status === 0;
}
