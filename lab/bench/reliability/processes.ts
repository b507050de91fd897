// The product's processes of one run, found by the runtime folder in their environment (Linux): the agent, its host, indexer and others.

import { readdirSync, readFileSync } from "node:fs";

export interface OwnProcess {
  pid: number;
  what: string; // "agent", "host", "indexer", …: the name of the bundle
}

/** All that run with this runtime folder. */
export function processesOf(runtimeDir: string): OwnProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
      const what = /\/dist\/(\w+)\.cjs/.exec(readFileSync(`/proc/${name}/cmdline`, "utf8"))?.[1];
      const isOwn = what !== undefined && environment.includes(`SOTTO_RUNTIME_DIR=${runtimeDir}`);
      return isOwn && !isZombie(name) ? [{ pid: Number(name), what }] : [];
    } catch {
      return []; // it has ended, or is another user's
    }
  });
}

/** Sends a signal; false where the process is not there any more. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

const isZombie = (pid: string): boolean => /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
