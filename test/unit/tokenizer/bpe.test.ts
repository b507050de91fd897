// The merge loop with its queue against the plain one: search all neighbours, merge the best, begin again.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Bpe, type Merge } from "../../../server/tokenizer/bpe.ts";

const LETTERS = 4; // bytes 0 to 3 have the tokens 0 to 3

function encodePlainly(bytes: Uint8Array, merges: readonly Merge[]): number[] {
  const ids = Array.from(bytes).filter((byte) => byte < LETTERS);
  for (;;) {
    let best: { rank: number; at: number } | undefined;
    for (let at = 0; at + 1 < ids.length; at++) {
      const rank = merges.findIndex(({ left, right }) => left === ids[at] && right === ids[at + 1]);
      if (rank >= 0 && (!best || rank < best.rank)) best = { rank, at };
    }
    if (!best) return ids;
    ids.splice(best.at, 2, merges[best.rank].result);
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
  const texts = fc.uint8Array({ max: LETTERS, maxLength: 40 }); // byte 4 has no token
  fc.assert(
    fc.property(vocabularies, texts, (merges, bytes) => {
      const byteIds = Int32Array.from({ length: 256 }, (_, byte) => (byte < LETTERS ? byte : -1));
      const bpe = new Bpe(LETTERS + merges.length, byteIds, merges);
      assert.deepEqual(bpe.encode(bytes), encodePlainly(bytes, merges));
    }),
    { numRuns: 500 },
  );
});
