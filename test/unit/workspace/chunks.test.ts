// Where files are cut: every line that is not blank is in one chunk, and chunks are of whole definitions where these fit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { indexedFile } from "../../../src/index/indexedFile.ts";
import { chunkLines, type LineSpan, MAX_CHUNK_UNITS } from "../../../src/workspace/chunks.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";
import { drawText, noParsers, random } from "../../support/index/fixtures.ts";

const parsers = await createParsers();

function assertCovers(text: string, spans: readonly LineSpan[]): void {
  const lines = text.split("\n");
  const inChunk = new Set<number>();
  let end = 0;
  for (const { startLine, endLine } of spans) {
    assert.ok(startLine >= end && endLine > startLine, `${startLine}-${endLine} after ${end}`);
    const units = lines.slice(startLine, endLine).join("\n").length;
    assert.ok(units <= MAX_CHUNK_UNITS * 1.5 || endLine === startLine + 1, `${units} units`);
    for (let line = startLine; line < endLine; line++) inChunk.add(line);
    end = endLine;
  }
  for (const [line, content] of lines.entries()) assert.ok(content.trim() === "" || inChunk.has(line), `line ${line}`);
}

test("drawn texts without a tree", () => {
  const roll = random(12);
  for (let i = 0; i < 200; i++) {
    const text = drawText(roll);
    assertCovers(text, chunkLines(text));
  }
});

test("this repository's sources", async () => {
  const workspace = folderWorkspace(`${packageRoot(import.meta.dirname)}/src/context`);
  for (const path of (await workspace.list()).filter((path) => path.endsWith(".ts"))) {
    const text = (await workspace.read(path)) ?? "";
    const tree = parsers.for("typescript")!.parse(text)!;
    assertCovers(text, chunkLines(text, tree));
    tree.dispose();
  }
});

test("two definitions that do not fit together are two chunks; a comment stays with what follows it", () => {
  const body = "  call(1, 2, 3);\n".repeat(50);
  const text = `// one\nfunction one() {\n${body}}\n\n// two\nfunction two() {\n${body}}\n`;
  const { chunks, symbols } = indexedFile("a.ts", text, parsers);
  assert.deepEqual(
    chunks.map(({ startLine, endLine }) => [startLine, endLine]),
    [
      [0, 53],
      [54, 107],
    ],
  );
  assert.deepEqual(
    symbols.map(({ name, startLine, endLine }) => [name, startLine, endLine]),
    [
      ["one", 1, 53],
      ["two", 55, 107],
    ],
  );
});

test("a chunk from inside a class is headed by what it lies in", () => {
  const method = (name: string) => `  ${name}() {\n${"    call(1, 2, 3);\n".repeat(40)}  }\n`;
  const { chunks } = indexedFile("a.ts", `class Basket {\n${method("fill")}${method("empty")}}\n`, parsers);
  assert.deepEqual(
    chunks.map(({ header }) => header),
    ["", "Basket"],
  );
});

test("broken, deep and endless texts have chunks too", () => {
  const deep = `${"[".repeat(30_000)}\n${"]".repeat(30_000)}`;
  const oneLine = `const table = [${"123456,".repeat(300_000)}];`;
  const broken = "function ( { class ]] =>\n".repeat(5_000);
  for (const text of [deep, oneLine, broken, "", "\n\n\n", "\ufeffx", "a\r\nb\r\n"]) {
    const tree = text === oneLine ? undefined : parsers.for("typescript")!.parse(text);
    assertCovers(text, chunkLines(text, tree));
    tree?.dispose();
    assert.equal(indexedFile("a.ts", text, parsers).lines, text.split("\n").length);
  }
});

test("no part of a secret becomes a term, a header or a name", () => {
  const token = ["ghp_", "k3J9xQ2", "vLm8RtY", "5wZpA7s", "D4fGhN6", "bC1e", "VuXo"].join("");
  const file = indexedFile("a.ts", `const apple = "${token}";\nfunction pear() {}\n`, noParsers);
  const kept = JSON.stringify({ ...file, chunks: file.chunks.map((chunk) => ({ ...chunk, hash: 0 })) });
  assert.ok(!kept.toLowerCase().includes("lm8rty"));
  assert.ok(file.chunks[0].terms.includes("apple"));
});
