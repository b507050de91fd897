// Which build of tree-sitter parses: where the native one has no library that loads for a grammar, WebAssembly takes over for its languages alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadNativeParsers } from "../../../common/syntax/nativeParser.ts";
import { createParsers } from "../../../common/syntax/parsers.ts";
import type { SyntaxParser } from "../../../common/syntax/syntax.ts";

/** The native build without some packages; counts what it parses with. */
function nativeWithout(...packages: string[]) {
  const native = loadNativeParsers();
  const asked: string[] = [];
  const lacks = (name: string) => packages.includes(name);
  return {
    asked,
    load: () => ({
      loads: (language: Parameters<typeof native.loads>[0]) => !lacks(language.grammar.package),
      parser(language: Parameters<typeof native.parser>[0]) {
        asked.push(language.grammar.package);
        if (lacks(language.grammar.package)) throw new Error("wrong ELF class");
        return native.parser(language);
      },
    }),
  };
}

/** Whether a text is parsed without an error. */
const parses = (parser: SyntaxParser | undefined, text: string) => parser?.parse(text)?.rootNode.hasError === false;

test("a grammar without a library that loads is parsed by WebAssembly, and the reason names it", async () => {
  const { load, asked } = nativeWithout("tree-sitter-typescript", "tree-sitter-cpp");
  const parsers = await createParsers("", load);
  assert.equal(parsers.kind, "native");
  assert.match(parsers.reason, /but not its tree-sitter-typescript, tree-sitter-cpp: there WebAssembly takes over/);
  for (const [language, text] of [
    ["typescript", "const a: number = 1;\n"],
    ["typescriptreact", "const a = <b>{1}</b>;\n"],
    ["cpp", "int a = 1;\n"],
    ["python", "a = 1\n"],
  ] as const)
    assert.ok(parses(parsers.for(language), text), language);
  assert.deepEqual(asked, ["tree-sitter-python"]);
  assert.equal(parsers.problem?.("typescript"), undefined);
});

test("where the native build does not load at all, everything is WebAssembly", async () => {
  const parsers = await createParsers("", () => {
    throw new Error("version 'GLIBCXX_3.4.31' not found\nand more");
  });
  assert.equal(parsers.kind, "wasm");
  assert.equal(parsers.reason, "The native build does not load: version 'GLIBCXX_3.4.31' not found.");
  assert.ok(parses(parsers.for("typescript"), "const a: number = 1;\n"));
});
