// How much more memory this process may take. Asks the system; knows no models.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * Bytes that can be allocated without swapping or hitting a limit. The estimate errs on the high side: work that would have succeeded must not
 * be refused.
 */
export function freeMemoryBytes(): number {
  const free = process.availableMemory();
  // macOS counts as free only memory that was never used, a small part of what it gives to a process.
  if (process.platform === "darwin") return Math.max(free, os.totalmem() / 2);
  const limit = process.constrainedMemory();
  if (process.platform !== "linux" || !limit || limit >= os.totalmem()) return free;
  // In a control group with a limit Node counts the kernel's file cache as used. The kernel gives that up for a process.
  return Math.min(os.freemem(), free + fileCacheBytes());
}

const CGROUP_DIRS = ["/sys/fs/cgroup", "/sys/fs/cgroup/memory"]; // version 2, version 1

/** Size of the file cache of this process's control group, in bytes; 0 where it cannot be determined. */
function fileCacheBytes(): number {
  for (const dir of cgroupDirs(readOr("/proc/self/cgroup", ""))) {
    const stat = readOr(path.join(dir, "memory.stat"), "");
    if (stat) return fileBytesOf(stat);
  }
  return 0;
}

/** Folders where the control group's figures may be, the likeliest first. @param listed the content of /proc/self/cgroup */
export function cgroupDirs(listed: string): string[] {
  const [v2, v1] = CGROUP_DIRS;
  const of = (pattern: RegExp) => pattern.exec(listed)?.[1];
  const [inV2, inV1] = [of(/^0::(\/.*)$/m), of(/^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m)];
  return [...(inV1 ? [path.join(v1, inV1), v1] : []), ...(inV2 ? [path.join(v2, inV2), v2] : [])];
}

/** Bytes of cached files in the text of a memory.stat of either version, including the groups inside. */
export function fileBytesOf(stat: string): number {
  const field = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(stat)?.[1] ?? Number.NaN);
  const of = (name: string) => [field(`total_${name}`), field(name)].find(Number.isFinite) ?? 0;
  return of("active_file") + of("inactive_file");
}

function readOr(file: string, otherwise: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}
