// The index against its slow oracle: the same chunks in the same order as the plain BM25 of the evaluation gives.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { memoryIndex } from "../../../src/index/memoryIndex.ts";
import { codeTerms } from "../../../src/workspace/terms.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";
import { drawText, drawWord, mapWorkspace, noParsers, random } from "../../support/index/fixtures.ts";
import { assertEqualsOracle, assertOwnTerms, chunksOf } from "../../support/index/oracle.ts";

test("drawn texts: the oracle's chunks in its order", async () => {
  const roll = random(5);
  const workspace = mapWorkspace();
  for (let i = 0; i < 300; i++) workspace.files.set(`folder${i % 7}/file${i}.md`, drawText(roll));
  const index = await memoryIndex(workspace, noParsers);
  const chunks = await chunksOf(workspace);
  assert.ok(chunks.length > 500);
  for (let i = 0; i < 60; i++) {
    const query = [...new Set(Array.from({ length: 1 + Math.floor(roll() * 12) }, () => drawWord(roll)))];
    assertEqualsOracle(index, chunks, query, [1, 5, 40, 5000][i % 4]);
  }
});

test("this repository's sources: the oracle's chunks in its order", async () => {
  const workspace = folderWorkspace(`${packageRoot(import.meta.dirname)}/src`);
  const parsers = await createParsers();
  const index = await memoryIndex(workspace, parsers);
  const chunks = await chunksOf(workspace, parsers);
  const paths = new Set(chunks.map(({ path }) => path));
  for (const path of [...paths].slice(0, 20)) {
    const text = (await workspace.read(path)) ?? "";
    for (const chunk of chunks) if (chunk.path === path) assertOwnTerms(chunk, text);
    assertEqualsOracle(index, chunks, [...new Set(codeTerms(text.slice(0, 1500)))].slice(0, 40), 30);
  }
});

test("where many postings are read, the lists of common terms are looked at for the best chunks only, with the same result", async () => {
  const roll = random(11);
  const workspace = mapWorkspace();
  const common = Array.from({ length: 12 }, (_, i) => `common${String.fromCharCode(97 + i)}`);
  for (let i = 0; i < 4000; i++) {
    const words = common.filter(() => roll() < 0.9);
    const rare = roll() < 0.02 ? `${drawWord(roll)} rarer${String.fromCharCode(97 + (i % 5))}` : "";
    workspace.files.set(`${String(i).padStart(4, "0")}.md`, `${words.join(" ")} ${rare}\n`);
  }
  const index = await memoryIndex(workspace, noParsers);
  const chunks = await chunksOf(workspace);
  assertEqualsOracle(index, chunks, [...common, "rarera", "rarerb", "wordab", "wordaa"], 10);
});

test("weights count, and a skipped path gives its place to the next", async () => {
  const workspace = mapWorkspace({ "a.md": "apple pear\n", "b.md": "apple plum\n", "c.md": "pear plum\n" });
  const index = await memoryIndex(workspace, noParsers);
  const found = (pear: number, skip?: (path: string) => boolean) =>
    index
      .search(
        [
          { term: "apple", weight: 1 },
          { term: "pear", weight: pear },
        ],
        2,
        skip,
      )
      .map(({ path }) => path);
  assert.deepEqual(found(1), ["a.md", "b.md"]);
  assert.deepEqual(found(2), ["a.md", "c.md"]);
  assert.deepEqual(
    found(1, (path) => path === "a.md"),
    ["b.md", "c.md"],
  );
  assert.deepEqual(found(0), ["a.md", "b.md"]);
});
