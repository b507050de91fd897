import assert from "node:assert/strict";
import { test } from "node:test";
import { streamKey } from "../../../server/train/counterRandom.ts";
import { attentionBounds, layOut } from "../../../server/train/sequence.ts";
import { PADDING_DOCUMENT } from "../../../server/train/types.ts";

test("each document has its own positions and sees itself alone", () => {
  const batch = {
    tokens: Uint16Array.of(4, 5, 6, 7, 8, 0),
    weights: Float32Array.of(9, 1, 0.5, 9, 0.25, 9), // the first of each document is not predicted
    documents: Uint8Array.of(0, 0, 0, 1, 1, PADDING_DOCUMENT),
  };
  const { tokens, positions, mask, predictions } = layOut(batch, 7, { vocabSize: 10 }, new Float32Array(7 * 7));
  assert.deepEqual([...tokens], [4, 5, 6, 7, 8, 0, 0]);
  assert.deepEqual([...positions], [0n, 1n, 2n, 0n, 1n, 0n, 1n]);
  assert.deepEqual(predictions, { positions: [0, 1, 3], targets: [5, 6, 8], weights: [1, 0.5, 0.25] });
  const seen = Array.from({ length: 7 }, (_, t) =>
    [...mask.subarray(t * 7, t * 7 + 7)].map((value) => (value === 0 ? "x" : ".")).join(""),
  );
  assert.deepEqual(seen, ["x......", "xx.....", "xxx....", "...x...", "...xx..", ".....x.", ".....xx"]);
});

test("with a sliding window a position sees so many, itself among them, and none of another document", () => {
  const batch = {
    tokens: Uint16Array.of(4, 5, 6, 7, 8),
    weights: new Float32Array(5).fill(1),
    documents: Uint8Array.of(0, 0, 0, 0, 1),
  };
  const { mask } = layOut(batch, 5, { vocabSize: 10, slidingWindow: 2 }, new Float32Array(5 * 5));
  const seen = Array.from({ length: 5 }, (_, t) =>
    [...mask.subarray(t * 5, t * 5 + 5)].map((value) => (value === 0 ? "x" : ".")).join(""),
  );
  assert.deepEqual(seen, ["x....", "xx...", ".xx..", "..xx.", "....x"]);
});

test("attention's parts: each document while there are enough, else the shortest neighbours together", () => {
  const boundsOf = (...args: Parameters<typeof attentionBounds>) => [...attentionBounds(...args)].map(Number);
  assert.deepEqual(boundsOf([0], 12, 4), [0, 12, 12, 12, 12]);
  assert.deepEqual(boundsOf([0, 5, 9], 12, 4), [0, 5, 9, 12, 12]);
  assert.deepEqual(boundsOf([0, 5, 6, 8], 12, 2), [0, 5, 12]);
  assert.deepEqual(boundsOf([0, 1, 2, 3, 4, 5], 6, 3), [0, 2, 4, 6]);
  assert.deepEqual(boundsOf([0, 3, 7], 12, 1), [0, 12]);
});

test("each part's bounds begin a document, and every document is in one part", () => {
  for (let seed = 0; seed < 200; seed++) {
    const starts = Array.from({ length: 40 }, (_, t) => t).filter((t) => t === 0 || streamKey(seed, t) % 4 === 0);
    for (const parts of [1, 2, 4, 7]) {
      const bounds = [...attentionBounds(starts, 40, parts)].map(Number);
      assert.equal(bounds.length, parts + 1);
      assert.deepEqual(
        bounds,
        bounds.toSorted((a, b) => a - b),
      );
      assert.ok(bounds[0] === 0 && bounds[parts] === 40);
      for (const bound of bounds) assert.ok(bound === 40 || starts.includes(bound), `${bound} of ${starts}`);
    }
  }
});
