// Bench: the index of a million lines, kept by the indexer's own process as an editor starts it: a whole pass, changes until they are
// found, memory, size, and searches. The sources are packages of the training list; npm fetches those that are not in the folder
// SOTTO_PACKAGES_DIR (default: "packages" in Sotto's cache folder). Ends with one JSON line on stdout.

import { type ChildProcess, fork } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import type { ToIndexer } from "../../src/index/indexerMessages.ts";
import { LiveReader } from "../../src/index/liveReader.ts";
import { databaseFile } from "../../src/index/location.ts";
import { memoryIndex } from "../../src/index/memoryIndex.ts";
import { openForReading } from "../../src/index/schema.ts";
import type { SearchIndex } from "../../src/index/searchIndex.ts";
import { indexStats } from "../../src/index/stats.ts";
import { codeTerms } from "../../src/workspace/terms.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { random, weighted } from "../../test/support/index/fixtures.ts";
import { assertEqualsOracle, chunksOf } from "../../test/support/index/oracle.ts";
import { memoryOf } from "./support/processMemory.ts";
import { machine, quantile } from "./support/reporting.ts";
import { layOutSources } from "./support/sourceCorpus.ts";

const LINES = 1_070_000; // so that a million is left after the rules
const UPDATES = 100;
const SWITCHED_FILES = 5_000;
const QUERY_TERMS = 60;
const QUERY_LIMIT = 300;
const PLACES = 60;
const ORACLE_QUERIES = 20;
const PATIENCE_MS = 300_000;

const GOALS = { passMs: 60_000, updateP95Ms: 50, sizeShare: 0.6, peakRssBytes: 300e6, searchP95Ms: 10 };

const dir = mkdtempSync(path.join(tmpdir(), "sotto-bench-index-"));
const root = path.join(dir, "root");
const roll = random(1);

