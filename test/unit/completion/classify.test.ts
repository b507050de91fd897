// One line or several: a table of cursors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { classify, emptyBlockBegins } from "../../../src/completion/classify.ts";
import { regionOf } from "../../../src/completion/place.ts";
import { placeAt } from "./place.ts";

const blocks: [languageId: string, cursor: string, begins: boolean][] = [
  ["typescript", "function f() {\n  │\n}\n", true],
  ["typescript", "function f() {\n│\n}\n", true],
  ["typescript", "function f() {\n  │", true],
  ["typescript", "function f() { // why\n  │\n}\n", true],
  ["typescript", "function f() {│}\n", true],
  ["typescript", "function f() {│\n", true],
  ["typescript", "const f = () =>│\n", true],
  ["typescript", "const f = () =>\n  │\n", true],
  ["typescript", "f(\n  │\n);\n", true],
  ["typescript", "const a = [\n  │\n];\n", true],
  ["typescript", "f(│)\n", false],
  ["typescript", "a[│]\n", false],
  ["typescript", "function f() {\n  │\n  a();\n}\n", false],
  ["typescript", "function f() {\n  a();\n  │\n}\n", false],
  ["typescript", "function f() {\n\n  │\n}\n", false],
  ["typescript", "│\na();\n", false],
  ["typescript", "if (a) {│ b(); }\n", false],
  ["typescript", "const a = {\n  b:│\n", false],
  ["typescript", "case a:\n  │\n", false],
  ["python", "def f(a):\n    │\n", true],
  ["python", "def f(a):│\n", true],
  ["python", "def f(\n    a,\n) -> int:\n    │\n", true],
  ["python", "for a in b:  # why\n    │\n", true],
  ["python", "try:\n    │\nexcept A:\n    pass\n", true],
  ["python", "async def f():\n    │\n", true],
  ["python", "x = [\n    │\n]\n", true],
  ["python", "def f(a):\n    │\n    return a\n", false],
  ["python", "x = {\n    'a':│\n", false],
  ["python", "x = 1\n│\n", false],
  ["python", "lambda x:│\n", false],
  ["python", 'def f(a):\n    """Says a."""\n    │\n', true],
  ["python", "def f(a):\n    '''Says a.\n\n    And b.\n    '''\n    │\n", true],
  ["python", 'def f(a):\n    """Says a."""\n    │\n    return a\n', false],
  ["python", 'def f(a):\n    b = """c"""\n    │\n', false],
  ["python", 'if a:\n    """c"""\n    │\n', false],
  ["python", "def f(a):\n    a.b('''c (\n│", false],
  ["typescript", "const a = `b (\n│", false],
];

test("where an empty block begins", () => {
  for (const [languageId, cursor, begins] of blocks) {
    assert.equal(emptyBlockBegins(placeAt(cursor, languageId)), begins, `${languageId} ${JSON.stringify(cursor)}`);
  }
});

test("several lines: where a block begins or somebody asks, never in a comment, never when switched off", () => {
  const mode = (cursor: string, explicit: boolean, setting: "never" | "auto" | "always") => {
    const place = placeAt(cursor);
    return classify(place, regionOf(place), explicit, setting);
  };
  assert.equal(mode("function f() {\n  │\n}\n", false, "auto"), "multi");
  assert.equal(mode("function f() {\n  │\n}\n", false, "never"), "single");
  assert.equal(mode("a();\n│\n", false, "auto"), "single");
  assert.equal(mode("a();\n│\n", true, "auto"), "multi");
  assert.equal(mode("a();\n│\n", true, "never"), "single");
  assert.equal(mode("a();\n│\n", false, "always"), "multi");
  assert.equal(mode("// a {\n// │\n", false, "always"), "single");
  assert.equal(mode("// a {\n// │\n", true, "auto"), "single");
});
