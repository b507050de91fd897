// Bench: what retrieval adds to a keystroke, on this repository and on 10,000 files of the locked npm packages, their indexes on disk.
// Documents are spread over the workspace; in each a line is typed again. Goals: p95 of a warm request ≤ 15 ms and ≤ 40 ms.
// Peer: BM25 of the index alone, over the same keystrokes. Ends with one JSON line on stdout.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { gather, retrievers } from "../../src/context/gather.ts";
import type { Sources } from "../../src/context/sources/sources.ts";
import { indexWorkspace } from "../../src/index/indexWorkspace.ts";
import { openStore } from "../../src/index/openStore.ts";
import { IndexReader } from "../../src/index/reader.ts";
import { cachedWorkspace } from "../../src/workspace/cachedWorkspace.ts";
import { Documents } from "../../src/workspace/documents.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { machine, quantile } from "./support/reporting.ts";
import { layOutSources } from "./support/sourceCorpus.ts";
import { keysOf, pressKey } from "./support/typing.ts";

const DOCUMENTS = 40;
const KEYS = 25; // of each document's burst
const FILES = 10_000;
const PAUSE_MS = 30; // between two keys: faster than anybody types

const { values } = parseArgs({ options: { peer: { type: "boolean" }, files: { type: "string" } } });
const parsers = await createParsers();
const temporary = mkdtempSync(path.join(os.tmpdir(), "sotto-bench-"));
/** Where fetched packages lie. */
const packages = process.env.SOTTO_PACKAGES_DIR ?? path.join(defaultCacheDir(), "packages");
const never = new AbortController().signal;
const searchOnly = retrievers.filter(({ kind }) => kind === "search");

interface Times {
  firstMs: number[]; // the first request of a document
  warmMs: number[];
  syncMs: number[]; // of that, until the first wait
  late: number; // requests in which something was not found in time
}

try {
  const result: Record<string, unknown> = {
    name: "context",
    repository: await measure(packageRoot(import.meta.dirname)),
  };
  const target = path.join(temporary, "files");
  const { files, lines } = await layOutSources(packages, target, { files: Number(values.files ?? FILES) });
  result.npm = { files, lines, ...(await measure(target)) };
  process.stdout.write(`${JSON.stringify({ ...result, machine: machine("cpu") })}\n`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

async function measure(root: string) {
  const workspace = folderWorkspace(root);
  const store = openStore(path.join(mkdtempSync(path.join(temporary, "index-")), "index.sqlite"), () => {});
  await indexWorkspace({ workspace, store, parsers });
  const index = new IndexReader(store.database, (error) => {
    throw error;
  });
  const all = (await workspace.list()).filter((file) => languageOfPath(file) !== undefined);
  const chosen = Array.from({ length: DOCUMENTS }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / DOCUMENTS)]);
  const own: Times = { firstMs: [], warmMs: [], syncMs: [], late: 0 };
  const bm25: Times = { firstMs: [], warmMs: [], syncMs: [], late: 0 };
  const sources: Sources = { workspace: cachedWorkspace(workspace), index };
  for (const file of chosen) {
    await typeIn(root, file, sources, own);
    if (values.peer) await typeIn(root, file, { ...sources }, bm25, searchOnly);
  }
  store.close();
  return { sotto: figures(own), ...(values.peer && { peer: { name: "BM25 of the index alone", ...figures(bm25) } }) };
}

async function typeIn(root: string, file: string, sources: Sources, times: Times, only = retrievers): Promise<void> {
  const uri = pathToFileURL(path.join(root, file)).href;
  const text = readFileSync(path.join(root, file), "utf8");
  const middle = text.indexOf("\n", text.length >> 1) + 1;
  const line = text.slice(middle, middle + KEYS * 4);
  const documents = new Documents({ parsers, relativePath: () => file });
  const document = documents.open({
    uri,
    languageId: languageOfPath(file)!,
    version: 1,
    text: text.slice(0, middle) + text.slice(middle + line.length),
  });
  for (const [i, key] of keysOf(line, middle).slice(0, KEYS).entries()) {
    pressKey(documents, document, key);
    const startMs = performance.now();
    const working = gather(document, key.cursor, sources, never, { retrievers: only });
    const syncMs = performance.now() - startMs;
    const { dropped } = await working;
    (i === 0 ? times.firstMs : times.warmMs).push(performance.now() - startMs);
    if (i > 0) times.syncMs.push(syncMs);
    if (dropped.some(({ reason }) => reason === "not found in time")) times.late++;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  documents.close(uri);
}

function figures({ firstMs, warmMs, syncMs, late }: Times) {
  return {
    requests: warmMs.length,
    warmP50Ms: quantile(warmMs, 0.5),
    warmP95Ms: quantile(warmMs, 0.95),
    warmMaxMs: quantile(warmMs, 1),
    firstP50Ms: quantile(firstMs, 0.5),
    firstP95Ms: quantile(firstMs, 0.95),
    syncP95Ms: quantile(syncMs, 0.95),
    late,
  };
}
