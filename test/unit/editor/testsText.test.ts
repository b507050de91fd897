// On which lines tests are offered, and what is said of those that are shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asTestsDocument, exportedFunctionOn, testsInWords } from "../../../src/editor/testsText.ts";
import type { ToldTests } from "../../../src/protocol/tests.ts";

for (const [line, name] of [
  ["export function grade(points: number) {", "grade"],
  ["export default async function load() {", "load"],
  ["export function* walk() {", "walk"],
  ["export const twice = (n: number) => n * 2;", "twice"],
  ["export const same: Same = async <T>(value: T) => value;", "same"],
  ["export const one = value => value;", "one"],
  ["exports.twice = (n) => n;", "twice"],
  ["export const LIMIT = 3;", undefined],
  ["function hidden() {", undefined],
  ["// export function old() {", undefined],
  ["  grade(3);", undefined],
] as const)
  test(`tests are ${name === undefined ? "not offered" : "offered"} on: ${line}`, () => {
    assert.equal(exportedFunctionOn(line, "typescript"), name);
  });

test("in Python tests are offered where a function of the module begins", () => {
  const names = ["def grade(points):", "    def method(self):", "async def load():", "export function grade() {"].map(
    (line) => exportedFunctionOn(line, "python"),
  );
  assert.deepEqual(names, ["grade", undefined, undefined, undefined]);
});

const told: ToldTests = {
  ...{
    outcome: "offered",
    name: "grade",
    file: "src/grade.test.ts",
    text: "",
    runner: "vitest",
    isRunnerMissing: true,
  },
  ...{ tests: 3, tried: 20, branches: { before: 0, after: 5, all: 6 }, network: "network closed", ms: 900 },
  mutants: { killed: 7, killedByThrowing: 2, all: 9 },
};

test("the words say branches, small changes, the baseline, the missing runner, and that nothing is written yet", () => {
  const words = testsInWords(told);
  for (const part of [
    "3 tests for grade",
    "0 → 5 of 6",
    "7 of 9 small changes",
    "would notice 2",
    "network closed",
    "before you save src/grade.test.ts",
    "vitest, which is not installed here",
  ])
    assert.ok(words.includes(part), `${part}\n${words}`);
});

test("what is no document of the command line is told apart", () => {
  assert.deepEqual(asTestsDocument(JSON.stringify(told)), told);
  for (const text of ["", "sotto: wrong", "null", "3", "{}"]) assert.equal(asTestsDocument(text), undefined, text);
});
