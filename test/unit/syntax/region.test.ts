// Region tables of the languages, through the native and the WebAssembly build alike.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { regionAt } from "../../../common/syntax/region.ts";
import type { Region } from "../../../common/syntax/syntax.ts";
import { atCursor } from "./cursor.ts";

const ecmaScript: [string, Region][] = [
  ["│", "code"],
  ["const a = │1;", "code"],
  ["const a = │'b';", "code"],
  ["const a = '│b';", "string"],
  ["const a = 'b│';", "string"],
  ["const a = 'b'│;", "code"],
  ["const a = '│';", "string"],
  ["import { a } from './│';", "string"],
  ["const a = `b│c`;", "string"],
  ["'use │strict';", "string"],
  ["const a = `b${│c}d`;", "code"],
  ["const a = `b${c│}d`;", "code"],
  ["const a = `b${c}│d`;", "string"],
  ["const a = `b${`c│${d}`}e`;", "string"],
  ["const a = `b${`c${d│}`}e`;", "code"],
  ["const a = `b\n  c│\n`;", "string"],
  ["const a = /b│c/;", "string"],
  ["a(); // b│", "comment"],
  ["a(); // b│\nc();", "comment"],
  ["a(); // b\n│c();", "code"],
  ["/* a │ */ b();", "comment"],
  ["/* a */│ b();", "code"],
  ["/**\n * a│\n */\nfunction b() {}", "comment"],
  // unfinished
  ["f('a│", "string"],
  ["f('a│\nconst b = 1;\n", "string"],
  ["f('a\n│const b = 1;\n", "code"],
  ["const a = 'it\\'s │", "string"],
  ["f(`a ${b│", "code"],
  ["f(`a ${b}│", "string"],
  ["/* a │\nfoo();", "comment"],
  ["a(/* b */ │", "code"],
  ["function f() {\n  if (x) {\n    │\n", "code"],
  ["const a = 1;\n'�" + "😀│'", "string"],
  ["const a = ['😀', │", "code"],
];

const jsx: [string, Region][] = [
  ["const a = <b c='│d' />;", "string"],
  ["const a = <b>{│d}</b>;", "code"],
  ["const a = <b>{/* c│ */}</b>;", "comment"],
];

const python: [string, Region][] = [
  ["│", "code"],
  ["a = │1\n", "code"],
  ["a = '│b'\n", "string"],
  ["a = 'b│'\n", "string"],
  ["a = 'b'│\n", "code"],
  ["a = f'b{│c}d'\n", "code"],
  ["a = f'b{c}│d'\n", "string"],
  ["def f():\n    '''a│\n    '''\n", "comment"],
  ["a = '''b│\n'''\n", "string"],
  ["def f():\n    '''a'''\n    │\n", "code"],
  ["a()  # b│\n", "comment"],
  ["# b│", "comment"],
  ["f('a│\n", "string"],
  ["f('a#│\n", "string"],
  ["f('a', │\n", "code"],
  ["f(f'a{b│\n", "code"],
  ["f(f'a{b}│\n", "string"],
  ["f('a{b│\n", "string"],
  ["def f(:\n  a = 'b│'\n", "string"],
];

/** What the braces of C have in common, then what each language adds. */
const braces: [string, Region][] = [
  ["│", "code"],
  ["f(1); // b│\n", "comment"],
  ["f(1); /* b│ */", "comment"],
  ["f(1); /* b */│", "code"],
  ['f("a│', "string"],
  ['f("a// b│', "string"],
  ['f("a", │', "code"],
  ['f("a\\"│', "string"],
  ["/* a │\nf();", "comment"],
];

const go: [string, Region][] = [
  ["package a\nvar b = `c\n │d`\n", "string"],
  ["package a\nvar b = 'c│'\n", "string"],
  ["package a\nvar b = 'c'│\n", "code"],
];
const rust: [string, Region][] = [
  ["fn f<'a>(x: &'a str) { g(│", "code"],
  ['fn f() { let a = r#"b"│c"#; }', "string"],
  ["/// a│\nfn f() {}", "comment"],
  ["/// a\n│fn f() {}", "code"],
];
const java: [string, Region][] = [
  ['class A { String b = """\n  c│\n  """; }', "string"],
  ["class A { char b = '│c'; }", "string"],
];
const cpp: [string, Region][] = [
  ["#include <a│>\n", "string"],
  ['auto a = R"(b" │c)";\n', "string"],
  ["int a = 1'0│00;\n", "code"],
];
const csharp: [string, Region][] = [
  ['class A { string b = $"c {│d} e"; }', "code"],
  ['class A { string b = $"c {d} │e"; }', "string"],
  ['class A { string b = @"c\n│d"; }', "string"],
  ['f($"a {b│', "code"],
  ['f($"a {b}│', "string"],
  ['f("a {b│', "string"],
];
const json: [string, Region][] = [
  ['{ "a│": 1 }', "string"],
  ['{ "a": │1 }', "code"],
  ['{ "a": 1 // b│\n}', "comment"],
  ['{ "a": "b│', "string"],
];

const tables: [string, [string, Region][]][] = [
  ["typescript", ecmaScript],
  ["typescriptreact", [...ecmaScript, ...jsx]],
  ["javascript", ecmaScript],
  ["javascriptreact", [...ecmaScript, ...jsx]],
  ["python", python],
  ["go", [...braces, ...go]],
  ["rust", [...braces, ...rust]],
  ["java", [...braces, ...java]],
  ["c", braces],
  ["cpp", [...braces, ...cpp]],
  ["csharp", [...braces, ...csharp]],
  ["jsonc", json],
];

for (const build of ["native", "wasm"]) {
  const parsers = await createParsers(build);
  for (const [languageId, cases] of tables) {
    test(`regions of ${languageId}, ${build}`, () => {
      assert.equal(parsers.kind, build);
      for (const [drawn, region] of cases) {
        const { text, offset } = atCursor(drawn);
        const tree = parsers.for(languageId)!.parse(text)!;
        assert.equal(regionAt(text, offset, tree, languageSyntax(languageId)!), region, JSON.stringify(drawn));
        tree.dispose();
      }
    });
  }
}

test("without a tree the line decides", () => {
  const language = languageSyntax("typescript")!;
  for (const [drawn, region] of [
    ["a = │", "code"],
    ["a = 'b│", "string"],
    ["a(); // b│", "comment"],
    ["/* a */ b│", "code"],
    ["`a${`b${│", "code"],
    ["`a${b}│", "string"],
  ] as const) {
    const { text, offset } = atCursor(drawn);
    assert.equal(regionAt(text, offset, undefined, language), region, drawn);
  }
});
