// Kills each store while it saves: at drawn calls of the file system, and the index's process at drawn moments. After each kill a reader must find
// what was there before the save or what is there after it, whole.

import { type ChildProcess, execFile, fork } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { sourceFlags } from "../../../common/util/ownProcess.ts";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import type { ToIndexer } from "../../../src/index/indexerMessages.ts";
import { megabytes, type PartResult } from "./partResult.ts";
import { STORES } from "./stores.ts";

export interface KillOptions {
  root: string;
  folder: string;
  points: number; // of each store
  seed: number;
}

/** After so many kills one save is let through: the store must have stayed usable. */
const UNHARMED_EVERY = 10;
const FILES = 400; // of the index's workspace
const CHANGED_FILES = 60;
const START_MS = 20_000;

interface StoreKills {
  kills: number;
  new: number; // of these, how often the new generation was there afterwards
  calls: number; // that one save makes, the most that were seen
}

export async function kills({ root, folder, points, seed }: KillOptions): Promise<PartResult> {
  const random = new SeededRandom(seed);
  const failures: string[] = [];
  const details: Record<string, StoreKills> = {};
  let worstMs = 0;
  const note = (ms: number) => {
    worstMs = Math.max(worstMs, ms);
  };
  for (const name of Object.keys(STORES))
    details[name] = await killStore(name, path.join(folder, name), points, random, failures, note);
  details.index = await killIndexer(root, path.join(folder, "index"), points, random, failures, note);
  const lost = failures.filter((line) => line.includes(" lost "));
  return {
    part: "kills",
    attempts: Object.values(details).reduce((sum, { kills }) => sum + kills, 0),
    failures: failures.filter((line) => !lost.includes(line)),
    lost,
    worstMs,
    memory: { bench: megabytes(process.memoryUsage.rss()) },
    details: { ...details },
    skipped: [],
  };
}

async function killStore(
  name: string,
  dir: string,
  points: number,
  random: SeededRandom,
  failures: string[],
  note: (readMs: number) => void,
): Promise<StoreKills> {
  const store = STORES[name];
  mkdirSync(dir, { recursive: true });
  store.prepare?.(dir);
  const counts: StoreKills = { kills: 0, new: 0, calls: 0 };
  let last = 0; // the generation that a reader has found
  let most = 1; // calls of one save
  for (let generation = 1; counts.kills < points && generation <= 3 * points + UNHARMED_EVERY; generation++) {
    const isUnharmed = generation % UNHARMED_EVERY === 1;
    const call = isUnharmed ? Number.POSITIVE_INFINITY : random.between(1, most);
    const { calls, problem } = await saveOnce(name, dir, generation, call, random.chance(0.5));
    if (problem !== undefined) failures.push(`${name}, generation ${generation}: ${problem}`);
    if (calls === undefined) counts.kills++;
    else most = Math.max(most, calls);
    const startMs = performance.now();
    try {
      const found = await store.read(dir);
      if (found === generation) counts.new += calls === undefined ? 1 : 0;
      else if (found < last)
        failures.push(`${name}: generation ${last} was lost by a kill at call ${call}, there is ${found}`);
      else if (found !== last)
        failures.push(`${name}: generation ${found} after a kill at call ${call} of ${generation}`);
      if (calls !== undefined && problem === undefined && found !== generation)
        failures.push(`${name}: generation ${generation} was saved and is not there`);
      last = found;
    } catch (error) {
      failures.push(`${name}, killed at call ${call} of ${most}: ${(error as Error).message}`);
    }
    note(performance.now() - startMs);
  }
  counts.calls = most;
  return counts;
}

/** @returns the calls that it made where it was not killed */
function saveOnce(
  store: string,
  dir: string,
  generation: number,
  call: number,
  isHalf: boolean,
): Promise<{ calls?: number; problem?: string }> {
  const script = path.join(import.meta.dirname, "saveOnce.ts");
  const args = [...sourceFlags, script, store, dir, String(generation), String(call), isHalf ? "half" : "before"];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      if (!error) resolve({ calls: Number(stdout) });
      else if (error.signal === "SIGKILL") resolve({});
      else resolve({ calls: 0, problem: stderr.trim().split("\n").slice(0, 6).join(" ") });
    });
  });
}

async function killIndexer(
  root: string,
  dir: string,
  points: number,
  random: SeededRandom,
  failures: string[],
  note: (openMs: number) => void,
): Promise<StoreKills> {
  const workspace = path.join(dir, "workspace");
  const file = path.join(dir, "index.sqlite");
  mkdirSync(workspace, { recursive: true });
  let written = 0;
  const write = (i: number) =>
    writeFileSync(
      path.join(workspace, `file${i}.ts`),
      `export function made${written++}(value: number) {\n  return value + ${i};\n}\n`.repeat(40),
    );
  for (let i = 0; i < FILES; i++) write(i);
  const counts: StoreKills = { kills: 0, new: 0, calls: 0 };
  for (let stored = 0; counts.kills < points; ) {
    for (let i = 0; i < CHANGED_FILES; i++) write(random.between(0, FILES - 1));
    const before = stampOf(file);
    const child = startIndexer(root, workspace, file);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    for (let waitedMs = 0; stampOf(file) === before && waitedMs < START_MS; waitedMs += 5) await sleep(5);
    await sleep(random.between(0, 250));
    child.kill("SIGKILL");
    await ended;
    counts.kills++;
    const startMs = performance.now();
    try {
      const now = wholeFiles(file);
      if (now < stored)
        failures.push(`index: ${stored} files were stored, and ${now} are after a kill: files were lost `);
      if (now > stored) counts.new++;
      stored = now;
    } catch (error) {
      failures.push(`index: ${(error as Error).message}`);
    }
    note(performance.now() - startMs);
  }
  return counts;
}

function startIndexer(root: string, workspace: string, file: string): ChildProcess {
  const child = fork(path.join(root, "src", "index", "main.ts"), [], {
    execArgv: [...sourceFlags],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.on("error", () => {}); // it was killed before it heard
  child.send({ kind: "open", root: workspace, file, exclude: [] } satisfies ToIndexer, () => {});
  return child;
}

/** What changes with each write. */
function stampOf(file: string): string {
  const stats = [file, `${file}-wal`].map((one) => statSync(one, { throwIfNoEntry: false }));
  return stats.map((stat) => `${stat?.size} ${stat?.mtimeMs}`).join();
}

/** How many files the index has; 0 where there is none yet. @throws Error where it is not whole: by SQLite, or chunks that no file has */
function wholeFiles(file: string): number {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file);
  } catch {
    return 0;
  }
  try {
    const one = (query: string) => Object.values(database.prepare(query).get() as Record<string, unknown>)[0];
    if (one("PRAGMA integrity_check") !== "ok") throw new Error("SQLite finds it damaged");
    if (one("SELECT count(*) FROM sqlite_schema WHERE name = 'files'") === 0) return 0;
    const [live, chunks] = [
      one("SELECT coalesce(sum(live), 0) FROM segments"),
      one("SELECT coalesce(sum(chunkCount), 0) FROM files"),
    ];
    if (live !== chunks) throw new Error(`${live} chunks are found, and the files have ${chunks}`);
    return one("SELECT count(*) FROM files") as number;
  } finally {
    database.close();
  }
}
