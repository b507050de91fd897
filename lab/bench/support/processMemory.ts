// Reads a process's memory use from the system. Changes nothing.

import { existsSync, readFileSync } from "node:fs";

export interface ProcessMemory {
  rssBytes: number; // resident: what a task manager shows; the sum of the next two, but for memory that processes share
  anonBytes: number; // of these, what is this process's alone
  fileBytes: number; // and what are pages of files: the system gives them up where it needs memory
  peakBytes: number; // the most that was resident
}

/** Undefined where the system does not tell (it is not Linux). */
export function memoryOf(pid: number): ProcessMemory | undefined {
  const file = `/proc/${pid}/status`;
  return existsSync(file) ? memoryIn(readFileSync(file, "utf8")) : undefined;
}

/** @param status the content of /proc/PID/status */
export function memoryIn(status: string): ProcessMemory {
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) * 1024;
  return {
    rssBytes: bytes("VmRSS"),
    anonBytes: bytes("RssAnon"),
    fileBytes: bytes("RssFile"),
    peakBytes: bytes("VmHWM"),
  };
}
