import assert from "node:assert/strict";
import { test } from "node:test";
import { streamKey } from "../../../server/train/counterRandom.ts";
import { attentionParts, layOut } from "../../../server/train/sequence.ts";
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

/** The pairs of positions that are computed, each once. */
function computed(parts: ReturnType<typeof attentionParts>): Set<string> {
  const { bounds, keyStarts } = parts;
  const pairs = [...keyStarts].flatMap((keyStart, i) => {
    const [from, to, first] = [Number(bounds[i]), Number(bounds[i + 1]), Number(keyStart)];
    return range(from, to).flatMap((query) => range(first, to).map((key) => `${query} ${key}`));
  });
  assert.equal(new Set(pairs).size, pairs.length);
  return new Set(pairs);
}

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

test("attention's parts: documents apart, a long one divided, short neighbours together", () => {
  const partsOf = (...args: Parameters<typeof attentionParts>) => {
    const { bounds, keyStarts } = attentionParts(...args);
    return { bounds: [...bounds].map(Number), keyStarts: [...keyStarts].map(Number) };
  };
  assert.deepEqual(partsOf([0], 12, 1), { bounds: [0, 12], keyStarts: [0] });
  assert.deepEqual(partsOf([0], 12, 2), { bounds: [0, 6, 12], keyStarts: [0, 0] });
  assert.deepEqual(partsOf([0, 5], 12, 2), { bounds: [0, 5, 12], keyStarts: [0, 5] });
  assert.deepEqual(partsOf([0, 2], 12, 3), { bounds: [0, 2, 7, 12], keyStarts: [0, 2, 2] });
  assert.deepEqual(partsOf([0, 10, 11], 12, 2), { bounds: [0, 10, 12], keyStarts: [0, 10] }); // 104 scores; 108 with the cut at 6
  assert.deepEqual(partsOf([0], 2, 4), { bounds: [0, 1, 2, 2, 2], keyStarts: [0, 0, 2, 2] });
});

test("attention's parts: every position's own document, as far as it, is computed; with more parts, never more", () => {
  for (let seed = 0; seed < 60; seed++) {
    const starts = range(0, 70).filter((t) => t === 0 || streamKey(seed, t) % 12 === 0);
    let before = 70 * 70;
    for (const parts of [1, 2, 4, 7, 8]) {
      const division = attentionParts(starts, 70, parts);
      assert.deepEqual([division.bounds.length, division.keyStarts.length], [parts + 1, parts]);
      const pairs = computed(division);
      for (const query of range(0, 70)) {
        const start = starts.findLast((at) => at <= query)!;
        for (const key of range(start, query + 1))
          assert.ok(pairs.has(`${query} ${key}`), `${query} ${key} of ${starts}`);
      }
      assert.ok(pairs.size <= before);
      before = pairs.size;
    }
    assert.ok(before < 0.75 * 70 * 70);
  }
});
