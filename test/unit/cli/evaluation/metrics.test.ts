import assert from "node:assert/strict";
import { test } from "node:test";
import {
  figuresBy,
  figuresOf,
  isExactMatchCut,
  isFirstLineMatch,
  namesIt,
  percentile,
} from "../../../../cli/evaluation/metrics.ts";
import { isExactMatch } from "../../../../finetune/norm.ts";
import { caseOf, resultOf } from "../../../support/evaluationCases.ts";

test("exact match ignores blanks at the edges, not inside", () => {
  assert.ok(isExactMatch("  foo(a);  \n", "foo(a);"));
  assert.ok(!isExactMatch("foo( a);", "foo(a);"));
});

test("exact match of the cut compares as many lines as are expected", () => {
  assert.ok(isExactMatchCut("a\nb\nc", "a\nb"));
  assert.ok(!isExactMatch("a\nb\nc", "a\nb"));
  assert.ok(!isExactMatchCut("\na", "a"), "a blank line first is a line");
});

test("the first line is compared without what follows", () => {
  assert.ok(isFirstLineMatch("a\nx", "a\ny"));
  assert.ok(!isFirstLineMatch("b\nx", "a\nx"));
});

test("figures by hand", () => {
  const figures = figuresOf([
    {
      ...resultOf("abcd", "abcd", {
        scored: { text: "abcd", score: 0.85 },
        expectedLogProb: -1,
        pass: true,
        recalled: true,
        totalMs: 10,
      }),
      value: caseOf({ expected: "abcd", target: "abcd" }),
      ...{ retrieved: true, targetTold: true },
    },
    {
      ...resultOf("abcd", "abxx", {
        scored: { text: "abxx", score: 0.81 },
        expectedLogProb: -3,
        siblingCopy: true,
        pass: false,
        recalled: false,
        totalMs: 20,
      }),
      value: caseOf({ expected: "abcd", target: "ab" }),
      ...{ retrieved: true, targetTold: false },
    },
    {
      ...resultOf("ab\ncd", "ab\ncd\nef", {
        scored: { text: "ab\ncd\nef", score: 0.25 },
        expectedLogProb: -4,
        syntaxOk: false,
        totalMs: 30,
      }),
      value: caseOf({ expected: "ab\ncd", target: "cd" }),
      retrieved: true,
    },
    resultOf("abcd", "", { expectedLogProb: -9, decodeMs: 500, generatedTokens: 20, retrieved: false, totalMs: 40 }),
  ]);
  assert.deepEqual(figures, {
    cases: 4,
    exactMatch: 0.25,
    exactMatchCut: 0.5,
    firstLineMatch: 0.5,
    editSimilarity: Number(((1 + 0.5 + (1 - 3 / 8) + 0) / 4).toFixed(4)),
    expectedLogProb: Number((-17 / 17).toFixed(4)),
    siblingCopies: 1,
    syntaxOk: 0.75,
    shown: 0.75,
    shownAndRight: 0.3333,
    // bins: {0.85 right, 0.81 wrong} → |0.83 − 0.5| · 2/3, {0.25 wrong} → 0.25 · 1/3
    calibrationError: Number(((0.33 * 2) / 3 + 0.25 / 3).toFixed(4)),
    pass: 0.5,
    recall: 0.5,
    retrieved: 0.75,
    targetTold: 0.5,
    identifierMatch: 0.6667,
    p50Ms: 20,
    p95Ms: 40,
    tokensPerSecond: 40,
  });
});

test("what cannot be measured is null", () => {
  const figures = figuresOf([resultOf(null, "", { syntaxOk: undefined })]);
  for (const name of ["exactMatch", "editSimilarity", "expectedLogProb", "syntaxOk", "shownAndRight"] as const)
    assert.equal(figures[name], null, name);
  for (const name of ["calibrationError", "pass", "recall", "retrieved", "targetTold", "identifierMatch"] as const)
    assert.equal(figures[name], null, name);
  assert.equal(figures.tokensPerSecond, null);
  assert.equal(figures.shown, 0);
});

test("an identifier names the target only as a whole", () => {
  assert.ok(namesIt("this.größe$ = 1", "größe$"));
  assert.ok(!namesIt("loadUsers()", "load"));
});

test("a score of one falls into the last bin", () => {
  assert.equal(figuresOf([resultOf("a", "a", { scored: { text: "a", score: 1 } })]).calibrationError, 0);
});

test("percentiles are nearest ranks", () => {
  assert.equal(percentile([], 0.5), null);
  assert.equal(percentile([3, 1, 2], 0.5), 2);
  assert.equal(percentile([1, 2, 3, 4], 0.5), 2);
  assert.equal(
    percentile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.95,
    ),
    95,
  );
});

test("groups keep the order in which they occur", () => {
  const results = ["b", "a", "b"].map((kind) => ({ ...resultOf("x", "x"), value: caseOf({ kind, expected: "x" }) }));
  const groups = figuresBy(results, ({ kind }) => kind);
  assert.deepEqual(Object.keys(groups), ["b", "a"]);
  assert.equal(groups.b.cases, 2);
});
