// What no text may do to the queries: throw, or take the stack or the sense of offsets away. Broken code, deep nesting, long files, any Unicode.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { definitionsOf } from "../../../common/syntax/definitions.ts";
import { countErrors } from "../../../common/syntax/errors.ts";
import { importsOf } from "../../../common/syntax/imports.ts";
import { languageSyntax, lineSyntax } from "../../../common/syntax/languages.ts";
import { nodeEnd } from "../../../common/syntax/nodeEnd.ts";
import { outlineOf } from "../../../common/syntax/outline.ts";
import { createParsers, type Parsers } from "../../../common/syntax/parsers.ts";
import { referencesIn } from "../../../common/syntax/references.ts";
import { regionAt } from "../../../common/syntax/region.ts";
import { enclosingScopes, scopePath, scopePathByIndentation } from "../../../common/syntax/scopes.ts";
import { samples } from "./samples.ts";

const all = [await createParsers("native"), await createParsers("wasm")];

/** Asks everything that is asked of a text at `offset`; whatever has a place must have it inside the text. */
function askEverything(languageId: string, text: string, offset: number, parsers: Parsers) {
  const language = languageSyntax(languageId)!;
  const tree = parsers.for(languageId)!.parse(text)!;
  const definitions = definitionsOf(text, tree, language);
  const outline = outlineOf(text, tree, language);
  for (const { startIndex, endIndex } of [...definitions, ...outline]) {
    assert.ok(0 <= startIndex && startIndex <= endIndex && endIndex <= text.length);
  }
  for (const { bodyStart = 0, bodyEnd = 0, name } of definitions) {
    assert.ok(bodyStart <= bodyEnd && bodyEnd <= text.length && name.length <= 200);
  }
  const imports = importsOf(text, tree, language);
  assert.ok(imports.every(({ endIndex, module }) => endIndex <= text.length && module !== ""));
  for (const { name, startIndex } of referencesIn(text, tree, language, Math.max(0, offset - 500), offset)) {
    assert.ok(text.startsWith(name, startIndex));
  }
  const scopes = scopePath(text, offset, tree, language);
  assert.equal(enclosingScopes(text, offset, tree, language).length > 0, scopes.length > 0);
  assert.match(regionAt(text, offset, tree, language), /^(code|string|comment)$/);
  nodeEnd(tree, Math.max(0, offset - 50), offset, false);
  const errors = countErrors(tree).count;
  tree.dispose();
  return { definitions, imports, outline, scopes, errors };
}

const cut = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 60 }),
  put: fc.constantFrom("", "\ud800", "\udc00", "(", "}", '"', "/*", "\r", "\0"),
});

for (const parsers of all) {
  test(`broken code of any language: truncated, with holes, with stray characters and lone surrogates, ${parsers.kind}`, () => {
    for (const [languageId, sample] of Object.entries(samples)) {
      fc.assert(
        fc.property(fc.nat(), fc.array(cut, { maxLength: 6 }), fc.nat(), (end, cuts, at) => {
          let text = sample.slice(0, sample.length - (end % sample.length));
          for (const { at, length, put } of cuts) {
            const from = at % (text.length + 1);
            text = text.slice(0, from) + put + text.slice(from + length);
          }
          askEverything(languageId, text, at % (text.length + 1), parsers);
        }),
        { numRuns: parsers.kind === "native" ? 60 : 20 },
      );
    }
  });

  test(`30,000 levels: no recursion, and only the outer ones are told, ${parsers.kind}`, () => {
    for (const [languageId, open, inner, close] of [
      ["javascript", "[", "1", "]"],
      ["jsonc", '{"a":', "1", "}"],
      ["cpp", "namespace a {", "", "}"],
      ["rust", "mod a {", "", "}"],
      ["csharp", "class A {", "", "}"],
      ["java", "class A {", "", "}"],
      ["typescript", "() => {", "", "}"],
      ["python", "(", "", ""],
    ] as const) {
      const text = open.repeat(30_000) + inner + close.repeat(30_000);
      const { definitions, scopes } = askEverything(languageId, text, 30_000 * open.length, parsers);
      assert.ok(definitions.length <= 32, `${languageId} ${definitions.length}`);
      assert.ok(scopes.length <= 400, `${languageId} ${scopes.length}`);
    }
  });

  test(`names in any script keep their places, ${parsers.kind}`, () => {
    const names = ["größe", "变量", "переменная", "𝒳𝒴", "e\u0301te\u0301", "नाम"];
    for (const [languageId, define] of [
      ["typescript", (name: string) => `/* 😀 */ function ${name}() { return "\ud800"; }\n`],
      ["javascript", (name: string) => `/* 😀 */ class ${name} { }\n`],
      ["python", (name: string) => `# 😀\ndef ${name}():\n    return "\ud83d"\n`],
      ["go", (name: string) => `/* 😀 */ func ${name}() { }\n`],
      ["rust", (name: string) => `/* 😀 */ fn ${name}() { }\n`],
      ["java", (name: string) => `/* 😀 */ class ${name} { }\n`],
      ["csharp", (name: string) => `/* 😀 */ class ${name} { }\n`],
      ["cpp", (name: string) => `/* 😀 */ class ${name} { };\n`],
    ] as const) {
      const known = names.filter((name) => askEverything(languageId, define(name), 0, parsers).errors === 0);
      assert.ok(known.length >= 3, `${languageId} ${known}`);
      const text = known.map(define).join("");
      const { definitions, outline } = askEverything(languageId, text, text.length, parsers);
      assert.deepEqual(
        definitions.map(({ name }) => name),
        known,
      );
      assert.deepEqual(
        outline.map(({ name }) => name),
        known,
      );
      for (const { name, startIndex, endIndex } of definitions)
        assert.ok(text.slice(startIndex, endIndex).includes(name));
    }
  });

  test(`100,000 lines, ${parsers.kind}`, () => {
    const text = "function f(a) {\n  return a;\n}\n\n".repeat(25_000);
    const middle = text.indexOf("return", text.length / 2);
    const { scopes, definitions } = askEverything("javascript", text, middle, parsers);
    assert.deepEqual(scopes, ["f"]);
    assert.ok(definitions.length > 0);
  });
}

test("without a tree: scopes by indentation, also in a line of 5 MB and in files of 100,000 lines", () => {
  const ruby = lineSyntax("ruby")!;
  const text = "module A\n  class B\n    # class C\n    def d(e)\n      if e\n        f\n\n  def g\n";
  assert.deepEqual(scopePathByIndentation(text, text.indexOf("f\n"), ruby), ["module A", "class B", "d"]);
  assert.deepEqual(scopePathByIndentation(text, text.length, ruby), []);
  assert.deepEqual(scopePathByIndentation(text, text.indexOf("def g"), ruby), ["module A"]);
  const wide = `def a\n  ${"x".repeat(5_000_000)}`;
  assert.deepEqual(scopePathByIndentation(wide, wide.length, ruby), ["a"]);
  assert.equal(regionAt(wide, wide.length, undefined, ruby), "code");
  const long = `def a\n${"  x\n".repeat(100_000)}`;
  assert.deepEqual(scopePathByIndentation(long, long.length - 1, ruby), []); // too far up
});
