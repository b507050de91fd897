// What is told of the definition around a place, in several languages, and why nothing is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { markdownOf } from "../../../../src/actions/factPage/markdown.ts";
import { hereAt } from "../../../../src/actions/here/here.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";

const parsers = await createParsers();

async function told(drawing: string, languageId: string): Promise<string> {
  const text = drawing.replace("█", "");
  const document = openDocument({ uri: "file:///a", path: "a", languageId, text }, parsers);
  const page = await hereAt(document, drawing.indexOf("█"), undefined, new AbortController().signal);
  return "reason" in page ? page.reason : markdownOf(page);
}

test("each branch in words with what happens then, errors, changes, and uses in the file", async () => {
  const text = await told(
    `let count = 0;
/** Halves. More. */
export function half(n: number | null): number {
  if (n === null) return 0;
  if (n < 0) { throw new RangeError("x"); }
  while (n > 10) n = n / 2;
 █ count++;
  return n ? n / 2 : 0;
}
half(1); // half of it
`,
    "typescript",
  );
  assert.match(text, /^# function half\n/);
  assert.match(text, /\n\nHalves\.\n/);
  assert.match(text, /- if `n` is null: returns `0`, \[line 4\]/);
  assert.match(text, /- if `n` is negative: throws `RangeError`, \[line 5\]/);
  assert.match(text, /- while `n > 10`, \[line 6\]/);
  assert.match(text, /- if `n` is truthy, \[line 8\]/);
  assert.match(text, /- throws `RangeError`, \[line 5\]/);
  assert.match(text, /- changes a variable that outlives the call: `count`, \[line 7\]/);
  assert.match(text, /- in this file: \[line 10\]\(a#L10\)\n/);
});

test("Python and Go", async () => {
  const python = await told(
    "def f(a):\n    if not a:█\n        raise ValueError(a)\n    return 1 if a else 2\n",
    "python",
  );
  assert.match(python, /- if `a` is falsy: throws `ValueError`, \[line 2\]/);
  assert.match(python, /- if `a` is truthy, \[line 4\]/);
  const go = await told("package p\n\nfunc F(a int) int {\n\tif a == 0 {█\n\t\treturn 1\n\t}\n\treturn 2\n}\n", "go");
  assert.match(go, /- if `a == 0`: returns `1`, \[line 4\]/);
});

test("the innermost definition is told, and why nothing is", async () => {
  assert.match(await told("class A {\n  b() {\n    █return 1;\n  }\n}\n", "javascript"), /^# method b\n/);
  assert.equal(await told("█x();\n", "javascript"), "noDefinition");
  assert.equal(await told("█local a = 1\n", "lua"), "noTree");
});
