// The indexer as a process: shared by windows, taken over when its holder goes away, and killed at any time.

import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createParsers } from "../../common/syntax/parsers.ts";
import type { ToIndexer } from "../../src/index/indexerMessages.ts";
import { IndexerProcess } from "../../src/index/indexerProcess.ts";
import { databaseFile } from "../../src/index/location.ts";
import { memoryIndex } from "../../src/index/memoryIndex.ts";
import { openIndex } from "../../src/index/openIndex.ts";
import { IndexReader } from "../../src/index/reader.ts";
import { openForReading } from "../../src/index/schema.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { answers, drawText, random, weighted } from "../support/index/fixtures.ts";

const indexerScript = path.resolve(import.meta.dirname, "../../src/index/main.ts");
const PATIENCE_MS = 60_000; // far above what anything here takes

const dir = mkdtempSync(path.join(tmpdir(), "sotto-indexer-"));
after(() => rmSync(dir, { recursive: true, force: true }));

function folder(name: string, files: Record<string, string>): string {
  const root = path.join(dir, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return root;
}

async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    assert.ok(performance.now() < endMs, `${what}: it never came`);
    await sleep(20);
  }
}

/** A window of its own on a folder, with what it was told. */
function window(root: string, cacheDir: string, exclude: () => string[] = () => []) {
  const said: string[] = [];
  const index = openIndex(root, { indexerScript, cacheDir, exclude, log: (line) => said.push(line) });
  after(() => index.dispose());
  return { index, said, finds: (term: string) => index.search(weighted(term), 10).map(({ path }) => path) };
}

test("two windows share one writer; what changes in one is found in the other; one takes over from the other", async () => {
  const cacheDir = path.join(dir, "cache-shared");
  const root = folder("shared", { "a.ts": "export const apple = 1;\n", "b.ts": "export const pear = 1;\n" });
  const first = window(root, cacheDir);
  await until("the first pass", () => first.index.ready);
  const second = window(root, cacheDir);
  assert.deepEqual(second.finds("pear"), ["b.ts"]);
  await sleep(500); // an indexer of the second window's would be there by now
  assert.equal(second.index.pid(), undefined);

  writeFileSync(path.join(root, "c.ts"), "export const plum = 1;\n");
  first.index.changed(["c.ts"]);
  await until("the new file", () => second.finds("plum").length === 1);

  process.kill(first.index.pid()!, "SIGKILL");
  first.index.dispose();
  await until("the second window's indexer", () => second.index.pid());
  writeFileSync(path.join(root, "d.ts"), "export const cherry = 1;\n");
  second.index.changed(["d.ts"]);
  await until("another new file", () => second.finds("cherry").length === 1);
  assert.deepEqual([first.said, second.said], [[], []]);
});

test("what the setting excludes leaves the index while it runs", async () => {
  const root = folder("excluded", { "a.ts": "export const apple = 1;\n", "b.ts": "export const apple = 2;\n" });
  let exclude: string[] = [];
  const { index, finds } = window(root, path.join(dir, "cache-excluded"), () => exclude);
  await until("the first pass", () => index.ready && finds("apple").length === 2);
  exclude = ["b.ts"];
  await until("the other rules", () => finds("apple").length === 1);
  assert.deepEqual(finds("apple"), ["a.ts"]);
});

test("where the cache folder cannot be written that is said once, and nothing is found", async () => {
  const root = folder("unwritable", { "a.ts": "export const apple = 1;\n" });
  const { said, finds } = window(root, path.join(root, "a.ts"));
  await until("the message", () => said.length > 0);
  assert.match(said[0], /cannot be written: ENOTDIR.*Sotto goes on without it\.$/);
  assert.deepEqual(finds("apple"), []);
});

