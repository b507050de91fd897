// Chunks that the words near the cursor find: in the index, in imported files, next door.

import assert from "node:assert/strict";
import { test } from "node:test";
import { importedChunksRetriever } from "../../../../src/context/retrievers/importedChunks.ts";
import { searchRetriever } from "../../../../src/context/retrievers/search.ts";
import { siblingsRetriever } from "../../../../src/context/retrievers/siblings.ts";
import { queryTerms } from "../../../../src/context/retrievers/words.ts";
import { memoryIndex } from "../../../../src/index/memoryIndex.ts";
import { type Files, inMemory, parsers, retrieved, told } from "../drawnPlace.ts";

const LOAD = "export function loadUsers(limit: number) {\n  return limit;\n}";
const SAVE = "export function saveOrders(orders: number[]) {\n  return orders;\n}";

async function searched(text: string, indexed: Files, files = indexed) {
  const index = await memoryIndex(inMemory(indexed), parsers);
  return retrieved(searchRetriever, text, { files, index });
}

test("the index's chunks that the words near the cursor find, the best with a full score", async () => {
  const { pieces } = await searched("loadUsers(│", { "lib/b.ts": `${LOAD}\n`, "lib/c.ts": `${SAVE}\n` });
  assert.deepEqual(told(pieces), [`lib/b.ts: ${LOAD}`]);
  assert.deepEqual(pieces[0]!.features, { search: 1 });
});

test("a chunk of the same folder says so", async () => {
  const { pieces } = await searched("loadUsers(│", { "b.ts": `${LOAD}\n` });
  assert.equal(pieces[0]!.features.sameFolder, 1);
});

test("search leaves the document itself out", async () => {
  const { pieces } = await searched("loadUsers(│", { "a.ts": `${LOAD}\n` });
  assert.deepEqual(pieces, []);
});

test("a chunk that has changed since it was indexed is dropped, and named", async () => {
  const { pieces, dropped } = await searched("loadUsers(│", { "b.ts": `${LOAD}\n` }, { "b.ts": `// moved\n${LOAD}\n` });
  assert.deepEqual(pieces, []);
  assert.deepEqual(dropped, [{ kind: "search", path: "b.ts", reason: "changed since it was indexed" }]);
});

test("a chunk whose file may not be read any more is named with the reason", async () => {
  const { pieces, dropped } = await searched(
    "loadUsers(│",
    { "b.ts": `${LOAD}\n` },
    { "b.ts": { refusal: "gitignore" } },
  );
  assert.deepEqual(pieces, []);
  assert.deepEqual(dropped, [{ kind: "file", path: "b.ts", reason: "ignored by git" }]);
});

test("no index, no pieces", async () => {
  assert.deepEqual(await retrieved(searchRetriever, "loadUsers(│"), { pieces: [], dropped: [] });
});

test("a term counts as the nearest word that it is in", () => {
  const terms = queryTerms(
    new Map([
      ["loadUsers", 0.5],
      ["users", 1],
    ]),
  );
  assert.deepEqual(terms, [
    { term: "users", weight: 1 },
    { term: "loadusers", weight: 0.5 },
    { term: "load", weight: 0.5 },
  ]);
});

test("chunks of imported files need no index; without a word in common there are none", async () => {
  const files = { "b.ts": `${LOAD}\n`, "c.ts": `${SAVE}\n` };
  const text = 'import * as b from "./b";\nimport * as c from "./c";\nusers│';
  const { pieces } = await retrieved(importedChunksRetriever, text, { files });
  assert.deepEqual(told(pieces), [`b.ts: ${LOAD}`]);
  assert.deepEqual(pieces[0]!.features, { imported: 1, searchImported: 1 });
  const { pieces: none } = await retrieved(importedChunksRetriever, text.replace("users", "nothing"), { files });
  assert.deepEqual(none, []);
});

async function siblings(path: string, files: Files, text = "│"): Promise<string[]> {
  const { pieces } = await retrieved(siblingsRetriever, text, { path, files });
  return [...new Set(pieces.map((piece) => piece.path))];
}

test("a test finds its file, and a file its test", async () => {
  const files = { "src/store.ts": `${LOAD}\n`, "src/store.test.ts": `${LOAD}\n`, "src/aaa.ts": `${SAVE}\n` };
  assert.deepEqual(await siblings("src/store.test.ts", files), ["src/store.ts"]);
  assert.deepEqual(await siblings("src/store.ts", files), ["src/store.test.ts"]);
});

test("a test in a folder of tests finds its file above, a file its test below", async () => {
  const files = { "src/store.py": "def load(): pass\n", "src/tests/test_store.py": "load()\n" };
  assert.deepEqual(await siblings("src/tests/test_store.py", files), ["src/store.py"]);
  assert.deepEqual(await siblings("src/store.py", files), ["src/tests/test_store.py"]);
});

test("a test in a tree of its own is found by its name, through the index", async () => {
  const files = { "src/store.ts": `${LOAD}\n`, "test/unit/store.test.ts": `${LOAD}\n` };
  const index = await memoryIndex(inMemory(files), parsers);
  const found = async (path: string) =>
    (await retrieved(siblingsRetriever, "│", { path, files, index })).pieces[0]?.path;
  assert.equal(await found("src/store.ts"), "test/unit/store.test.ts");
  assert.equal(await found("test/unit/store.test.ts"), "src/store.ts");
});

test("the file whose name has the most words in common begins the list", async () => {
  const files = { "src/aaa.ts": `${LOAD}\n`, "src/postgresDialect.ts": `${LOAD}\n` };
  assert.deepEqual(await siblings("src/mysqlDialect.ts", files), ["src/postgresDialect.ts"]);
});

test("a file in the root has each sibling once", async () => {
  const { pieces } = await retrieved(siblingsRetriever, "users│", { files: { "b.ts": `${LOAD}\n` } });
  assert.equal(pieces.length, 1);
});

test("the parts that the words near the cursor find come before how a file begins", async () => {
  const { pieces } = await retrieved(siblingsRetriever, "saveOrders│", {
    files: { "b.ts": `${LOAD}\n`, "c.ts": `${SAVE}\n` },
  });
  assert.deepEqual(told(pieces), [`c.ts: ${SAVE}`]);
});

test("files of another kind and folders elsewhere are no siblings", async () => {
  assert.deepEqual(await siblings("src/a.ts", { "src/b.py": "x = 1\n", "lib/b.ts": `${LOAD}\n` }), []);
});

test("an empty sibling gives no piece", async () => {
  assert.deepEqual(await siblings("src/a.ts", { "src/b.ts": "\n\n" }), []);
});
