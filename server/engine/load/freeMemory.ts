// How much memory this process may still take. Asks the system; knows no models.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * Bytes that can be taken without swapping or ending at a limit. An estimate that is rather too high: work that would have gone well must
 * not be refused.
 */
export function freeMemoryBytes(): number {
  const free = process.availableMemory();
  // macOS calls only that free which nobody has used yet, a small part of what it gives to who asks.
  if (process.platform === "darwin") return Math.max(free, os.totalmem() / 2);
  const limit = process.constrainedMemory();
  if (process.platform !== "linux" || !limit || limit >= os.totalmem()) return free;
  // In a control group with a limit Node counts the files that the kernel keeps as taken. The kernel gives them up for a process.
  return Math.min(os.freemem(), free + fileCacheBytes());
}

const CGROUP_DIRS = ["/sys/fs/cgroup", "/sys/fs/cgroup/memory"]; // version 2, version 1

/** Bytes of files in the memory of this process's control group; 0 where that cannot be known. */
function fileCacheBytes(): number {
  for (const dir of cgroupDirs(readOr("/proc/self/cgroup", ""))) {
    const stat = readOr(path.join(dir, "memory.stat"), "");
    if (stat) return fileBytesOf(stat);
  }
  return 0;
}

/** Where the control group's figures may lie, the likeliest first. @param listed the content of /proc/self/cgroup */
export function cgroupDirs(listed: string): string[] {
  const [v2, v1] = CGROUP_DIRS;
  const of = (pattern: RegExp) => pattern.exec(listed)?.[1];
  const [inV2, inV1] = [of(/^0::(\/.*)$/m), of(/^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m)];
  return [...(inV1 ? [path.join(v1, inV1), v1] : []), ...(inV2 ? [path.join(v2, inV2), v2] : [])];
}

/** Of a memory.stat, either version: files in memory, with those of the groups inside. */
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
