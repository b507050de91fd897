// Definitions in files that do not parse as a whole: found by their own lines, with the places of the file.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { targetOf } from "../../../../src/actions/docstring/docstring.ts";
import { targetAt } from "../../../../src/actions/docstring/target.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";

const parsers = await createParsers();

/** The definition at the "|": its name, its parameters, and the text where its docstring belongs. */
function found(path: string, marked: string, whole = false) {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const languageId = path.endsWith(".py") ? "python" : "typescript";
  const document = openDocument({ uri: `file:///${path}`, path, languageId, text }, parsers);
  const target = whole ? targetAt(text, document.tree!, languageId, offset) : targetOf(document, offset);
  if (typeof target === "string") return target;
  const parameters = target.signature?.parameters.map(({ name }) => name).join(" ");
  const { place, existing } = target;
  return [target.name, parameters, existing ?? text.slice(place.start).split("\n")[0]];
}

const CUT_CLASS = `    return this.size;
  }

  @log()
  async |read(
    file: string,
    size = 1,
  ): Promise<string> {
    if (!file) throw new RangeError("x");
    return file + size;
  }

  other(): void {`;

test("TypeScript: a method of a class whose head is cut off", () => {
  assert.equal(found("a.ts", CUT_CLASS, true), "noDefinition");
  assert.deepEqual(found("a.ts", CUT_CLASS), ["read", "file size", "@log()"]);
  assert.deepEqual(found("a.ts", CUT_CLASS.replace("|", "").replace("return file", "re|turn file")), [
    "read",
    "file size",
    "@log()",
  ]);
});

test("TypeScript: with the docstring that is there; a function that ends with the file", () => {
  const documented = CUT_CLASS.replace("  @log()", "  /**\n   * Reads.\n   */");
  assert.deepEqual(found("a.ts", documented), ["read", "file size", "/**\n   * Reads.\n   */"]);
  const unfinished = "  }\n}\n\nexport function |add(a: number, b: number): number {\n  const c = a + b;\n  return c";
  assert.deepEqual(found("a.ts", unfinished), ["add", "a b", "export function add(a: number, b: number): number {"]);
});

test("Python: a method whose class does not parse, a function after what is being written", () => {
  const code =
    "class A\n    def |read(self, file, size=1):\n        return file\n\n    def other(self):\n        pass\n";
  assert.deepEqual(found("a.py", code), ["read", "file size", "return file"]);
  const below = "x = foo(\n\ndef |add(\n    a,\n    b,\n):\n    return a + b\n";
  assert.deepEqual(found("a.py", below), ["add", "a b", "return a + b"]);
});

test("a place that is in no definition stays one; a file that parses is not looked at twice", () => {
  assert.equal(found("a.ts", "const a = (;\nconst bbbbbb = 1;\n|b();\n"), "noDefinition");
  assert.equal(found("a.ts", "const a = (;\nconst bbbbbb = 1;\n|if (a) {\n  b();\n}\n"), "noDefinition");
  assert.equal(found("a.ts", "const a = 1;\n|\n"), "noDefinition");
});
