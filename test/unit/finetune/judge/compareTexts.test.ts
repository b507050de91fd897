import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editSimilarity } from "../../../../finetune/editSimilarity.ts";
import { firstLine, firstLines, norm } from "../../../../finetune/norm.ts";

/** The formula of the independent scorer of the shared cases, as it stands there. */
const scorersNorm = (s: string) =>
  s
    .replace(/\r/g, "")
    .split("\n")
    .map((l) => l.trimEnd())
    .join("\n")
    .trim();

const codeLike = fc.string({ unit: fc.constantFrom(..."ab(){};= \t\n\r\u2028\u00a0é"), maxLength: 40 });

test("norm drops carriage returns, blanks at line ends and blanks around the whole", () => {
  assert.equal(norm("  a  \r\n\tb\t\r\n\n"), "a\n\tb");
  assert.equal(norm(" \n "), "");
  fc.assert(fc.property(codeLike, (text) => assert.equal(norm(text), scorersNorm(text))));
});

test("firstLine is the first line of the compared form", () => {
  assert.equal(firstLine("\n\n  const a = 1; \n b"), "const a = 1;");
  assert.equal(firstLine(""), "");
});

test("firstLines keeps so many lines and not more", () => {
  assert.equal(firstLines("a\nb\nc", 2), "a\nb");
  assert.equal(firstLines("a", 2), "a");
});

test("editSimilarity by hand", () => {
  assert.equal(editSimilarity("", " "), 1);
  assert.equal(editSimilarity("abc", ""), 0);
  assert.equal(editSimilarity("kitten", "sitting"), 1 - 3 / 7);
  assert.equal(editSimilarity("a = 1", " a = 1\n"), 1);
});

/** Levenshtein's distance by its definition. */
function distance(a: string, b: string, memo = new Map<string, number>()): number {
  if (a === "" || b === "") return a.length + b.length;
  const key = `${a.length},${b.length}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const found = Math.min(
    distance(a.slice(1), b, memo) + 1,
    distance(a, b.slice(1), memo) + 1,
    distance(a.slice(1), b.slice(1), memo) + (a[0] === b[0] ? 0 : 1),
  );
  memo.set(key, found);
  return found;
}

test("editSimilarity equals its definition, and is symmetric", () => {
  fc.assert(
    fc.property(codeLike, codeLike, (left, right) => {
      const [a, b] = [norm(left), norm(right)];
      const wanted = a === "" && b === "" ? 1 : 1 - distance(a, b) / Math.max(a.length, b.length);
      assert.equal(editSimilarity(left, right), wanted);
      assert.equal(editSimilarity(right, left), wanted);
    }),
  );
});
