import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../../../common/errors.ts";
import { createSampler } from "../../../../server/engine/generate/sampler.ts";

const logitsOf = (probabilities: number[]) => Float32Array.from(probabilities, Math.log);
const PROBABILITIES = [0.1, 0.4, 0.05, 0.3, 0.15];

/** How often each index was drawn, as shares. */
function shares(sampling: Parameters<typeof createSampler>[0], logits = logitsOf(PROBABILITIES), draws = 20_000) {
  const sample = createSampler(sampling);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) counts[sample(logits).index]++;
  return counts.map((count) => count / draws);
}

function assertClose(found: number[], wanted: number[], tolerance = 0.015) {
  for (const [i, share] of found.entries()) {
    assert.ok(Math.abs(share - wanted[i]) < tolerance, `index ${i}: ${share}, wanted ${wanted[i]}`);
  }
}

test("greedy takes the largest logit, the first of equal ones", () => {
  const sample = createSampler({ temperature: 0 });
  assert.equal(sample(logitsOf(PROBABILITIES)).index, 1);
  assert.equal(sample(Float32Array.of(1, 3, 3, 2)).index, 1);
});

test("the log-probability is that of the plain distribution, whatever the temperature", () => {
  for (const temperature of [0, 0.3, 1, 5]) {
    const { index, logProb } = createSampler({ temperature, topK: 2, seed: 1 })(logitsOf(PROBABILITIES));
    assert.ok(Math.abs(logProb - Math.log(PROBABILITIES[index])) < 1e-5);
  }
});

test("at temperature 1 the draws follow the distribution", () => {
  assertClose(shares({ temperature: 1, seed: 7 }), PROBABILITIES);
});

test("the temperature sharpens and flattens", () => {
  const powered = (t: number) => {
    const weights = PROBABILITIES.map((p) => p ** (1 / t));
    return weights.map((w) => w / weights.reduce((a, b) => a + b));
  };
  assertClose(shares({ temperature: 0.5, seed: 8 }), powered(0.5));
  assertClose(shares({ temperature: 2, seed: 9 }), powered(2));
});

test("top-k keeps the k likeliest", () => {
  assertClose(shares({ temperature: 1, topK: 2, seed: 3 }), [0, 4 / 7, 0, 3 / 7, 0]);
  assertClose(shares({ temperature: 1, topK: 99, seed: 3 }), PROBABILITIES);
});

test("top-p keeps the likeliest that reach p together", () => {
  assertClose(shares({ temperature: 1, topP: 0.65, seed: 4 }), [0, 4 / 7, 0, 3 / 7, 0]);
  assertClose(shares({ temperature: 1, topP: 0.75, seed: 4 }), [0, 0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85]);
  assertClose(shares({ temperature: 1, topP: 0.01, seed: 4 }), [0, 1, 0, 0, 0]);
});

test("top-p counts among what top-k left", () => {
  assertClose(shares({ temperature: 1, topK: 3, topP: 0.8, seed: 5 }), [0, 4 / 7, 0, 3 / 7, 0]);
});

test("a seed repeats a sequence, another one does not", () => {
  const sequence = (seed?: number) => {
    const sample = createSampler({ temperature: 1, seed });
    return Array.from({ length: 40 }, () => sample(logitsOf(PROBABILITIES)).index).join("");
  };
  assert.equal(sequence(11), sequence(11));
  assert.notEqual(sequence(11), sequence(12));
  assert.notEqual(sequence(), sequence());
});

test("top-k of the heap is top-k of a sort", () => {
  const logits = fc.float32Array({ minLength: 1, maxLength: 50, noNaN: true, min: -20, max: 20 });
  fc.assert(
    fc.property(logits, fc.integer({ min: 1, max: 50 }), fc.nat(), (values, topK, seed) => {
      const { index } = createSampler({ temperature: 1, topK, seed })(values);
      const kept = [...values].sort((a, b) => b - a).slice(0, topK);
      assert.ok(values[index] > kept[kept.length - 1] - 1e-9); // closer ones have equal probabilities
    }),
  );
});

test("logits that are no numbers are an error, not a token", () => {
  for (const temperature of [0, 1]) {
    assert.throws(() => createSampler({ temperature })(Float32Array.of(1, Number.NaN, 2)), UserError);
  }
});
