// `sotto index`: builds or updates the index of a workspace, the same one that the editor uses. If interrupted, it continues the next time.

import { statSync } from "node:fs";
import path from "node:path";
import { badInput, UserError } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { LOCK_WAIT_MS, tryLock } from "../../common/util/fileLock.ts";
import type { BuiltCopies } from "../../src/index/copies/buildCopies.ts";
import { freshCopies } from "../../src/index/copies/copyKeeper.ts";
import { indexWorkspace, type PassSkip } from "../../src/index/indexWorkspace.ts";
import { copiesFile, databaseFile, lockFile, noteOpened } from "../../src/index/location.ts";
import { openStore } from "../../src/index/openStore.ts";
import { openForReading, problemOf } from "../../src/index/schema.ts";
import { keepHeapSmall } from "../../src/index/smallHeap.ts";
import { type IndexStats, indexStats } from "../../src/index/stats.ts";
import type { IndexStore } from "../../src/index/store.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import { workspaceRoot } from "../sourceFile.ts";

const PROGRESS_MS = 2_000;

export const index = defineCommand({
  name: "index",
  options: {},
  async run({ global, io, signal }) {
    const root = path.resolve(global.root ?? workspaceRoot("."));
    const startMs = performance.now();
    keepHeapSmall();
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
      throw badInput(`${root} is not a folder.`, "Check the path.");
    }
    const file = databaseFile(root);
    const unlock = lock(file, root);
    if (!unlock) {
      io.log("Another process keeps this index up to date; these are its figures.");
      const database = openForReading(file);
      const stats = indexStats(database);
      database.close();
      return report(io, stats, {}, startMs);
    }
    const store = openStore(file, (reason) => io.log(`The index is built anew: ${reason}.`));
    try {
      const skipped = await pass(store, root, io, signal);
      const workspace = () => folderWorkspace(root);
      const copies = await freshCopies({ root, file: copiesFile(file), workspace, exclude: () => [] }, signal);
      report(io, store.stats(), skipped, startMs, copies);
    } catch (error) {
      if (signal.aborted) return io.log("Interrupted. What was indexed is kept; the next run goes on from there.");
      throw unwritable(file, problemOf(error));
    } finally {
      store.close();
      unlock();
    }
  },
});

/** @throws UserError where the cache folder cannot be written */
function lock(file: string, root: string): (() => void) | undefined {
  try {
    noteOpened(file, root);
    return tryLock(lockFile(file), LOCK_WAIT_MS);
  } catch (error) {
    throw unwritable(file, problemOf(error));
  }
}

const unwritable = (file: string, reason: string) =>
  new UserError(
    "cacheUnwritable",
    `The index ${file} cannot be written: ${reason}.`,
    "Free some space, or name another folder in SOTTO_CACHE_DIR.",
  );

async function pass(store: IndexStore, root: string, io: CommandIo, signal: AbortSignal) {
  let saidMs = Number.NEGATIVE_INFINITY;
  const workspace = folderWorkspace(root);
  const onCommit = () => {
    if (performance.now() - saidMs < PROGRESS_MS) return;
    saidMs = performance.now();
    const { files, chunks } = store.stats();
    io.log(`${files} files, ${chunks} chunks`);
  };
  return indexWorkspace({ workspace, store, parsers: await createParsers(), signal, onCommit });
}

function report(
  io: CommandIo,
  { files, chunks, lines, sizeBytes, sourceBytes, withoutTree, skipped }: IndexStats,
  passSkipped: Partial<Record<PassSkip, number>>,
  startMs: number,
  copies?: BuiltCopies,
): void {
  const ms = Math.round(performance.now() - startMs);
  const rssBytes = process.resourceUsage().maxRSS * 1024; // peak
  const result = {
    files,
    chunks,
    lines,
    skipped: { ...skipped, ...passSkipped },
    ms,
    sizeBytes,
    rssBytes,
    sourceBytes,
    withoutTree,
    ...(copies && { licenceGuard: guardFigures(copies) }),
  };
  io.result(result, readable(result));
}

const guardFigures = ({ packages, tables, skipped }: BuiltCopies) => ({
  packages: packages.length,
  files: tables.files.length,
  fingerprints: tables.low.length,
  skipped,
});

function readable({
  files,
  chunks,
  lines,
  skipped,
  ms,
  sizeBytes,
  licenceGuard,
}: IndexStats & { ms: number; licenceGuard?: ReturnType<typeof guardFigures> }): string {
  const leftOut = (counts: object) => Object.entries(counts).map(([reason, count]) => `  ${reason}  ${count}`);
  const left = leftOut(skipped);
  const guard = licenceGuard && [
    `Licence guard: ${licenceGuard.files} files of ${licenceGuard.packages} packages and of vendored folders`,
    ...leftOut(licenceGuard.skipped),
  ];
  return [
    `${files} files, ${lines} lines, ${chunks} chunks in ${ms} ms; the index has ${(sizeBytes / 1e6).toFixed(1)} MB`,
    ...(left.length > 0 ? ["Left out:", ...left] : []),
    ...(guard ?? []),
  ].join("\n");
}