/** An indexer whose process ends at once, on a clock that the test sets. */
function crashing(name: string) {
  const root = folder(name, {
    "crash.mjs": `import { appendFileSync } from "node:fs";
appendFileSync(new URL("starts", import.meta.url), "x");
process.exit(1);
`,
  });
  const said: string[] = [];
  const clock = { nowMs: 0 };
  const indexer = new IndexerProcess({
    script: path.join(root, "crash.mjs"),
    root,
    file: databaseFile(root, path.join(dir, `cache-${name}`)),
    exclude: () => [],
    log: (line) => said.push(line),
    lookMs: 20,
    nowMs: () => clock.nowMs,
  });
  after(() => indexer.dispose());
  const starts = () => readFileSync(path.join(root, "starts"), { encoding: "utf8", flag: "a+" }).length;
  return { root, said, clock, indexer, starts };
}

test("an indexer that ends five times in ten minutes rests for ten, that is said, and then it is tried again", async () => {
  const { root, said, clock, indexer, starts } = crashing("crashing");
  const line = `The indexer of ${root} ended 5 times in 10 minutes (status 1); the index stays as it is, and the next try is in 10 minutes.`;
  await until("the message", () => said.length > 0);
  assert.deepEqual(said, [line]);
  clock.nowMs = 10 * 60_000 - 1;
  await sleep(200);
  assert.equal(indexer.pid, undefined);
  assert.equal(starts(), 5);
  clock.nowMs++;
  await until("another message", () => said.length > 1);
  assert.deepEqual(said, [line, line]);
  assert.equal(starts(), 10);
});

test("ends that lie far apart are no reason to rest", async () => {
  const { said, clock, starts } = crashing("seldom");
  for (let ends = 1; ends <= 12; ends++) {
    await until("a start", () => starts() >= ends);
    clock.nowMs += 4 * 60_000;
  }
  assert.deepEqual(said, []);
});

test("killed again and again during a pass, the index is whole each time, and at the end the same as a fresh one", async () => {
  const roll = random(3);
  const files: Record<string, string> = {};
  for (let i = 0; i < 3000; i++) files[`folder${i % 17}/file${i}.md`] = drawText(roll);
  const root = folder("killed", files);
  const file = databaseFile(root, path.join(dir, "cache-killed"));
  let kills = 0;
  for (let stored = 0; stored < 2500; kills++) {
    const child = startIndexer(root, file);
    stored = await until("more files", () => {
      const now = storedFiles(file);
      return now > stored && now;
    });
    await sleep(roll() * 80);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    assertWhole(file);
  }
  assert.ok(kills >= 3, `only ${kills} kills`);
  const last = startIndexer(root, file);
  const database = openForReading(file);
  after(() => database.close());
  const index = new IndexReader(database, assert.ifError);
  await until("the end of the pass", () => index.ready);
  last.kill("SIGKILL");
  assertWhole(file);
  const fresh = await memoryIndex(folderWorkspace(root), await createParsers());
  assert.deepEqual(answers(index, random(9)), answers(fresh, random(9)));
});

function startIndexer(root: string, file: string): ChildProcess {
  const child = fork(indexerScript, [], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  after(() => child.kill("SIGKILL"));
  child.send({ kind: "open", root, file, exclude: [] } satisfies ToIndexer);
  return child;
}

function storedFiles(file: string): number {
  try {
    const database = openForReading(file);
    const { files } = database.prepare("SELECT count(*) AS files FROM files").get() as { files: number };
    database.close();
    return files;
  } catch {
    return 0; // not made yet
  }
}

/** By SQLite's own check, and each chunk of a segment belongs to a file or has left. */
function assertWhole(file: string): void {
  const database = new DatabaseSync(file);
  assert.deepEqual({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  const inSegments = database.prepare("SELECT coalesce(sum(live), 0) AS chunks FROM segments").get();
  const inFiles = database.prepare("SELECT coalesce(sum(chunkCount), 0) AS chunks FROM files").get();
  assert.deepEqual({ ...inSegments }, { ...inFiles });
  database.close();
}
