import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changedPart, differences, tokensOf } from "../../../../src/actions/nextEdit/tokens.ts";

const token = fc.constantFrom("a", "b", "c", "(", ")");

test("the differences of two rows make of the first the second", () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 30 }), fc.array(token, { maxLength: 30 }), (before, after) => {
      const made: string[] = [];
      let at = 0;
      for (const { start, end, newStart, newEnd } of differences(before, after)) {
        made.push(...before.slice(at, start), ...after.slice(newStart, newEnd));
        at = end;
      }
      assert.deepEqual([...made, ...before.slice(at)], after);
    }),
  );
});

test("as much stays as a plain search of the longest common subsequence keeps", () => {
  const longest = (a: readonly string[], b: readonly string[]): number => {
    if (a.length === 0 || b.length === 0) return 0;
    if (a[0] === b[0]) return 1 + longest(a.slice(1), b.slice(1));
    return Math.max(longest(a.slice(1), b), longest(a, b.slice(1)));
  };
  fc.assert(
    fc.property(fc.array(token, { maxLength: 7 }), fc.array(token, { maxLength: 7 }), (before, after) => {
      const removed = differences(before, after).reduce((sum, { start, end }) => sum + end - start, 0);
      assert.equal(before.length - removed, longest(before, after));
    }),
  );
});

test("the changed part is what lies between equal ends", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const part = changedPart(before, after);
      if (!part) return assert.equal(before, after);
      const { start, end } = part.before;
      const written = after.slice(part.after.start, part.after.end);
      assert.equal(before.slice(0, start) + written + before.slice(end), after);
    }),
  );
});

test("words in strings and comments are tokens, white space is none", () => {
  const words = (text: string) => tokensOf(text).map((one) => one.text);
  assert.deepEqual(words("f('a_b', 0x1f) // où"), ["f", "(", "'", "a_b", "'", ",", "0x1f", ")", "/", "/", "où"]);
});
