// What may happen to a workspace and to its index while an indexer runs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Indexer } from "../../../src/index/indexer.ts";
import { LiveReader } from "../../../src/index/liveReader.ts";
import { noParsers } from "../../support/index/fixtures.ts";
import { indexerOn, testFolder } from "./folders.ts";

test("files come, change and go", async (t) => {
  const folder = testFolder(t, { "a.ts": "const apple = 1;", "b.ts": "const pear = 1;" });
  const { indexer, finds, said } = await indexerOn(t, folder);
  folder.write({ "a.ts": "const plum = 1;", "c.ts": "const pear = 2;" });
  folder.remove("b.ts");
  indexer.changed(["a.ts", "b.ts", "c.ts"]);
  await indexer.idle();
  assert.deepEqual([finds("apple"), finds("pear"), finds("plum")], [[], ["c.ts"], ["a.ts"]]);
  assert.deepEqual(said, []);
});

test("what an ignore file leaves out leaves the index, and comes back with it", async (t) => {
  const folder = testFolder(t, { "own/a.ts": "const apple = 1;", "made/b.ts": "const apple = 2;" });
  const { indexer, finds } = await indexerOn(t, folder);
  assert.deepEqual(finds("apple"), ["made/b.ts", "own/a.ts"]);
  folder.write({ ".gitignore": "made/\n" });
  indexer.changed([".gitignore"]);
  await indexer.idle();
  assert.deepEqual(finds("apple"), ["own/a.ts"]);
  folder.write({ ".gitignore": "", "own/.sottoignore": "*.ts\n" });
  indexer.changed([".gitignore", "own/.sottoignore"]);
  await indexer.idle();
  assert.deepEqual(finds("apple"), ["made/b.ts"]);
});

test("a folder that went or came is told by its own name only", async (t) => {
  const folder = testFolder(t, { "old.js/deep/a.ts": "const apple = 1;", "b.ts": "const apple = 2;" });
  const { indexer, finds } = await indexerOn(t, folder);
  folder.remove("old.js");
  folder.write({ "new.js/deep/c.ts": "const apple = 3;" });
  indexer.changed(["old.js", "new.js"]);
  await indexer.idle();
  assert.deepEqual(finds("apple"), ["b.ts", "new.js/deep/c.ts"]);
});

test("a branch switch changes 1,000 files at once", async (t) => {
  const branch = (name: string) =>
    Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`f${i % 50}/${i}.ts`, `const ${name} = ${i};\n`]));
  const folder = testFolder(t, branch("apple"));
  const { indexer, finds, said } = await indexerOn(t, folder);
  const files = branch("pear");
  folder.write(files);
  indexer.changed(Object.keys(files));
  await indexer.idle();
  assert.deepEqual([finds("apple", 2_000).length, finds("pear", 2_000).length], [0, 1_000]);
  assert.deepEqual(said, []);
});

test("links in circles and out of the folder end nowhere", async (t) => {
  const folder = testFolder(t, { "a/a.ts": "const apple = 1;" });
  folder.write({ "../outside.ts": "const apple = 2;" });
  symlinkSync("..", path.join(folder.root, "a", "up"));
  symlinkSync("self.ts", path.join(folder.root, "self.ts"));
  symlinkSync("../outside.ts", path.join(folder.root, "out.ts"));
  const { finds, said } = await indexerOn(t, folder);
  assert.deepEqual(finds("apple"), ["a/a.ts"]);
  assert.deepEqual(said, []);
});

test("pipes and devices under the names of ignore files and sources hold nothing up", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = testFolder(t, { "a/a.ts": "const apple = 1;", "b.ts": "const apple = 2;" });
  symlinkSync("/dev/zero", path.join(folder.root, ".gitignore"));
  execFileSync(
    "mkfifo",
    ["a/.gitignore", "pipe.ts"].map((name) => path.join(folder.root, name)),
  );
  const { indexer, finds, said } = await indexerOn(t, folder);
  assert.deepEqual(finds("apple"), ["a/a.ts", "b.ts"]);
  folder.write({ "c.ts": "const apple = 3;" });
  indexer.changed(["pipe.ts", "a/.gitignore", "c.ts"]);
  await indexer.idle();
  assert.deepEqual(finds("apple"), ["a/a.ts", "b.ts", "c.ts"]);
  assert.deepEqual(said, []);
});

test("names in any Unicode", async (t) => {
  const names = ["größe.ts", "gro\u0308ße.ts", "日本/語.ts", "👩‍🔬.ts", 'it\'s "x" %_.ts', "\u2028.ts"];
  const folder = testFolder(t, Object.fromEntries(names.map((name) => [name, "const apple = 1;"])));
  if (process.platform === "linux") {
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder.root}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".ts")]),
      "apple",
    );
  }
  const { finds, said, reader } = await indexerOn(t, folder);
  assert.deepEqual(finds("apple"), names.toSorted());
  assert.deepEqual(reader.pathsEndingIn("語.ts", 5), ["日本/語.ts"]);
  assert.deepEqual(said, []);
});

