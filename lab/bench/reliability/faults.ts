// The faults of the soak: each does one harm to the running product, waits, and takes it back where it can be. None knows what must hold.

import { closeSync, copyFileSync, existsSync, globSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { useAdapter } from "../../../src/adapters/adapterStore.ts";
import { databaseFile } from "../../../src/index/location.ts";
import type { Meddling } from "./meddle.ts";
import { type OwnProcess, processesOf, signal } from "./processes.ts";
import { limitFiles, type SmallDisk } from "./smallDisk.ts";
import type { EditorWindow } from "./window.ts";

export interface Scene {
  random: SeededRandom;
  window: EditorWindow;
  workspace: string;
  runtimeDir: string;
  disk: SmallDisk; // holds cacheDir and dataDir
  cacheDir: string;
  dataDir: string;
  meddleFile: string;
  adapter: { id: string; tensors: string; copy: string }; // the adapter in use, and a copy of its tensors
  /** Writes files of the workspace, so that the indexer has work. */
  work: (files: number) => void;
}

/** What a fault ends. The product gives up after five ends within minutes, as it must; so each is drawn less often than that. */
export type Ends = "host" | "agent" | "indexer";

export interface Fault {
  ends?: Ends;
  /** @returns false where there was nothing to harm */
  strike(scene: Scene): Promise<boolean>;
}

const PAGE_BYTES = 4_096;
const HOUR_MS = 3_600_000;

/** One of the run's processes; undefined where there is none. */
const find = ({ runtimeDir }: Scene, what: string): OwnProcess | undefined =>
  processesOf(runtimeDir).find((process) => process.what === what);

const kill = (what: Ends): Fault => ({
  ends: what,
  async strike(scene) {
    if (what === "indexer") scene.work(30);
    if (what === "agent") await scene.window.count();
    await sleep(scene.random.between(0, 300));
    const found = find(scene, what);
    return found !== undefined && signal(found.pid, "SIGKILL");
  },
});

/** @param ends where the pause is so long that the process is given up */
const stop = (what: Ends, leastMs: number, mostMs: number, ends?: Ends): Fault => ({
  ends,
  async strike(scene) {
    const found = find(scene, what);
    if (!found || !signal(found.pid, "SIGSTOP")) return false;
    await sleep(scene.random.between(leastMs, mostMs));
    signal(found.pid, "SIGCONT"); // it may have been replaced
    return true;
  },
});

const meddle = (drawn: (random: SeededRandom) => Partial<Meddling>, leastMs: number, mostMs: number): Fault => ({
  async strike({ random, meddleFile, work }) {
    writeFileSync(meddleFile, JSON.stringify({ clockMs: 0, diskMs: 0, ...drawn(random) }));
    work(10);
    await sleep(random.between(leastMs, mostMs));
    writeFileSync(meddleFile, JSON.stringify({ clockMs: 0, diskMs: 0 } satisfies Meddling));
    return true;
  },
});

export const FAULTS: Readonly<Record<string, Fault>> = {
  "host killed": kill("host"),
  "agent killed": kill("agent"),
  "indexer killed": kill("indexer"),
  "host stopped": stop("host", 200, 4_000),
  "host stopped for long": stop("host", 6_000, 9_000, "host"),
  "agent stopped": stop("agent", 100, 3_000),
  "indexer stopped": stop("indexer", 200, 5_000),
  "editor gone": {
    ends: "agent",
    async strike({ window, runtimeDir }) {
      const pid = await window.reopen();
      for (let waitedMs = 0; waitedMs < 3_000; waitedMs += 50) {
        if (!processesOf(runtimeDir).some((process) => process.pid === pid)) return true;
        await sleep(50);
      }
      throw new Error(`the agent ${pid} outlived its editor by 3 s`);
    },
  },
  "disk full": {
    async strike({ disk, random, work }) {
      if (!disk.isMounted) return false;
      const makeRoom = disk.fill();
      work(30);
      await sleep(random.between(1_000, 5_000));
      makeRoom();
      return true;
    },
  },
  "files may not grow": {
    async strike({ runtimeDir, random, work }) {
      const found = processesOf(runtimeDir);
      const limited = found.filter(({ pid }) => limitFiles(pid, true));
      work(30);
      await sleep(random.between(1_000, 4_000));
      for (const { pid } of limited) limitFiles(pid, false);
      return limited.length > 0;
    },
  },
  "index damaged": {
    async strike({ workspace, cacheDir, random, work }) {
      const file = databaseFile(workspace, cacheDir);
      if (!existsSync(file)) return false;
      damage(file, random, random.between(1, 8));
      work(10);
      return true;
    },
  },
  "adapter damaged": {
    ends: "host", // it is read again by the next host only
    async strike(scene) {
      const { adapter, random, workspace, dataDir } = scene;
      damage(adapter.tensors, random, 2);
      const host = find(scene, "host");
      if (host) signal(host.pid, "SIGKILL");
      await sleep(random.between(2_000, 6_000));
      copyFileSync(adapter.copy, adapter.tensors);
      useAdapter(workspace, adapter.id, dataDir);
      return true;
    },
  },
  "cache damaged": {
    ends: "host", // what it has open is its own
    async strike(scene) {
      const { cacheDir, random } = scene;
      const host = find(scene, "host");
      if (host) signal(host.pid, "SIGKILL");
      const files = globSync(`${cacheDir}/**/*`).filter(
        (file) => !file.includes(`${path.sep}index${path.sep}`) && isFilled(file),
      );
      if (files.length === 0) return false;
      for (let left = random.between(1, 3); left > 0; left--) damage(random.pick(files), random, 1);
      return true;
    },
  },
  "clock jumps": meddle((random) => ({ clockMs: random.pick([-720, -24, -1, 1, 24]) * HOUR_MS }), 500, 4_000),
  "disk slow": meddle((random) => ({ diskMs: random.between(20, 150) }), 1_000, 5_000),
};

/** Writes random bytes over some places of a file, or cuts off its end; never makes it longer. */
function damage(file: string, random: SeededRandom, places: number): void {
  const { size } = statSync(file);
  const fd = openSync(file, "r+");
  try {
    for (let left = places; left > 0; left--) {
      const bytes = Buffer.from(Array.from({ length: Math.min(PAGE_BYTES, size) }, () => random.between(0, 255)));
      writeSync(fd, bytes, 0, bytes.length, random.between(0, size - bytes.length));
    }
  } finally {
    closeSync(fd);
  }
}

const isFilled = (file: string): boolean => {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size > 0;
};
