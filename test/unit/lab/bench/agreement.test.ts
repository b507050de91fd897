// What two engines' logits have in common: counted on logits whose answer is plain.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addDocument, noAgreement } from "../../../../lab/bench/support/agreement.ts";

const VOCAB = 4;

test("positions, equal choices, margins and differences are summed over documents", () => {
  const sum = noAgreement();
  addDocument(sum, "a", Float32Array.of(0, 1, 2, 0, 5, 0, 0, 0), Float32Array.of(0, 1, 3, 0, 5, 0, 0, 0), VOCAB);
  addDocument(sum, "b", Float32Array.of(2, 1.75, 0, 0), Float32Array.of(1.5, 1.75, 0, 0), VOCAB);
  assert.deepEqual(sum, {
    positions: 3,
    equal: 2,
    disagreements: [{ document: "b", position: 0, tokens: [0, 1], margin: 0.25 }],
    largestDifference: 1,
    meanDifference: 1.5 / 12,
  });
});

test("a tie is the first token's, for both", () => {
  const sum = noAgreement();
  addDocument(sum, "a", Float32Array.of(1, 1, 0, 0), Float32Array.of(1, 1, 0, 0), VOCAB);
  assert.equal(sum.equal, 1);
});

test("logits that are no numbers, or of other positions, are no agreement", () => {
  const nan = Float32Array.of(Number.NaN, 0, 0, 0);
  assert.throws(() => addDocument(noAgreement(), "a", nan, nan, VOCAB), /a logit is no number/);
  assert.throws(
    () => addDocument(noAgreement(), "a", new Float32Array(4), new Float32Array(8), VOCAB),
    /different positions/,
  );
});
