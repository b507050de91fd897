import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut } from "../../../server/train/sequence.ts";
import { PADDING_DOCUMENT } from "../../../server/train/types.ts";

test("each document has its own positions and sees itself alone", () => {
  const batch = {
    tokens: Uint16Array.of(4, 5, 6, 7, 8, 0),
    weights: Float32Array.of(9, 1, 0.5, 9, 0.25, 9), // the first of each document is not predicted
    documents: Uint8Array.of(0, 0, 0, 1, 1, PADDING_DOCUMENT),
  };
  const { tokens, positions, mask, predictions } = layOut(batch, 7, 10, new Float32Array(7 * 7));
  assert.deepEqual([...tokens], [4, 5, 6, 7, 8, 0, 0]);
  assert.deepEqual([...positions], [0n, 1n, 2n, 0n, 1n, 0n, 1n]);
  assert.deepEqual(predictions, { positions: [0, 1, 3], targets: [5, 6, 8], weights: [1, 0.5, 0.25] });
  const seen = Array.from({ length: 7 }, (_, t) =>
    [...mask.subarray(t * 7, t * 7 + 7)].map((value) => (value === 0 ? "x" : ".")).join(""),
  );
  assert.deepEqual(seen, ["x......", "xx.....", "xxx....", "...x...", "...xx..", ".....x.", ".....xx"]);
});
