import assert from "node:assert/strict";
import { test } from "node:test";
import { textBaselines } from "../../../../cli/evaluation/baselines.ts";
import { caseOf } from "../../../support/evaluationCases.ts";

const { empty, lastLineCopy, suffixFirstLine } = textBaselines;

test("empty writes nothing", () => {
  assert.equal(empty(caseOf({ prefix: "a\n" })), "");
});

test("lastLineCopy at a line's start writes the last line that is not blank", () => {
  assert.equal(lastLineCopy(caseOf({ prefix: "a\n  b();\n\n" })), "  b();");
  assert.equal(lastLineCopy(caseOf({ prefix: "a\n  b();\n  " })), "b();", "the indentation is there already");
});

test("lastLineCopy inside a line goes on like the nearest line that begins in the same way", () => {
  assert.equal(lastLineCopy(caseOf({ prefix: "  push(1);\n  push(2);\n  pop();\n  push(" })), "2);");
  assert.equal(lastLineCopy(caseOf({ prefix: "  a();\n  x." })), "a();");
  assert.equal(lastLineCopy(caseOf({ prefix: "x." })), "");
});

test("suffixFirstLine writes what comes next", () => {
  assert.equal(suffixFirstLine(caseOf({ suffix: "\n\n  next();\nend" })), "  next();");
  assert.equal(suffixFirstLine(caseOf({ suffix: "\n" })), "");
});