try {
  const packages = process.env.SOTTO_PACKAGES_DIR ?? path.join(defaultCacheDir(), "packages");
  const corpus = await layOutSources(packages, root, { lines: LINES });
  console.error(`bench index: ${corpus.lines} lines of ${corpus.packages} packages`);
  await checkOracle();
  const sotto = await measure();
  const met = Object.fromEntries(Object.entries(GOALS).map(([name, goal]) => [name, sotto[name] <= goal]));
  for (const [name, goal] of Object.entries(GOALS)) {
    console.error(`${met[name] ? "pass" : "FAIL"}  ${name} ${sotto[name]} (goal: at most ${goal})`);
  }
  process.stdout.write(`${JSON.stringify({ name: "index", sotto, goals: GOALS, met, machine: machine("cpu") })}\n`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** The same chunks in the same order as the plain loop, on the first package. */
async function checkOracle(): Promise<void> {
  const parsers = await createParsers();
  const whole = folderWorkspace(root);
  const paths = (await whole.list()).filter((file, _, [first]) => file.split("/")[0] === first.split("/")[0]);
  const workspace = { ...whole, list: async () => paths };
  const [index, chunks] = [await memoryIndex(workspace, parsers), await chunksOf(workspace, parsers)];
  for (let i = 0; i < ORACLE_QUERIES; i++) assertEqualsOracle(index, chunks, queryAt(drawn(paths), 0), QUERY_LIMIT);
  console.error(`${ORACLE_QUERIES} searches in ${chunks.length} chunks are the oracle's`);
}

async function measure(): Promise<Record<string, number>> {
  const file = databaseFile(root, dir);
  const startMs = performance.now();
  const indexer = fork(path.join(import.meta.dirname, "../../src/index/main.ts"), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  tell(indexer, { kind: "open", root, file, exclude: [] });
  const reader = new LiveReader(file, (error) => console.error(error));
  try {
    while (!reader.ready) await sleep(50);
    const passMs = Math.round(performance.now() - startMs);
    const passCpuMs = cpuMs(indexer);
    const database = openForReading(file);
    const { files, chunks, lines, sourceBytes, sizeBytes } = indexStats(database);
    const paths = (
      database.prepare("SELECT path FROM files WHERE chunkCount > 0 AND sizeBytes > 2000").all() as { path: string }[]
    ).map(({ path }) => path);
    database.close();
    const figures = {
      files,
      chunks,
      lines,
      sourceBytes,
      sizeBytes,
      sizeShare: round(sizeBytes / sourceBytes),
      passMs,
      passCpuMs,
    };
    const searches = timeSearches(reader, paths);
    const updates = await timeUpdates(indexer, reader, paths);
    const switchMs = await timeSwitch(indexer, reader, paths);
    return { ...figures, ...updates, switchMs, ...searches, peakRssBytes: memoryOf(indexer.pid!)?.peakBytes ?? 0 };
  } finally {
    reader.close();
    indexer.kill();
  }
}

/** From the writing of a file until a search finds what is new in it. */
async function timeUpdates(indexer: ChildProcess, reader: SearchIndex, paths: readonly string[]) {
  const times: number[] = [];
  for (let i = 0; i < UPDATES; i++) {
    const changed = drawn(paths);
    const startMs = performance.now();
    await change(indexer, reader, [changed], `changedmarker${letters(i)}`);
    times.push(performance.now() - startMs);
    await sleep(30);
  }
  return { updateP50Ms: quantile(times, 0.5), updateP95Ms: quantile(times, 0.95) };
}

async function timeSwitch(indexer: ChildProcess, reader: SearchIndex, paths: readonly string[]): Promise<number> {
  const startMs = performance.now();
  await change(indexer, reader, paths.slice(0, SWITCHED_FILES), "switchedmarker");
  return Math.round(performance.now() - startMs);
}

async function change(indexer: ChildProcess, reader: SearchIndex, paths: string[], marker: string): Promise<void> {
  for (const changed of paths) appendFileSync(path.join(root, changed), `\n${marker}\n`);
  tell(indexer, { kind: "changed", paths });
  const endMs = performance.now() + PATIENCE_MS;
  while (reader.search(weighted(marker), paths.length).length < paths.length) {
    if (performance.now() > endMs) throw new Error("what has changed was not found");
    await sleep(paths.length === 1 ? 2 : 200);
  }
}

/** First at places that nobody has asked about, then a line further, as when one types. */
function timeSearches(reader: SearchIndex, paths: readonly string[]) {
  const first: number[] = [];
  const next: number[] = [];
  for (let place = 0; place < PLACES; place++) {
    const asked = drawn(paths);
    for (let line = 0; line < 5; line++) {
      const query = weighted(...queryAt(asked, line));
      const startMs = performance.now();
      reader.search(query, QUERY_LIMIT, (found) => found === asked);
      (line === 0 ? first : next).push(performance.now() - startMs);
    }
  }
  const all = [...first, ...next];
  return {
    searchP50Ms: quantile(all, 0.5),
    searchP95Ms: quantile(all, 0.95),
    firstSearchP50Ms: quantile(first, 0.5),
    firstSearchP95Ms: quantile(first, 0.95),
  };
}

/** The terms around a line of a file, as retrieval would ask. */
function queryAt(file: string, line: number): string[] {
  const lines = readFileSync(path.join(root, file), "utf8").split("\n");
  const terms = new Set(codeTerms(lines.slice(line).join("\n").slice(0, 20_000)));
  return [...terms].slice(0, QUERY_TERMS);
}

function tell(indexer: ChildProcess, message: ToIndexer): void {
  indexer.send(message);
}

function cpuMs({ pid }: ChildProcess): number {
  if (!statSync(`/proc/${pid}`, { throwIfNoEntry: false })) return 0;
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13).map(Number);
  return (user + system) * 10; // ticks of 10 ms
}

function drawn(paths: readonly string[]): string {
  return paths[Math.floor(roll() * paths.length)];
}

/** Digits are no terms. */
function letters(number: number): string {
  return String.fromCharCode(97 + Math.floor(number / 26), 97 + (number % 26));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
