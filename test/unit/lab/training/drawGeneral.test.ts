// What is drawn for the general code: the same each time, of every package, and places in code only.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import type { CorpusSource } from "../../../../lab/training/corpus.ts";
import { drawCases, drawReplay } from "../../../../lab/training/drawGeneral.ts";

const parsers = await createParsers();

const source = (name: string, files: number, text: (index: number) => string): CorpusSource => ({
  package: { name, version: "1.0.0", licence: "MIT", use: "train", integrity: "sha512-none" },
  files: Array.from({ length: files }, (_, index) => ({ path: `src/${index}.ts`, text: text(index) })),
  bytes: 0,
});

const code = (index: number) =>
  Array.from(
    { length: 40 },
    (_, line) =>
      `// a note about value${line}\nexport const value${line} = compute(${index}, "a string of file ${index}");\n`,
  ).join("");

test("replay takes files of all packages in turns, up to its size, and the same ones each time", () => {
  const sources = [source("a", 30, code), source("b", 2, code), source("c", 30, code)];
  const drawn = drawReplay(sources, 40_000, 1);
  assert.deepEqual(drawReplay(sources, 40_000, 1), drawn);
  assert.notDeepEqual(drawReplay(sources, 40_000, 2), drawn);
  const count = (name: string) => drawn.filter((file) => file.package === name).length;
  assert.equal(count("b"), 2);
  assert.ok(count("a") > 2 && Math.abs(count("a") - count("c")) <= 1);
  const bytes = drawn.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(bytes >= 40_000 && bytes < 45_000, `${bytes}`);
});

test("cases are spread over packages and files, and none is in a comment or a string", () => {
  const cases = drawCases([source("a", 20, code), source("b", 3, code)], 20, 1, parsers);
  assert.deepEqual(drawCases([source("a", 20, code), source("b", 3, code)], 20, 1, parsers), cases);
  assert.equal(cases.filter((value) => value.package === "a").length, 10);
  assert.equal(new Set(cases.filter(({ id }) => id.startsWith("a/")).map(({ path }) => path)).size, 10);
  assert.equal(cases.length, 20); // three files give ten: several of each
  for (const { id, prefix, suffix, expected, path } of cases) {
    const line = prefix.slice(prefix.lastIndexOf("\n") + 1) + expected;
    assert.match(line, /^export const value\d+ = compute\(/, id);
    assert.doesNotMatch(prefix.slice(prefix.lastIndexOf("\n") + 1), /"/, id);
    const index = Number(/(\d+)\.ts$/.exec(path)![1]);
    assert.ok(code(index).includes(prefix + expected + suffix), id);
  }
});
