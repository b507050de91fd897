// Chooses how many threads a run uses. Nothing else.

import { readFileSync } from "node:fs";
import os from "node:os";

const MOST_THREADS = 8; // more threads only wait for memory, with models of this size

/** Physical cores that this process may use, at most 8: a core's second thread slows matrix products down. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(physicalCores(), os.availableParallelism(), MOST_THREADS));
}

function physicalCores(): number {
  const logical = os.cpus().length;
  if (process.platform === "linux") {
    try {
      return countCores(readFileSync("/proc/cpuinfo", "utf8")) ?? logical;
    } catch {
      return logical; // no /proc on this system
    }
  }
  return process.arch === "x64" ? Math.ceil(logical / 2) : logical;
}

/** Distinct cores in the text of /proc/cpuinfo; undefined where it does not name them (ARM). */
export function countCores(cpuinfo: string): number | undefined {
  const cores = new Set<string>();
  for (const entry of cpuinfo.split(/\n\s*\n/)) {
    const core = /^core id\s*:\s*(\d+)/m.exec(entry)?.[1];
    if (core) cores.add(`${/^physical id\s*:\s*(\d+)/m.exec(entry)?.[1]}/${core}`);
  }
  return cores.size || undefined;
}
