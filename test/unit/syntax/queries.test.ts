// Scope paths, imports, errors and the end of nodes: one table each, through the native and the WebAssembly build alike.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { countErrors } from "../../../common/syntax/errors.ts";
import { importsOf } from "../../../common/syntax/imports.ts";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { nodeEnd } from "../../../common/syntax/nodeEnd.ts";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { enclosingScopes, scopePath } from "../../../common/syntax/scopes.ts";
import { QUERY_LIMIT_MS, type QueryMatch, QueryPatience, type SyntaxNode } from "../../../common/syntax/syntax.ts";
import { atCursor } from "./cursor.ts";

const scopes: [languageIds: string[], drawn: string, path: string[]][] = [
  [["typescript", "typescriptreact", "javascript", "javascriptreact"], "const a = 1;\n│", []],
  [["typescript", "javascript", "javascriptreact"], "class Foo {\n  bar() {\n    │\n  }\n}\n", ["class Foo", "bar"]],
  [["typescript", "javascript"], "class Foo {\n  bar() {}\n  │\n}\n", ["class Foo"]],
  [["typescript", "javascript"], "function f() {\n  const g = (a) => {\n    │\n  };\n}\n", ["f", "g"]],
  [["typescript", "javascript"], "function f() {}\n│", []],
  [["typescript", "javascript"], "const o = {\n  run: function () {\n    │\n  },\n};\n", ["run"]],
  [["typescript", "javascript"], "class A {\n  b = () => {\n    │\n  };\n}\n", ["class A", "b"]],
  [["javascript"], "exports.f = function () {\n  │\n};\n", ["exports.f"]],
  [["typescript"], "namespace N {\n  interface I {\n    │\n  }\n}\n", ["namespace N", "interface I"]],
  [["typescript"], "enum E {\n  │\n}\n", ["enum E"]],
  [["typescript"], "export type T = {\n  │\n};\n", ["type T"]],
  [["typescript"], "abstract class A {\n  m<T>(a: T) {\n    return │a;\n  }\n}\n", ["class A", "m"]],
  [["typescriptreact", "javascriptreact"], "function V() {\n  return <b c={() => {\n    │\n  }} />;\n}\n", ["V"]],
  [["python"], "class A:\n    def b(self):\n        │\n", ["class A", "b"]],
  [["python"], "class A:\n    def b(self):\n        return 1\n\n    │\n", ["class A"]],
  [["python"], "class A:\n    def b(self):\n        return 1\n│\n", []],
  [["python"], "def f():\n    x = 1\n    │\n\ny = 2\n", ["f"]],
  [["python"], "def f(a, │b):\n    return a\n", ["f"]],
];

const imports: [languageIds: string[], text: string, expected: string[]][] = [
  [
    ["typescript", "typescriptreact", "javascript", "javascriptreact"],
    'import a, { b, c as d } from "./x";\nimport * as e from "../y.js";\nimport "z";\nexport { f } from "./w";\nexport * from "./v";\n',
    ["./x: default b c", "../y.js: *", "z:", "./w: f", "./v: *"],
  ],
  [
    ["typescript", "javascript"],
    "const { a, b: c } = require('./x');\nconst d = require(\"y\");\n",
    ["./x: a b", "y: *"],
  ],
  [["typescript"], 'import type { A } from "./a.ts";\nimport x = require("./b");\n', ["./a.ts: A", "./b: *"]],
  [["typescript", "javascript"], 'import { a } from "./x";\nfunction f( {\n', ["./x: a"]],
  [
    ["python"],
    "import os, a.b as c\nfrom . import d\nfrom ..e.f import g as h, i\nfrom j import *\nfrom k import (\n    l,\n    m,\n)\n",
    ["os: *", "a.b: *", ".: d", "..e.f: g i", "j: *", "k: l m"],
  ],
];

const ends: [languageId: string, prefix: string, written: string, suffix: string, expected: string][] = [
  ["typescript", "function f() {\n", "  return 1;\n}\nfoo();\n", "", "closed at '}\nfoo();\n'"],
  ["typescript", "function f() {\n", "  return 1;\n}\n", "}\n", "closed at '}\n'"],
  ["typescript", "class A {\n  f() {\n", "    if (x) {\n      y();\n    }\n", "  }\n}\n", "balanced up to '\n'"],
  ["typescript", "f(", "a, g(b)", ");\n", "balanced up to 'a, g(b)'"],
  ["typescript", "f(", "a, g(b)); h()", "\n", "closed at '); h()'"],
  ["typescript", "f(", "'a)', `)${')'}`, /\\)/", ")\n", "balanced up to ''a)', `)${')'}`, /\\)/'"],
  ["typescript", "{\n", "  // )}\n  a();\n", "}\n", "balanced up to '\n'"],
  ["typescript", "x = ", "[\n  1,\n  {\n    a: 2,\n", "\n", "balanced up to '[\n  1,\n  {\n    a: 2,\n' open [{"],
  ["typescript", "", "a();\nb(\n  c,\n", "", "balanced up to '\nb(\n  c,\n' open ("],
  ["python", "x = f(", "a, [b\n", "", "balanced up to 'a, [b\n' open ["],
  ["python", "x = f(", "f'{a)}'", ")", "balanced up to 'f'{a)}''"],
];

