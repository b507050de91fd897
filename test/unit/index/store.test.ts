// The store by itself: whatever order files come and go in, it answers as a fresh one; a full disk leaves what was there.

import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { indexPaths, indexWorkspace } from "../../../src/index/indexWorkspace.ts";
import { memoryIndex } from "../../../src/index/memoryIndex.ts";
import { openStore } from "../../../src/index/openStore.ts";
import { IndexReader } from "../../../src/index/reader.ts";
import { IN_MEMORY, openForReading, problemOf } from "../../../src/index/schema.ts";
import { IndexStore } from "../../../src/index/store.ts";
import {
  answers,
  drawText,
  drawWord,
  mapWorkspace,
  noParsers,
  random,
  weighted,
} from "../../support/index/fixtures.ts";
import { testFolder } from "./folders.ts";

test("files that come, change and go in any order leave an index that answers as a fresh one", async () => {
  const roll = random(7);
  const workspace = mapWorkspace();
  const store = IndexStore.open(IN_MEMORY);
  const reader = new IndexReader(store.database, assert.ifError);
  for (let round = 0; round < 60; round++) {
    const changed = Array.from({ length: 1 + Math.floor(roll() * 12) }, () => `f${Math.floor(roll() * 80)}.md`);
    for (const file of changed) roll() < 0.3 ? workspace.files.delete(file) : workspace.files.set(file, drawText(roll));
    const pass = { workspace, store, parsers: noParsers };
    await (roll() < 0.2 ? indexWorkspace(pass) : indexPaths(pass, changed));
    if (round % 6 > 0) continue;
    const fresh = await memoryIndex(workspace, noParsers);
    assert.deepEqual(answers(reader, random(round + 1), 8), answers(fresh, random(round + 1), 8));
  }
  const segments = store.database.prepare("SELECT count(*) AS count FROM segments").get() as { count: number };
  assert.ok(segments.count <= 12, `${segments.count} segments`);
});

test("on a full disk there is an error, what was committed stays, and the next pass goes on when there is room", async (t) => {
  const roll = random(4);
  const folder = testFolder(t);
  const workspace = mapWorkspace();
  for (let i = 0; i < 40; i++) workspace.files.set(`a${i}.md`, drawText(roll));
  const store = IndexStore.open(folder.file);
  t.after(() => store.close());
  const pass = { workspace, store, parsers: noParsers };
  await indexWorkspace(pass);
  const before = store.stats();
  const { page_count } = store.database.prepare("PRAGMA page_count").get() as { page_count: number };
  store.database.exec(`PRAGMA max_page_count = ${page_count + 2}`);
  for (let i = 0; i < 200; i++) workspace.files.set(`b${i}.md`, drawText(roll));
  await assert.rejects(indexWorkspace(pass), (error) => problemOf(error) === "the disk is full");
  assert.equal(store.stats().files, before.files);
  const database = openForReading(path.resolve(folder.file));
  t.after(() => database.close());
  const reader = new IndexReader(database, assert.ifError);
  assert.ok(reader.search(weighted(drawWord(random(2))), 10).length > 0);

  store.database.exec("PRAGMA max_page_count = 1000000");
  await indexWorkspace(pass);
  assert.deepEqual(answers(reader, random(9), 8), answers(await memoryIndex(workspace, noParsers), random(9), 8));
});

test("a folder in the place of the index is replaced, and the reason told", (t) => {
  const { file } = testFolder(t);
  mkdirSync(file, { recursive: true });
  writeFileSync(path.join(file, "a"), "");
  const reasons: string[] = [];
  openStore(file, (reason) => reasons.push(reason)).close();
  assert.deepEqual(reasons, ["a folder is in its place"]);
  assert.ok(statSync(file).isFile());
});
