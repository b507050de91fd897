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
  assert.match(text, /- while `n > 10`: sets `n`, \[line 6\]/);
  assert.match(text, /- if `n` is truthy: gives `n \/ 2`, otherwise `0`, \[line 8\]/);
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
  assert.match(python, /- if `a` is truthy: gives `1`, otherwise `2`, \[line 4\]/);
  const go = await told("package p\n\nfunc F(a int) int {\n\tif a == 0 {█\n\t\treturn 1\n\t}\n\treturn 2\n}\n", "go");
  assert.match(go, /- if `a == 0`: returns `1`, \[line 4\]/);
});

test("what a branch does: one or two things, the first and the last of more, and what is done otherwise", async () => {
  const text = await told(
    `function f(a) {█
  if (a) { log(a); return 1; }
  else if (a === 0) { this.b = 1; this.c = 2; }
  else { a++; a++; }
  if (a > 1) {
    await g(a);
    for (const one of a) if (one) h(one);
    return 2;
  } else {
    if (a > 2) k();
    a = 3;
  }
}
`,
    "javascript",
  );
  assert.match(text, /- if `a` is truthy: calls `log` and returns `1`, /);
  assert.match(text, /- if `a === 0`: sets `this\.b` and `this\.c`, .*\n- otherwise: changes `a`, /);
  assert.match(text, /- if `a > 1`: calls `g`, …, in the end returns `2`, /);
  assert.match(text, /- otherwise \(than at line 5\): in the end sets `a`, /);
});

test("for a check of Go that says little alone, what was done right before", async () => {
  const text = await told(
    "package p\n\nfunc F() error {\n\tif err := g(1); err != nil {█\n\t\treturn err\n\t}\n\ta, ok := m[1]\n\tif !ok {\n\t\th(a)\n\t}\n\treturn nil\n}\n",
    "go",
  );
  assert.match(text, /- if `err != nil`, after `err := g\(1\)`: returns `err`, /);
  assert.match(text, /- if `ok` is falsy, after `a, ok := m\[1\]`: calls `h`, /);
});

test("uses in the file are sure ones: no other class's method, no other function's inner one", async () => {
  const python = await told(
    "class A:\n    def __init__(self):\n        █pass\n    def run(self): self.run(); b.run()\nclass B(A):\n    def __init__(self): super().__init__()\nA(); B()\n",
    "python",
  );
  assert.match(python, /^# method A\.__init__\n/);
  assert.match(python, /- in this file: \[line 7\]\(a#L7\)\n/);
  const inner = "function a() {\n  const f = () => {\n    █g();\n  };\n  f();\n}\nfunction b() { f(); }\n";
  assert.match(await told(inner, "javascript"), /- in this file: \[line 5\]\(a#L5\)\n/);
  const member =
    "class A {\n  has(a) {\n    █return 1;\n  }\n  get(a) { return this.map.has(a) && this.has(a); }\n}\nb.has(1);\n";
  assert.match(await told(member, "javascript"), /- in this file: \[line 5\]\(a#L5\)\n/);
  const go = "package p\n\nfunc (c *Cmd) Run() {\n\tx()█\n}\n\ntype Run struct{}\n\nfunc g(c *Cmd) Run { c.Run() }\n";
  assert.match(await told(go.replace("type Run struct{}\n\n", ""), "go"), /- in this file: \[line 7\]\(a#L7\)\n/);
});

test("the innermost definition is told, and why nothing is", async () => {
  assert.match(await told("class A {\n  b() {\n    █return 1;\n  }\n}\n", "javascript"), /^# method A\.b\n/);
  assert.equal(await told("█x();\n", "javascript"), "noDefinition");
  assert.equal(await told("█local a = 1\n", "lua"), "noTree");
});