for (const build of ["native", "wasm"]) {
  const parsers = await createParsers(build);
  const parse = (languageId: string, text: string) => ({
    tree: parsers.for(languageId)!.parse(text)!,
    language: languageSyntax(languageId)!,
  });

  test(`scope paths, ${build}`, () => {
    assert.equal(parsers.kind, build);
    for (const [languageIds, drawn, expected] of scopes) {
      for (const languageId of languageIds) {
        const { text, offset } = atCursor(drawn);
        const { tree, language } = parse(languageId, text);
        assert.deepEqual(scopePath(text, offset, tree, language), expected, `${languageId} ${JSON.stringify(drawn)}`);
        assert.equal(enclosingScopes(text, offset, tree, language).length > 0, expected.length > 0);
      }
    }
  });

  test(`imports, ${build}`, () => {
    for (const [languageIds, text, expected] of imports) {
      for (const languageId of languageIds) {
        const { tree, language } = parse(languageId, text);
        const found = importsOf(text, tree, language).map(
          (one) => `${one.module}:${one.names.map((name) => ` ${name}`).join("")}${one.everything ? " *" : ""}`,
        );
        assert.deepEqual(found, expected, `${languageId} ${JSON.stringify(text)}`);
      }
    }
  });

  test(`ends of nodes, ${build}`, () => {
    for (const [languageId, prefix, written, suffix, expected] of ends) {
      const { tree } = parse(languageId, prefix + written + suffix);
      const end = nodeEnd(tree, prefix.length, prefix.length + written.length, written.endsWith("\n"));
      const found =
        end.closedAt !== undefined
          ? `closed at '${written.slice(end.closedAt)}'`
          : `balanced up to '${written.slice(end.balancedUpTo)}'${end.open.length ? ` open ${end.open.join("")}` : ""}`;
      assert.equal(found, expected, JSON.stringify([prefix, written, suffix]));
    }
  });

  test(`errors, ${build}`, () => {
    for (const [languageId, text, broken] of [
      ["typescript", "const a = f(1);\n", false],
      ["typescript", "const a = f(1;\n", true],
      ["typescript", "const a = ;\n", true],
      ["typescriptreact", "const a = <b>{c}</b>;\n", false],
      ["python", "def f(:\n  pass\n", true],
      ["python", "def f():\n  pass\n", false],
    ] as const) {
      const { count, capped } = countErrors(parse(languageId, text).tree);
      assert.equal(count > 0, broken, text);
      assert.equal(capped, false);
    }
  });

  test(`a tree of 30,000 levels is walked without recursion, ${build}`, () => {
    const text = "[".repeat(30_000);
    const { tree, language } = parse("javascript", text);
    assert.ok(countErrors(tree).count > 0);
    assert.deepEqual(scopePath(text, text.length, tree, language), []);
    assert.equal(nodeEnd(tree, 0, text.length, false).closedAt, undefined);
    const closed = text + "]".repeat(30_000);
    const deep = parse("javascript", closed);
    assert.deepEqual(scopePath(closed, 30_000, deep.tree, language), []);
    assert.equal(countErrors(deep.tree).count, 0);
  });

  test(`a parse that runs out of time gives nothing and leaves the parser usable, ${build}`, () => {
    const parser = parsers.for("typescript")!;
    assert.equal(parser.parse("f(a, b);\n".repeat(100_000), undefined, 0), undefined);
    assert.equal(parser.parse("a")!.rootNode.namedChildren[0]!.type, "expression_statement");
  });
}

test("an unknown language has no parser; without any build there are none", async () => {
  const parsers = await createParsers("native");
  assert.equal(parsers.for("cobol"), undefined);
  assert.match(parsers.reason, /native build loads/);
});

test("a query of a broken text that used up its time ends the questions, but not where a parse had no limit", () => {
  const root = { hasError: true } as SyntaxNode;
  const slow = () => {
    for (const startMs = performance.now(); performance.now() - startMs < QUERY_LIMIT_MS + 1; );
    return [];
  };
  const match = { captures: [] } as unknown as QueryMatch;
  for (const [budgetMs, found] of [
    [undefined, []],
    [1_000, []],
    [Number.POSITIVE_INFINITY, [match]],
  ] as const) {
    const patience = new QueryPatience(budgetMs);
    patience.ask(root, slow);
    assert.deepEqual(
      patience.ask(root, () => [match]),
      found,
    );
  }
});
