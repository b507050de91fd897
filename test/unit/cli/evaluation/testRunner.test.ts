import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { passesTest } from "../../../../cli/evaluation/testRunner.ts";
import { Cancelled } from "../../../../common/errors.ts";
import { caseOf } from "../../../support/evaluationCases.ts";

const signal = new AbortController().signal;
const javascript = caseOf({
  language: "javascript",
  prefix: "const add = (a, b) => ",
  suffix: ";\n",
  test: "console.assert(add(1, 2) === 3, 'sum')",
  runner: "node",
});

test("a right completion passes, a wrong one fails although console.assert only prints", async () => {
  assert.equal(await passesTest(javascript, "a + b", signal), true);
  assert.equal(await passesTest(javascript, "a - b", signal), false);
});

test("a program that may not read beyond its folder, nor start another, fails", async () => {
  const reads = "require('node:fs').readFileSync(process.execPath) && 3";
  const starts = "require('node:child_process').spawnSync('true').pid && 3";
  assert.equal(await passesTest({ ...javascript, prefix: "const add = () => " }, reads, signal), false);
  assert.equal(await passesTest({ ...javascript, prefix: "const add = () => " }, starts, signal), false);
});

test("types are taken out of a TypeScript program, require works", async () => {
  const value = caseOf({
    prefix: "function double(a: number): number {\n",
    test: "declare var require: any;\nconst assert = require('node:assert');\nassert.equal(double(2), 4);",
    runner: "tsnode",
    expected: null,
  });
  assert.equal(await passesTest(value, "  return a * 2;\n}", signal), true);
  assert.equal(await passesTest(value, "  return a * 3;\n}", signal), false);
});

test("Python programs run isolated", { skip: spawnSync("python3", ["--version"]).status !== 0 }, async () => {
  const value = caseOf({
    language: "python",
    path: "a.py",
    prefix: "def add(a, b):\n    return ",
    suffix: "\n",
    test: "assert add(1, 2) == 3",
    runner: "python",
  });
  assert.equal(await passesTest(value, "a + b", signal), true);
  assert.equal(await passesTest(value, "a +", signal), false);
});

test("a case without a test has no result", async () => {
  assert.equal(await passesTest(caseOf(), "", signal), undefined);
});

test("an endless program ends when nobody waits for it any more", async () => {
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 200);
  await assert.rejects(passesTest(javascript, "{ for (;;); }", interrupt.signal), Cancelled);
});
