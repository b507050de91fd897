// Where indexes lie, and which are thrown away.

import assert from "node:assert/strict";
import { existsSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { tryLock } from "../../../common/util/fileLock.ts";
import { databaseFile, evictIndexes, lockFile, noteOpened } from "../../../src/index/location.ts";
import { type TestFolder, testFolder } from "./folders.ts";

const DAY_MS = 86_400_000;

/** The index of a workspace `name`, opened so many days ago. */
function stored(folder: TestFolder, name: string, days: number, sizeBytes = 10): string {
  folder.write({ [`${name}/a.ts`]: "" });
  const root = path.join(folder.root, name);
  const file = databaseFile(root, folder.cacheDir);
  noteOpened(file, root);
  writeFileSync(file, Buffer.alloc(sizeBytes));
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(path.join(path.dirname(file), "root.json"), time, time);
  return file;
}

test("two ways to a folder give one index, outside the folder", (t) => {
  const folder = testFolder(t, { "a/b.ts": "" });
  symlinkSync("a", path.join(folder.root, "link"));
  const file = databaseFile(path.join(folder.root, "link"), folder.cacheDir);
  assert.equal(file, databaseFile(path.join(folder.root, "a"), folder.cacheDir));
  assert.ok(file.startsWith(path.join(folder.cacheDir, "index")));
});

test("indexes of workspaces that are gone, or were not opened for 60 days, are thrown away", (t) => {
  const folder = testFolder(t);
  const [own, recent, old, gone] = [90, 59, 61, 1].map((days, i) => stored(folder, `w${i}`, days));
  folder.remove("w3");
  assert.equal(evictIndexes(own), 2);
  assert.deepEqual([own, recent, old, gone].map(existsSync), [true, true, false, false]);
});

test("beyond the size of all, those that were opened longest ago go; never one that is being written", (t: TestContext) => {
  const folder = testFolder(t);
  const own = stored(folder, "own", 0, 100);
  const files = [1, 2, 3].map((days) => stored(folder, `w${days}`, days, 100_000));
  const unlock = tryLock(lockFile(files[2]))!;
  t.after(unlock);
  assert.equal(evictIndexes(own, Date.now(), 150_000), 1);
  assert.deepEqual(files.map(existsSync), [true, false, true]);
  assert.equal(evictIndexes(own, Date.now() + 70 * DAY_MS), 1);
});
