// The merge loop with its queue against the plain one: search all neighbours, merge the best, begin again.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Bpe, type Merge } from "../../../../server/engine/tokenizer/bpe.ts";

const LETTERS = 4; // the tokens 0 to 3

function mergePlainly(letters: readonly number[], merges: readonly Merge[]): number[] {
  const ids = [...letters];
  const ranks = merges.map(({ rank }, index) => rank ?? index);
  for (;;) {
    let best: { index: number; at: number } | undefined;
    for (let at = 0; at + 1 < ids.length; at++) {
      const index = merges.findIndex(({ left, right }) => left === ids[at] && right === ids[at + 1]);
      if (index >= 0 && (!best || ranks[index] < ranks[best.index])) best = { index, at };
    }
    if (!best) return ids;
    ids.splice(best.at, 2, merges[best.index].result);
  }
}

/** Merges of tokens that exist already, each pair once, as in a real vocabulary. */
const vocabularies = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 25 }).map((pairs) => {
  const merges: Merge[] = [];
  for (const [a, b] of pairs) {
    const count = LETTERS + merges.length;
    const merge = { left: a % count, right: b % count, result: count };
    if (!merges.some(({ left, right }) => left === merge.left && right === merge.right)) merges.push(merge);
  }
  return merges;
});

test("the queue finds the merges that the plain search finds", () => {
  const texts = fc.array(fc.nat(LETTERS - 1), { maxLength: 40 });
  fc.assert(
    fc.property(vocabularies, texts, (merges, letters) => {
      assert.deepEqual(new Bpe(merges).merge(Int32Array.from(letters)), mergePlainly(letters, merges));
    }),
    { numRuns: 500 },
  );
});

test("of merges that share a rank the leftmost goes first", () => {
  const texts = fc.array(fc.nat(LETTERS - 1), { maxLength: 30 });
  fc.assert(
    fc.property(vocabularies, texts, (merges, letters) => {
      const sharing = merges.map((merge, index) => ({ ...merge, rank: index >> 2 }));
      assert.deepEqual(new Bpe(sharing).merge(Int32Array.from(letters)), mergePlainly(letters, sharing));
    }),
    { numRuns: 500 },
  );
});
