// What the file has declared already is not suggested again; what may be declared again is.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { definitionsOf, findDefinitions } from "../../../common/syntax/definitions.ts";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { prepareQueries } from "../../../common/syntax/prepareQueries.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { drawn } from "./drawn.ts";
import { type FilterOptions, filtered, parsers } from "./filtered.ts";

// as opening a document does
for (const id of ["typescript", "javascript", "python", "go", "rust", "java", "c", "csharp"])
  await prepareQueries(parsers, id);

function table(
  name: string,
  cases: [languageId: string, drawing: string, expected?: string][],
  options?: FilterOptions,
) {
  test(name, () => {
    for (const [languageId, drawing, expected = drawn(drawing).middle] of cases) {
      const { prefix, middle, suffix } = drawn(drawing);
      const answer = filtered({ prefix, text: middle, suffix }, { mode: "multi", languageId, ...options });
      assert.equal(typeof answer === "string" ? answer : answer.text, expected, `${languageId} ${drawing}`);
    }
  });
}

const again = "declaredHere";

table("imported already, word for word", [
  [
    "typescript",
    'import { a } from "./a";\nimport { b } from "./b";\na();\n├import { a } from "./a";\nimport { b } from "./b";┤\n',
    again,
  ],
  ["typescript", 'import { a } from "./a";\n├b();\nimport { a } from "./a";┤\n', "b();"],
  ["typescript", 'import { a } from "./a";\nimport { b├ } from "./b";┤\n'],
  ["typescript", 'import { a } from "./a";\nimport ├{ a } from "./a";┤\n', again],
  ["javascript", 'const a = require("./a");\n├const a = require("./a");┤\n', again],
  ["python", "import os\nfrom .a import b\n├from .a import b┤\n", again],
  ["python", "import os\n├from .a import c┤\n"],
  ["rust", "use std::fmt;\n├use std::fmt;┤\n", again],
]);

table("declared in the same scope already, above or below the cursor", [
  [
    "typescript",
    "function a() {\n  return 1;\n}\n├\nfunction b() {\n  return 2;\n}┤\n\nfunction b() {\n  return 3;\n}\n",
    again,
  ],
  [
    "typescript",
    "export function isE(e: unknown) {\n  return true;\n}\n\n├export function isE(e: Error) {┤\n}\n",
    again,
  ],
  ["javascript", "function a() {}\n\nexport function ├b(x) {┤\n}\n\nfunction b() {\n  return 3;\n}\n", again],
  ["typescript", "const a = 1;\n├const a = 2;┤\n", again],
  ["typescript", "function f() {\n  const a = 1;\n  ├const a = 3;┤\n}\n", again],
  ["typescript", "class A {\n  x() { return 1; }\n  ├x() { return 2; }┤\n}\n", again],
  ["typescript", "type A = 1;\n├type A = 2;┤\n", again],
  ["typescript", "interface A { b: 1 }\n├interface A { c: 2 }┤\n", again],
  ["typescript", "enum A { B }\n├enum A { C }┤\n", again],
  ["javascript", "res.get = function get() {};\n├res.get = function get(a) {};┤\n", again],
  ["python", "def f(a):\n    return a\n\n├def f(a, b):\n    return b┤\n", again],
  ["python", "├class A:\n    pass┤\n\nclass A:\n    x = 1\n", again],
  ["python", "class A:\n    def x(self):\n        return 1\n\n    ├def x(self):\n        return 2┤\n", again],
  ["python", "MAX = 1\n├MAX = 2┤\n", again],
  ["go", "package a\n\nfunc F() int {\n\treturn 1\n}\n\n├func F() int {\n\treturn 2\n}┤\n", again],
  ["rust", "fn f() -> i32 { 1 }\n├fn f() -> i32 { 2 }┤\n", again],
  ["java", "class A {\n  int f(int a) { return a; }\n  ├int f(int a) { return 1; }┤\n}\n", again],
  ["c", "int f(int a) { return 1; }\n├int f(int a) { return a; }┤\n", again],
  ["csharp", "class A {\n  int F() { return 1; }\n  ├int F() { return 2; }┤\n}\n", again],
]);

table(
  "what stands before it stays, without the comment that belonged to it",
  [
    ["typescript", "├const a = 1;\nfunction f() {}\nfunction f() {}┤\n", "const a = 1;\nfunction f() {}"],
    ["python", "├b()\n\n# the f\ndef f():\n    return 2┤\n\ndef f():\n    return 1\n", "b()"],
    ["typescript", "{\n  ├g();\n  /** The f. */\n  const f = () => 1;┤\n  const f = () => 2;\n}\n", "g();"],
    ["go", "package a\n\nfunc g() {\n\t├h()\n\n\tconst a = 1┤\n\tconst a = 2\n}\n", "h()"],
  ],
  { explicit: true },
);

