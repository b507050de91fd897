// The mixture of counts and model: a distribution, between its two parts, and nearer to the counts the more they say.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GenerationMemory } from "../../../../server/engine/memory/generationMemory.ts";
import { MatchCounts, type Source } from "../../../../server/engine/memory/matchCounts.ts";
import { certaintyOf, doubtOf, lambdas, mixedLogits } from "../../../../server/engine/memory/mixture.ts";
import { RepositoryMemory } from "../../../../server/engine/memory/repositoryMemory.ts";
import { MIXTURE } from "../../../../server/engine/memory/weights.ts";

const VOCAB = 12;
const one = (token: number) => [token];
const lineBreaks = { ids: [10, 11], has: (token: number) => token === 10 || token === 11 };
const logits = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: VOCAB, maxLength: VOCAB });
const places = fc.array(
  fc.tuple(fc.integer({ min: 0, max: VOCAB - 1 }), fc.constantFrom<Source>(0, 1, 2), fc.integer({ min: 2, max: 24 })),
  { maxLength: 30 },
);

function countsOf(all: readonly [number, Source, number][]): MatchCounts {
  const counts = new MatchCounts();
  for (const [token, source, length] of all) counts.add(token, source, length);
  counts.finish();
  return counts;
}

const probabilities = (values: Float32Array): number[] => {
  const { logTotal } = doubtOf(values);
  return Array.from(values, (value) => Math.exp(value - logTotal));
};

test("is a distribution, and takes nothing from a token but by what was counted", () => {
  fc.assert(
    fc.property(logits, places, (model, all) => {
      const own = Float32Array.from(model);
      const counts = countsOf(all);
      const mixed = mixedLogits(own, counts, MIXTURE, one);
      const sum = mixed.reduce((total, value) => total + Math.exp(value), 0);
      assert.ok(Math.abs(sum - 1) < 1e-4, `they add up to ${sum}`);
      const before = probabilities(own);
      const after = probabilities(mixed);
      const lost = before.map((value, token) => (counts.byToken.has(token) ? undefined : after[token] / value));
      const shares = lost.filter((share) => share !== undefined);
      for (const share of shares) assert.ok(share <= 1 + 1e-4 && Math.abs(share - shares[0]) < 1e-3);
    }),
  );
});

test("nothing counted leaves the model's distribution", () => {
  const own = Float32Array.from([1, 2, 3, -4]);
  const mixed = mixedLogits(own, countsOf([]), MIXTURE, one);
  for (const [i, value] of probabilities(mixed).entries()) assert.ok(Math.abs(value - probabilities(own)[i]) < 1e-6);
});

test("a long match in a doubtful place wins; against a certain model it does not", () => {
  const counts = countsOf([
    [3, 0, 24],
    [3, 2, 24],
    [3, 2, 24],
  ]);
  const doubtful = new Float32Array(VOCAB);
  const certain = new Float32Array(VOCAB);
  certain[7] = 14;
  const best = (values: Float32Array) => values.indexOf(Math.max(...values));
  assert.equal(best(mixedLogits(doubtful, counts, MIXTURE, one)), 3);
  assert.equal(best(mixedLogits(certain, counts, MIXTURE, one)), 7);
});

test("what is counted weighs more where the model is less certain", () => {
  const counts = countsOf([[3, 2, 5]]);
  const sum = (doubt: { entropy: number; certainty: number }) =>
    lambdas(counts, doubt, MIXTURE).reduce((total, value) => total + value, 0);
  assert.ok(sum({ entropy: 3, certainty: 0.1 }) > sum({ entropy: 0.1, certainty: 4 }));
  assert.equal(certaintyOf(1), certaintyOf(0.99999));
});

test("of the tokens that are allowed, only those are counted that are", () => {
  const memory = new RepositoryMemory();
  memory.set("a.ts", [1, 2, 3, 9, 1, 2, 4]);
  const text = { before: [8, 1, 2], after: [], lineBreaks };
  const open = new GenerationMemory(memory.snapshot("b.ts"), text, MIXTURE);
  const allowed = [5, 4];
  const mixed = probabilities(open.mix(new Float32Array(2), allowed));
  assert.ok(mixed[1] > mixed[0]);
  assert.deepEqual([...open.counts(new Set(allowed)).byToken.keys()], [4]);
  assert.deepEqual([...open.counts().byToken.keys()].sort(), [3, 4]);
});

test("guesses what followed the longest match, and hears what is written", () => {
  const memory = new RepositoryMemory();
  memory.set("a.ts", [1, 2, 3, 4, 5]);
  memory.set("b.ts", [2, 3, 7]);
  const open = new GenerationMemory(memory.snapshot("c.ts"), { before: [1, 2, 3], after: [], lineBreaks }, MIXTURE);
  assert.deepEqual(open.guess(8), { tokens: [4, 5], matched: 3 });
  open.push(4);
  assert.deepEqual(open.guess(1), { tokens: [5], matched: 4 });
});

test("taken tokens are no part of the context", () => {
  const memory = new RepositoryMemory();
  memory.set("a.ts", [1, 2, 3, 4, 5]);
  const open = new GenerationMemory(memory.snapshot("c.ts"), { before: [1, 2, 3], after: [], lineBreaks }, MIXTURE, 1);
  assert.deepEqual(open.guess(8), { tokens: [3, 4, 5], matched: 2 });
});

test("the open file counts, before the cursor and after it; its stored text does not", () => {
  const memory = new RepositoryMemory();
  memory.set("open.ts", [1, 2, 6]);
  const text = { before: [1, 2, 3, 9, 1, 2], after: [1, 2, 4], lineBreaks };
  const open = new GenerationMemory(memory.snapshot("open.ts"), text, MIXTURE);
  assert.deepEqual([...open.counts().byToken.keys()].sort(), [3, 4]);
});

test("line breaks count as one, and the model says which of them", () => {
  const memory = new RepositoryMemory();
  memory.set("a.ts", [1, 2, 10, 9, 1, 2, 11, 9, 1, 2, 4]);
  const open = new GenerationMemory(memory.snapshot("b.ts"), { before: [8, 1, 2], after: [], lineBreaks }, MIXTURE);
  const model = new Float32Array(VOCAB);
  model[11] = 2;
  const before = probabilities(model);
  const after = probabilities(open.mix(model, undefined));
  assert.ok(after[10] + after[11] > before[10] + before[11]);
  assert.ok(Math.abs(after[11] / after[10] - before[11] / before[10]) < 1e-3);
});

test("what is written does not speak for itself", () => {
  const open = new GenerationMemory(
    new RepositoryMemory().snapshot("b.ts"),
    { before: [5, 6], after: [], lineBreaks },
    MIXTURE,
  );
  for (const token of [1, 2, 3, 1, 2]) open.push(token);
  assert.equal(open.counts().byToken.size, 0);
});