test("where the workspace is gone its index stays as it is", async (t) => {
  const folder = testFolder(t, { "a.ts": "const apple = 1;" });
  await (await indexerOn(t, folder)).close();
  folder.remove(".");
  const { finds, said } = await indexerOn(t, folder);
  assert.deepEqual(finds("apple"), ["a.ts"]);
  assert.match(said.join("\n"), /^[^\n]*is not there; its index stays as it is\.$/);
});

for (const [name, spoil, reason] of [
  ["corrupt", (file: string) => writeFileSync(file, "no database ".repeat(1_000)), "it is corrupt"],
  ["cut off", (file: string) => truncateSync(file, 12_000), "it is corrupt"],
  ["of another version", (file: string) => execute(file, "PRAGMA user_version = 1"), "it is of version 1"],
] as const) {
  test(`an index that is ${name} is made anew, and that is said once`, async (t) => {
    const folder = testFolder(t, { "a.ts": "const apple = 1;" });
    await (await indexerOn(t, folder)).close();
    spoil(folder.file);
    const { finds, said } = await indexerOn(t, folder);
    assert.deepEqual(finds("apple"), ["a.ts"]);
    assert.deepEqual(said, [`The index of ${folder.root} is built anew: ${reason}.`]);
  });
}

test("an index that becomes corrupt while it is used is made anew", async (t) => {
  const folder = testFolder(t, { "a.ts": "const apple = 1;" });
  const { indexer, said, reader, finds } = await indexerOn(t, folder);
  reader.close();
  execute(folder.file, "PRAGMA wal_checkpoint(TRUNCATE)");
  const bytes = readFileSync(folder.file);
  writeFileSync(folder.file, bytes.fill(0xff, 4_096));
  folder.write({ "b.ts": "const apple = 2;" });
  indexer.changed(["b.ts"]);
  await indexer.idle();
  assert.deepEqual(said, [`The index of ${folder.root} is built anew: it is corrupt.`]);
  assert.deepEqual(finds("apple"), ["a.ts", "b.ts"]);
});

test("a damaged list is found by who reads it, and the index is made anew once", async (t) => {
  const folder = testFolder(t, { "a.ts": "const apple = 1;" });
  const { indexer, said, finds } = await indexerOn(t, folder);
  const damaged: string[] = [];
  const reader = new LiveReader(
    folder.file,
    () => {},
    (identity) => damaged.push(identity),
  );
  t.after(() => reader.close());
  execute(folder.file, "UPDATE postings SET list = x'ff' WHERE term = 'apple'");
  assert.deepEqual(reader.search([{ term: "apple", weight: 1 }], 5), []);
  assert.equal(damaged.length, 1);
  indexer.damaged(damaged[0]);
  await indexer.idle();
  indexer.damaged(damaged[0]); // told a second time, of the file that is gone
  await indexer.idle();
  assert.deepEqual(said, [`The index of ${folder.root} is built anew: it is corrupt.`]);
  assert.deepEqual(finds("apple"), ["a.ts"]);
});

test("an index that another program has locked is written when it is free again; that is said once", async (t) => {
  const folder = testFolder(t, { "a.ts": "const apple = 1;" });
  await (await indexerOn(t, folder)).close();
  folder.write({ "b.ts": "const apple = 2;" });
  const other = new DatabaseSync(folder.file);
  other.exec("BEGIN IMMEDIATE");
  const { indexer, said, finds } = await indexerOn(t, folder, { retryMs: 50 });
  while (said.length === 0) await sleep(20);
  assert.deepEqual(finds("apple"), ["a.ts"]);
  other.exec("COMMIT");
  other.close();
  await indexer.idle();
  assert.deepEqual(finds("apple"), ["a.ts", "b.ts"]);
  assert.equal(said.length, 1);
  assert.match(said[0], /cannot be written: another program has locked it\./);
});

test("a full index says so, and holds the files that were changed last", async (t) => {
  const folder = testFolder(t, { "old.ts": "const apple = 1;" });
  await sleep(20);
  folder.write({ "new.ts": "const apple = 2;" });
  const { finds, said } = await indexerOn(t, folder, { limits: { chunks: 1, sizeBytes: 1e9 } });
  assert.deepEqual(finds("apple"), ["new.ts"]);
  assert.match(said.join("\n"), /^The index of [^\n]* is full: it holds the files that were changed last, not all\.$/);
});

test("a second indexer of the same folder gets nothing; where no folder can be made there is an error", async (t) => {
  const folder = testFolder(t, { "a.ts": "const apple = 1;" });
  await indexerOn(t, folder);
  const options = { ...folder, exclude: [], parsers: noParsers, log: () => {} };
  assert.equal(Indexer.open(options), undefined);
  writeFileSync(path.join(folder.root, "file"), "");
  assert.throws(
    () => Indexer.open({ ...options, file: path.join(folder.root, "file", "x", "index.sqlite") }),
    /ENOTDIR/,
  );
});

function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}
