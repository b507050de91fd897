// Calls that are tried: by types, by use where there are none, by overloads, by what callers write, and further where a function comes out.

import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { callsOf } from "../../../../src/actions/tests/inputs.ts";
import { targetsIn } from "../../../../src/actions/tests/target.ts";

/** The calls for the first function of a file. */
function callsFor(text: string, { ending = "ts", test: beside = "" } = {}): string[] {
  const file = `/m.${ending}`;
  const options = { strict: true, allowJs: true, target: ts.ScriptTarget.ES2022 };
  const host = ts.createCompilerHost(options);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => (name === file ? source : getSourceFile(name, ...rest));
  const checker = ts.createProgram([file], options, host).getTypeChecker();
  const sources = [ts.createSourceFile("/m.test.js", beside, ts.ScriptTarget.Latest, true)];
  return callsOf({ compiler: ts, checker, target: targetsIn(ts, checker, source)[0]!, sources });
}

test("a pattern that the function names in its file gives texts that it matches", () => {
  const calls = callsFor("const hex = /^#[0-9a-f]{3}$/;\nexport const isHex = (text: string) => hex.test(text);");
  assert.ok(calls.includes('("#000")'), calls.join("\n"));
});

test("where JavaScript has no types, its use tells what a parameter is", () => {
  const calls = callsFor("export const total = (rows, by) => rows.map((row) => by(row)).join();", { ending: "js" });
  assert.ok(
    calls.some((call) => call.startsWith("([3, 1, 2], (value)")),
    calls.join("\n"),
  );
  const options = callsFor("export const f = (given) => given.least > 1 ? given.most : 0;", { ending: "js" });
  assert.ok(options.includes("({ least: 1, most: 1 })"), options.join("\n"));
});

test("each overload is called as it is declared", () => {
  const calls = callsFor(
    "export function f(a: boolean): 1;\nexport function f(a: null, b: null): 2;\nexport function f(...all: unknown[]) { return all.length; }",
  );
  assert.deepEqual(calls.toSorted(), ["(false)", "(null, null)", "(true)"]);
});

test("a function that comes out is called in its turn", () => {
  const calls = callsFor("export const over = (least: null) => (given: boolean) => given && least;");
  assert.deepEqual(calls.toSorted(), ["(null)", "(null)(false)", "(null)(true)"]);
});

test("callers' arguments come first, where they name nothing of their file", () => {
  const beside =
    "const own = load();\nconst list = [1,\n 2];\nby(list, (a) => a.b);\nby(own, 1);\nby([x], 1);\nby(this, 1);";
  const calls = callsFor("export const by = (list: number[], key: unknown) => [list, key];", { test: beside });
  assert.equal(calls[0], "([1, 2], (a) => a.b)");
  assert.equal(calls.filter((call) => /own|\bx\b|this/.test(call)).length, 0);
});

test("what CommonJS exports is found, one by one or together", () => {
  const one = "const g = (a) => a + 1;\n";
  for (const text of [
    `${one}exports.f = (on) => on.toFixed(1);\n`,
    `${one}exports.f = f;\nfunction f(on) { return on.toFixed(1); }\n`,
    `${one}module.exports = { f };\nfunction f(on) { return on.toFixed(1); }\n`,
    `${one}module.exports.f = f;\nfunction f(on) { return on.toFixed(1); }\n`,
    `function f(on) { return on.toFixed(1); }\nexport { f };\n`,
  ])
    assert.ok(callsFor(text, { ending: "js" }).includes("(1)"), text);
});