table("what may be declared again", [
  ["typescript", "const a = 1;\n{\n  ├const a = 2;┤\n}\n"],
  ["typescript", "let a = 1;\nfunction f() {\n  ├let a = 2;┤\n}\n"],
  ["typescript", "for (let i = 0; i < 2; i++) g(i);\n├for (let i = 0; i < 3; i++) h(i);┤\n"],
  ["typescript", "function f(a: string): void;\n├function f(a: number): void;┤\nfunction f(a: any) {\n}\n"],
  ["typescript", "function f(a: string): void;\nfunction f(a: number): void;\n├function f(a: any) {}┤\n"],
  ["typescript", "class A {\n  get x() { return 1; }\n  ├set x(v) {}┤\n}\n"],
  ["typescript", "class A {\n  x() { return 1; }\n  ├static x() { return 2; }┤\n}\n"],
  ["typescript", "const A = 1;\n├type A = typeof A;┤\n"],
  ["typescript", "function A() {}\n├namespace A { export const b = 1; }┤\n"],
  ["javascript", "if (a) {\n  function f() {}\n} else {\n  ├function f() {}┤\n}\n"],
  ["javascript", "res.get = function get() {};\n├req.get = function get() {};┤\n"],
  [
    "python",
    "class A:\n    @property\n    def x(self):\n        return 1\n\n    ├@x.setter\n    def x(self, v):\n        self._x = v┤\n",
  ],
  ["python", "@overload\ndef f(a: int): ...\n├@overload\ndef f(a: str): ...┤\ndef f(a): return a\n"],
  ["python", "@overload\ndef f(a: int): ...\n├def f(a): return a┤\n"],
  [
    "python",
    "try:\n    import a\nexcept ImportError:\n    def f():\n        pass\nelse:\n    ├def f():\n        return 1┤\n",
  ],
  ["python", "x = 1\n├x = 2┤\n"],
  ["go", "package a\n\nfunc (a A) F() int {\n\treturn 1\n}\n\n├func (b B) F() int {\n\treturn 2\n}┤\n"],
  ["go", "package a\n\nfunc init() {\n}\n\n├func init() {\n\tf()\n}┤\n"],
  ["java", "class A {\n  int f(int a) { return a; }\n  ├int f(String a) { return 1; }┤\n}\n"],
  ["rust", "impl A { fn f() {} }\nimpl B {\n  ├fn f() {}┤\n}\n"],
  ["rust", "#[cfg(unix)]\nfn f() {}\n├#[cfg(windows)]\nfn f() {}┤\n"],
  ["c", "int f(int a);\n├int f(int a) { return a; }┤\n"],
  ["csharp", "class A {\n  int F() { return 1; }\n  ├int F(int a) { return 1; }┤\n}\n"],
]);

table("not where a person has switched it off", [["typescript", "const a = 1;\n├const a = 2;┤\n"]], {
  filters: { duplicates: false },
});

test("every declaration of our own files, taken out and suggested at its place, is none that the file has", () => {
  const root = packageRoot(import.meta.dirname);
  const parser = parsers.for("typescript")!;
  let judged = 0;
  for (const name of globSync("{src/completion/requests,common/syntax,src/feedback}/*.ts", { cwd: root })) {
    const text = readFileSync(path.join(root, name), "utf8");
    const tree = parser.parse(text)!;
    for (const { startIndex, endIndex, kind } of definitionsOf(text, tree, languageSyntax("typescript")!)) {
      if (kind === "field" || endIndex - startIndex > 2_000) continue;
      const place = {
        prefix: text.slice(0, startIndex),
        text: text.slice(startIndex, endIndex),
        suffix: text.slice(endIndex),
      };
      const answer = filtered(place, { mode: "multi", maxLines: 200 });
      assert.notEqual(answer, again, `${name}: ${place.text.slice(0, 80)}`);
      judged++;
    }
    tree.dispose();
  }
  assert.ok(judged > 150, `${judged} declarations`);
});

test("where the parser stands in for names that are not written, nothing is declared again", () => {
  const prefix = "const s: A = {\n  a: b,\n  p: T";
  const suffix = "\nif (e === false) {\n}\n";
  const answer = filtered({ prefix, text: "(v), () => g.b())", suffix }, { mode: "single", languageId: "typescript" });
  assert.notEqual(answer, again);
});

test("a definition has a name that is written", () => {
  for (const [languageId, text, names] of [
    ["java", "class A {\n  int = 1;\n  int b = 2;\n}\n", ["A", "b"]],
    ["csharp", "class A {\n  int { get; }\n}\n", ["A"]],
    ["typescript", "const s: A = {\n  a: b,\n  p: T(v), () => g.b())\nif (e === false) {\n}", []],
  ] as const) {
    const found = findDefinitions(text, parsers.for(languageId)!.parse(text)!, {
      startIndex: 0,
      endIndex: text.length,
    });
    const told = found.map(({ name }) => name);
    assert.ok(!told.includes(""), languageId);
    for (const name of names) assert.ok(told.includes(name), `${languageId}: ${name}`);
  }
});
