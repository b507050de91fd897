// What a person asked for is cut back to what parses; nothing ends in an operator, asked for or not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { drawn } from "./drawn.ts";
import { type FilterOptions, filtered } from "./filtered.ts";

const parsers = await createParsers("native");

const asked: FilterOptions = { mode: "multi", explicit: true, cutOff: true };

function shown(languageId: string, drawing: string, options: FilterOptions): { text: string; after: string } {
  const { prefix, middle, suffix } = drawn(drawing);
  const answer = filtered({ prefix, text: middle, suffix }, { languageId, ...options });
  if (typeof answer === "string") return { text: answer, after: "" };
  return { text: answer.text, after: prefix + answer.text + suffix.slice(answer.replaceAfter) };
}

/** Six bodies as small models write them, cut off in the middle. Each is answered; with it the file parses. */
const bodies: [languageId: string, drawing: string, expected: string][] = [
  ["javascript", "function isPrime (n) {├\n  return n % 2 === 0 && n % 3 ===┤}\n", "\n  return n % 2 === 0\n"],
  [
    "javascript",
    "function isPrime (n) {\n  ├if (n < 2) return false;\n  for (let i = 2; i < n; i++) {\n    if (n % i === 0) {\n      return false;\n    }\n  }\n  return n % 2 === 0 && n % 3 ===┤\n}\n",
    "if (n < 2) return false;\n  for (let i = 2; i < n; i++) {\n    if (n % i === 0) {\n      return false;\n    }\n  }",
  ],
  [
    "typescript",
    "function f(xs: number[]) {\n  ├for (const x of xs) {\n    if (x > 3) {\n      g(x);\n      h(x┤\n}\n",
    "for (const x of xs) {\n    if (x > 3) {\n      g(x);\n    }\n  }",
  ],
  ["typescript", "function f() {\n  ├return [\n    a,\n    b,\n    c +┤\n}\n", "return [\n    a,\n    b,\n  ]"],
  [
    "python",
    "def f(xs):\n    ├for x in xs:\n        if x:\n            g(x)\n            h(x ==┤\n",
    "for x in xs:\n        if x:\n            g(x)",
  ],
  [
    "go",
    "package a\n\nfunc f(xs []int) int {\n\t├sum := 0\n\tfor _, x := range xs {\n\t\tsum += x\n\t\tif sum > 3 &&┤\n}\n",
    "sum := 0\n\tfor _, x := range xs {\n\t\tsum += x\n\t}",
  ],
];

test("asked for: six bodies that were cut off are answered, and parse", () => {
  for (const [languageId, drawing, expected] of bodies) {
    const { text, after } = shown(languageId, drawing, asked);
    assert.equal(text, expected, drawing);
    const tree = parsers.for(languageId)!.parse(after)!;
    assert.equal(tree.rootNode.hasError, false, after);
    tree.dispose();
  }
});

test("asked for: what is whole stays as it is", () => {
  for (const [languageId, drawing] of [
    ["typescript", "function f() {\n  ├const a = 1;\n  return a;┤\n}\n"],
    ["typescript", "function f() {├\n  return 1;\n}┤\n"],
    ["typescript", "f(├c, ┤a, b)\n"],
    ["python", "def f(a):\n    ├if a:\n        return 1\n    return 2┤\n"],
    ["rust", "fn f() -> u8 {\n    ├let a = g()?;\n    a┤\n}\n"],
  ] as const) {
    assert.equal(shown(languageId, drawing, { ...asked, cutOff: false }).text, drawn(drawing).middle);
  }
});

test("asked for: of a line without a whole statement its longest whole expression, an empty block, or nothing", () => {
  const whole = (languageId: string, drawing: string) => shown(languageId, drawing, asked).text;
  assert.equal(whole("typescript", "const a = ├b.c(d, e +┤\n"), "b.c(d, e)");
  assert.equal(whole("typescript", "├while (a) {┤\n"), "while (a) {\n}");
  assert.equal(whole("python", "├x = a and b ==┤\n"), "x = a");
  assert.equal(whole("java", "class A {\n  int f() {\n    ├return a + b;\n    int = =┤\n  }\n}\n"), "return a + b;");
  assert.equal(whole("typescript", "const a = ├) = (┤\n"), "syntaxError");
});

test("asked for: no more lines than are allowed, the closing ones counted", () => {
  const lines = Array.from({ length: 20 }, (_, i) => `    g(${i});`).join("\n");
  const { text, after } = shown("typescript", `function f() {\n  ├for (;;) {\n${lines}┤\n}\n`, {
    ...asked,
    maxLines: 6,
  });
  assert.equal(text, "for (;;) {\n    g(0);\n    g(1);\n    g(2);\n    g(3);\n  }");
  assert.ok(after.endsWith("  }\n}\n"));
});

/** What the next line would complete, so that no syntax error tells it. */
const unfinished: [languageId: string, drawing: string, isUnfinished: boolean][] = [
  ["typescript", "const a = ├b +┤\nfoo();\n", true],
  ["typescript", "├const a =┤\nfoo();\n", true],
  ["typescript", "const f = ├(a) =>┤\nfoo();\n", true],
  ["typescript", "├foo.┤\nbar();\n", true],
  ["typescript", "├return !┤\na;", true],
  ["typescript", "├i++┤\nfoo();\n", false],
  ["typescript", "const a = ├b!┤\nfoo();\n", false],
  ["typescript", "const r = ├/a=/┤\n", false],
  ["typescript", "const s = ├'='┤\n", false],
  ["typescript", "x = ├b + ┤a;\n", false],
  ["typescript", "let f: ├Promise<string>┤\n", false],
  ["python", "x = (a\n     ├and┤\n     y)\n", true],
  ["python", "from a import ├*┤\n", false],
  ["java", "class A { void f() { int a = ├b +┤\n c; } }", true],
  ["csharp", "class A { int F() ├=>┤\n 1; }", true],
  ["rust", "fn f() -> R { let a = ├foo()?┤\n; }", false],
  ["ruby", "x = ├a &&┤\ny\n", true],
  ["ruby", "x = ├a ==┤ b\n", false],
  ["shellscript", "├NAME=┤\n", false],
];

test("nothing ends in an operator, unless the line goes on", () => {
  for (const [languageId, drawing, isUnfinished] of unfinished) {
    const { text } = shown(languageId, drawing, { filters: { duplicates: false } });
    assert.equal(text === "unfinished", isUnfinished, `${languageId} ${drawing}: ${text}`);
  }
});

test("a parameter's type with the rest of a signature: only with the bracket that the editor has closed", () => {
  const head = "function a() {}\n\nexport function isNull(value: ";
  for (const rest of ["", ")", ") {", ") {}"]) {
    for (const explicit of [false, true]) {
      for (const mode of ["single", "multi"] as const) {
        const place = { prefix: head, text: "unknown: value is null {", suffix: `${rest}\n\nfunction b() {}\n` };
        assert.match(JSON.stringify(filtered(place, { explicit, mode })), /^"(syntaxError|unbalanced)"$/, rest);
      }
    }
  }
  const whole = { prefix: head, text: "unknown): value is null {", suffix: ")\n" };
  assert.deepEqual(filtered(whole), { text: "unknown): value is null {", replaceAfter: 1 });
});
