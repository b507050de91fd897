// What must still be there after the faults: counts, the adapter in use, what the index finds; and what must not: processes. Changes nothing but
// a file of statistics that was set aside.

import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { readStore } from "../../../src/adapters/adapterStore.ts";
import { parseDays } from "../../../src/feedback/daysText.ts";
import { totalOf } from "../../../src/feedback/statistics.ts";
import { databaseFile } from "../../../src/index/location.ts";
import { memoryIndex } from "../../../src/index/memoryIndex.ts";
import { IndexReader } from "../../../src/index/reader.ts";
import { openForReading } from "../../../src/index/schema.ts";
import type { SearchIndex } from "../../../src/index/searchIndex.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";
import type { Scene } from "./faults.ts";
import { processesOf } from "./processes.ts";
import { until } from "./until.ts";

const INDEX_MS = 120_000; // until the index has caught up
const ENDED_MS = 30_000; // the host stays a while after its last window

/** The counts of what was shown never become fewer. @returns their number now */
export function checkStatistics(dataDir: string, before: number, failures: string[]): number {
  const file = path.join(dataDir, "statistics.json");
  if (!existsSync(file)) return before;
  if (existsSync(`${file}.damaged`)) {
    failures.push("the file of statistics was damaged");
    rmSync(`${file}.damaged`);
  }
  const { shown = 0 } = totalOf(parseDays(readFileSync(file, "utf8")));
  if (shown < before) failures.push(`statistics: ${before} shown suggestions were counted, and now ${shown}`);
  return shown;
}

/** What is not there any more: counts, the adapter in use, or what a fresh index finds. */
export async function lostIn({ workspace, cacheDir, dataDir, adapter }: Scene, shownBefore: number): Promise<string[]> {
  const lost: string[] = [];
  checkStatistics(dataDir, shownBefore, lost);
  const { active, problems } = readStore(workspace, dataDir);
  if (active?.id !== adapter.id) lost.push(`the adapter in use: ${active?.id}`);
  lost.push(...problems);
  if (!readFileSync(adapter.tensors).equals(readFileSync(adapter.copy))) lost.push("the adapter's tensors");
  const fresh = await memoryIndex(folderWorkspace(workspace), await createParsers());
  const questions = ["export", "function", "request", "index", "made1", "path", "string", "result"].map((term) => [
    { term, weight: 1 },
  ]);
  const found = (index: SearchIndex) =>
    JSON.stringify(questions.map((terms) => index.search(terms, 10).map(({ path }) => path)));
  const wanted = found(fresh);
  const isSame = () => {
    try {
      const database = openForReading(databaseFile(workspace, cacheDir));
      try {
        return (
          found(
            new IndexReader(database, (error) => {
              throw error;
            }),
          ) === wanted
        );
      } finally {
        database.close();
      }
    } catch {
      return false; // it is about to be made again
    }
  };
  await until("the index finds what a fresh one finds", isSame, INDEX_MS).catch((error) => lost.push(error.message));
  return lost;
}

/** What still runs once the window is closed and the host has had its time. */
export async function orphans(runtimeDir: string): Promise<string[]> {
  await until("all have ended", () => processesOf(runtimeDir).length === 0, ENDED_MS).catch(() => {});
  return processesOf(runtimeDir).map(({ pid, what }) => `the ${what} ${pid} outlives its window`);
}
