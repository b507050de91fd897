// Names in scope by tree: one drawing for each construct, through both builds; and the oracle: in real code every name that is used is known
// at its place.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { languageOfPath, languageSyntax } from "../../../common/syntax/languages.ts";
import { nameRules, namesIn, Scopes } from "../../../common/syntax/names/bindings.ts";
import { exportsOf } from "../../../common/syntax/names/exports.ts";
import { createParsers, type Parsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { isGlobal } from "../../../src/completion/symbols/globals.ts";
import { atCursor } from "./cursor.ts";
import { samples } from "./samples.ts";

const root = packageRoot(import.meta.dirname);
const native = await createParsers("native");

const ts = ["typescript", "typescriptreact"];
const js = [...ts, "javascript", "javascriptreact"];
const py = ["python"];

/** At the cursor the first names are visible, the others are not. */
const drawings: [languageIds: string[], drawn: string, visible: string, hidden: string][] = [
  [js, 'import a, { b, c as d } from "m";\nimport * as e from "n";\n│', "a b d e", "c m n"],
  [ts, 'import type { A } from "m";\nimport b = require("n");\nimport c = d.e;\n│', "A b c", "d e"],
  [js, "const a = 1, { b, c: d, e = f, ...g } = h, [i, [j], ...k] = l;\n│", "a b d e g i j k", "c f h l"],
  [js, "function f(a, { b, c: d = 1 }, [e], ...g) {\n  │\n}\n", "f a b d e g", "c"],
  [ts, "function f<T>(a: A, b?: B, private c = 1) {\n  │\n}\n", "f T a b c", "A B"],
  [js, "function f() {\n  const a = 1;\n}\nfunction g() {\n  │\n}\n", "f g", "a"],
  [
    js,
    "function f() {\n  if (a) {\n    let b;\n    var c;\n    for (var d of e) var h;\n  }\n  │\n}\n",
    "c d h",
    "b a e",
  ],
  [js, "function f() {\n  │\n  const later = 1;\n  function inner(x) {}\n}\n", "later inner", "x"],
  [js, "try {\n  const a = 1;\n} catch (b) {\n  │\n}\n", "b", "a"],
  [js, "try {\n} catch ({ b: [c] }) {\n  │\n}\n", "c", "b"],
  [js, "for (let i = 0, j = 1; i < 2; i++) {\n  │\n}\n", "i j", ""],
  [js, "for (const [a, b] of c) {\n  │\n}\n", "a b", "c"],
  [js, "for (let i = 0; i < 2; i++) {}\n│", "", "i"],
  [js, "switch (a) {\n  case 1:\n    let b;\n    break;\n  default:\n    │c;\n}\n", "b", "a"],
  [js, "const f = a => b => │c;\n", "f a b", "c"],
  [js, "const f = function g() { │a; };\n", "f g", "a"],
  [js, "const f = function g() {};\n│", "f", "g"],
  [js, "const A = class B { m(p) { │a; } };\n", "A B p", "m a"],
  [js, "class A { m(p) {}\n  n() { │a; } }\n", "A", "p m n"],
  [js, "export function f() {}\nexport default class A {}\nexport const b = 1;\n│", "f A b", ""],
  [ts, "enum E { A, B = 1, C = │A }\n", "E A B C", ""],
  [ts, "enum E { A }\n│", "E", "A"],
  [ts, "interface I<T> { m<U>(a: T): │U; }\n", "I T U a", "m"],
  [ts, "type A<T> = T extends (infer U)[] ? │U : never;\n", "A T U", ""],
  [ts, "type A<T> = { [K in keyof T]: │T };\n", "A T K", ""],
  [ts, "type F = <T>(a: T, ...b: T[]) => a is │T;\n", "F T a b", ""],
  [ts, "namespace N {\n  const a = 1;\n  export namespace M {\n    │\n  }\n}\n", "N M a", ""],
  [ts, "namespace N { const a = 1; }\n│", "N", "a"],
  [
    ts,
    'declare global { interface G {} }\ndeclare const a: number;\ndeclare module "m" { const b: number; }\n│',
    "G a",
    "b",
  ],
  [ts, "abstract class A<T> {\n  abstract m(a: T): void;\n  n(): T { │b; }\n}\n", "A T", "a m"],
  [ts, "function f(a: string): string;\nfunction f(b: unknown) { │b; }\n", "f b", "a"],
  [
    ["typescriptreact", "javascriptreact"],
    "const V = ({ a }) => <ul>{a.map((b) => <li>{│b}</li>)}</ul>;\n",
    "V a b",
    "li",
  ],
  [py, "import a.b, c.d as e\nfrom f import g, h as i\nfrom . import j\n│", "a e g i j", "b c d f h"],
  [py, "a = b = 1\nc, (d, *e) = f\ng: int = 1\nh: str\n│", "a b c d e g h", "f"],
  [py, "def f(a, b=c, *d, e: int = 1, **g):\n    │a\n", "f a b d e g", "c"],
  [py, "def f():\n    if a:\n        b = 1\n    for c, d in e:\n        pass\n    │x\n", "f b c d", "a e x"],
  [py, "def f():\n    │x\n    later = 1\n", "f later", "x"],
  [py, "def f():\n    a = 1\ndef g():\n    │x\n", "f g", "a"],
  [py, "with a as b, c() as (d, e):\n    │x\n", "b d e", "a c"],
  [py, "try:\n    pass\nexcept (A, B) as e:\n    │x\n", "e", "A B"],
  [py, "x = [│a + b for a, b in c if d]\n", "x a b", "c d"],
  [py, "x = [a for a in b]\n│y\n", "x", "a b"],
  [py, "x = {a: │b for a, b in c}\ny = lambda p, *q: 1\n", "x a b y", "p q"],
  [py, "f = lambda a, b=1: │c\n", "f a b", "c"],
  [py, "if (n := len(a)) > 1:\n    │x\n", "n", "a"],
  [py, "def f():\n    g((n := 1))\n    │x\n", "n", ""],
  [py, "def f():\n    g((n := 1))\n│x\n", "f", "n"],
  [py, "class A:\n    b = 1\n    c = │b\n", "A b c", ""],
  [py, "class A:\n    b = 1\n    def m(self):\n        │x\n", "A self", "b m"],
  [py, "def f():\n    global a\n    nonlocal b\n    │x\n", "a b", "x"],
  [
    py,
    "match a:\n    case {'k': b, **c}:\n        pass\n    case [d, *e] | P(f=g) as h:\n        │x\n    case M.N:\n        pass\n",
    "b d e g h",
    "a P M N",
  ],
  [py, "def f[T](a: T):\n    │x\ntype L[U] = list[U]\n", "f T a L", "U"],
];

for (const build of ["native", "wasm"]) {
  test(`what is visible at a place, ${build}`, async () => {
    const parsers = build === "native" ? native : await createParsers(build);
    for (const [languageIds, drawn, visible, hidden] of drawings) {
      for (const languageId of languageIds) {
        const { text, offset } = atCursor(drawn);
        const rules = nameRules(languageSyntax(languageId)!)!;
        const tree = parsers.for(languageId)!.parse(text)!;
        const { names } = new Scopes(text, rules).at(tree.pathTo(offset));
        const what = `${languageId} ${JSON.stringify(drawn)} has ${[...names.keys()]}`;
        for (const name of visible.split(" ").filter(Boolean)) assert.ok(names.has(name), `${name}: ${what}`);
        for (const name of hidden.split(" ").filter(Boolean)) assert.ok(!names.has(name), `not ${name}: ${what}`);
        tree.dispose();
      }
    }
  });
}

test("code that does not parse tells its words", () => {
  const text = "const a = 1;\nfunction f() {\n  const { b, c\n}\nconst d = 2;\n";
  const tree = native.for("typescript")!.parse(text)!;
  const { names, damaged } = new Scopes(text, nameRules(languageSyntax("typescript")!)!).at(tree.pathTo(0));
  for (const name of ["a", "b", "c", "d", "f"]) assert.ok(names.has(name) || damaged.has(name), name);
});

test("a default sees the class around its method", () => {
  const text = "class A:\n    b = 1\n    def m(self, c=b, d=lambda e=b: e):\n        return b\n";
  const { alarms } = falseAlarms(text, "python", "a.py", native);
  assert.deepEqual(alarms, ["a.py:4 b"]);
});

test("names that are made while a module runs leave everything open", () => {
  assert.deepEqual(falseAlarms("globals().update(a=1)\nprint(a)\n", "python", "a.py", native).alarms, []);
  assert.deepEqual(falseAlarms("print(globals())\nprint(a)\n", "python", "a.py", native).alarms, ["a.py:2 a"]);
});

test("a star import leaves everything open", () => {
  const text = "from m import *\n";
  const tree = native.for("python")!.parse(text)!;
  assert.equal(new Scopes(text, nameRules(languageSyntax("python")!)!).at(tree.pathTo(0)).open, true);
});

/** The names of a file that are known nowhere: each would be a false alarm. */
function falseAlarms(
  text: string,
  languageId: string,
  file: string,
  parsers: Parsers,
): { count: number; alarms: string[] } {
  const rules = nameRules(languageSyntax(languageId)!)!;
  const tree = parsers.for(languageId)!.parse(text)!;
  const alarms: string[] = [];
  const everywhere = new Set(rules.declaredByText(text));
  const scopes = new Scopes(text, rules);
  let count = 0;
  for (const { name, role, path: nodes } of namesIn(tree, text, 0, text.length, rules)) {
    if (role !== "reference" && role !== "member" && role !== "unsure") continue;
    count++;
    const where = `${file}:${nodes.at(-1)!.startPosition.row + 1} ${name}`;
    if (role === "member") {
      const shape = rules.shapeOf(nodes, text, (word) => scopes.find(word, nodes)?.owner, {
        startIndex: 0,
        endIndex: 0,
      });
      if (shape && !shape.members.has(name)) alarms.push(`${where} (member)`);
    } else if (role === "unsure") alarms.push(`${where} (unsure)`);
    else if (
      !scopes.find(name, nodes) &&
      !scopes.isOpen(nodes) &&
      !everywhere.has(name) &&
      !isGlobal(name, languageId, file)
    )
      alarms.push(where);
  }
  return { count, alarms };
}

test("oracle: every name of this repository's own code is known at its place", (t) => {
  let total = 0;
  const files = globSync("{src,server,cli,common,scripts}/**/*.ts", { cwd: root });
  assert.ok(files.length > 300, `${files.length} files`);
  const alarms = files.flatMap((file) => {
    const found = falseAlarms(readFileSync(path.join(root, file), "utf8"), languageOfPath(file)!, file, native);
    total += found.count;
    return found.alarms;
  });
  t.diagnostic(`${alarms.length} false alarms in ${total} names of ${files.length} files`);
  assert.deepEqual(alarms, []);
});

test("oracle: every name of the samples is known at its place", () => {
  for (const languageId of ["typescript", "typescriptreact", "javascript", "python"]) {
    // They use names that they leave to others.
    const outside = /^(Shape|exports|dataclass)$/;
    const { count, alarms } = falseAlarms(samples[languageId]!, languageId, "sample", native);
    assert.ok(count > 5);
    assert.deepEqual(
      alarms.filter((alarm) => !outside.test(alarm.split(" ")[1]!)),
      [],
      languageId,
    );
  }
});

test("exports", () => {
  const told = (text: string, languageId = "typescript") => {
    const tree = native.for(languageId)!.parse(text)!;
    const found = exportsOf(text, tree, languageId);
    return found && [...found.names, ...found.stars.map((star) => `* ${star}`)].join(" ");
  };
  assert.equal(
    told(
      'export const a = 1, { b } = c;\nexport function f() {}\nexport class D {}\nexport type T = 1;\nexport enum E {}\nexport { g, h as i };\nexport { j as k } from "m";\nexport * from "n";\nexport * as o from "p";\nexport default 1;\nconst q = 1;\n',
    ),
    "a b f D T E g i k o default * n",
  );
  assert.equal(told("import a from 'b';\n"), "");
  assert.equal(told("module.exports = 1;\n", "javascript"), undefined);
  assert.equal(told("export = a;\n"), undefined);
  assert.equal(told("export const = ;\n"), undefined);
  assert.equal(told("a = 1\ndef f(): pass\nimport b\n", "python"), "b f a");
  assert.equal(told("from m import *\n", "python"), undefined);
});
