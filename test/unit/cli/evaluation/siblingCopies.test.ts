// Wrong lines that copy a sibling: the right form with the wrong names, as it stands elsewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isSiblingCopy, RepositoryLines } from "../../../../cli/evaluation/siblingCopies.ts";
import { caseOf } from "../../../support/evaluationCases.ts";

const value = caseOf({
  path: "a.go",
  prefix: "func f() {\n\tx.Add(width, 1)\n\tx.",
  suffix: "\n}\n",
  expected: "Sub(height, 1)",
});

test("the right form with other names that stand so in the file is a copy", () => {
  assert.equal(isSiblingCopy("Add(width, 1)", value), true);
  assert.equal(isSiblingCopy("Add(width, 1)\n\tmore()", value), true, "the first line counts");
});

test("what is right, has another form, or stands nowhere is none", () => {
  assert.equal(isSiblingCopy("Sub(height, 1)", value), false);
  assert.equal(isSiblingCopy("Sub(height,  1)", value), false, "blanks are no difference");
  assert.equal(isSiblingCopy("Add(width)", value), false);
  assert.equal(isSiblingCopy("Sub(height, 2)", value), false, "a number is no name");
  assert.equal(isSiblingCopy("Mul(depth, 1)", value), false);
  assert.equal(isSiblingCopy("", value), false);
  assert.equal(isSiblingCopy("Add(width, 1)", { ...value, expected: null }), undefined);
});

test("a line of another file counts, one of the same file on the disk does not", () => {
  const lines = new RepositoryLines();
  lines.add("a.go", "\tx.Mul(depth, 1)\n");
  assert.equal(isSiblingCopy("Mul(depth, 1)", value, lines), false);
  lines.add("b.go", "  x.Mul(depth, 1)\n");
  assert.equal(isSiblingCopy("Mul(depth, 1)", value, lines), true);
});
