import assert from "node:assert/strict";
import { test } from "node:test";
import { rankByBm25 } from "../../../../cli/evaluation/bm25.ts";

test("a rare term weighs more than a common one; documents without any are left out", () => {
  const documents = [["common", "common"], ["common", "rare"], ["other"]];
  const ranked = rankByBm25(documents, ["common", "rare"]);
  assert.deepEqual(
    ranked.map(({ index }) => index),
    [1, 0],
  );
});

test("the score by hand", () => {
  // two documents of one term; idf = ln(1 + (2 − 1 + 0.5) / (1 + 0.5)) = ln 2; tf = 1 · 2.2 / (1 + 1.2 · 1) = 1
  assert.deepEqual(rankByBm25([["a"], ["b"]], ["a", "a"]), [{ index: 0, score: Math.log(2) }]);
});

test("nothing to rank", () => {
  assert.deepEqual(rankByBm25([], ["a"]), []);
  assert.deepEqual(rankByBm25([[]], ["a"]), []);
});
