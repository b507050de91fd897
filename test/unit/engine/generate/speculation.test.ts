import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AcceptanceEstimate,
  guessesWorth,
  RowCostEstimate,
  SpeculationEstimates,
} from "../../../../server/engine/generate/speculation.ts";

for (const [what, acceptance, rowShare, rows, wanted] of [
  ["nothing was found", [], 0.1, 1, 0],
  ["rows cost nothing: all", [0.5, 0.5, 0.5], 0, 1, 3],
  ["sure guesses: all", Array(8).fill(1), 0.5, 1, 8],
  ["the second row runs anyway: even an unlikely first guess costs nothing", [0.01], 1, 1, 1],
  ["but not where two rows run without it", [0.01], 0.1, 2, 0],
  ["a row costs as much as a run: one guess, however likely", [0.9, 0.9, 0.9, 0.9], 1, 1, 1],
  ["cheap rows: three", [0.6, 0.6, 0.6, 0.6, 0.6, 0.6], 0.1, 1, 3],
  ["dearer rows: fewer", [0.6, 0.6, 0.6, 0.6, 0.6, 0.6], 0.3, 1, 1],
  ["likelier guesses: more", [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8], 0.1, 1, 6],
  ["as many behind a long prefill as behind two rows", [0.6, 0.6, 0.6, 0.6, 0.6, 0.6], 0.1, 200, 3],
  ["an unlikely guess before likely ones may pay", [0.3, 1, 1, 1, 1, 1], 0.05, 1, 6],
  ["a guess that cannot be right", [0, 1, 1], 0.1, 1, 0],
] as const) {
  test(`guesses worth running: ${what}`, () => {
    assert.equal(guessesWorth(acceptance, rowShare, rows), wanted);
    assert.equal(wanted, best(acceptance, rowShare, rows));
  });
}

/** The definition: expected tokens for the time, of all lengths. */
function best(acceptance: readonly number[], rowShare: number, rows: number): number {
  const rates = Array.from({ length: acceptance.length + 1 }, (_, guesses) => {
    const tokens = acceptance.slice(0, guesses).map((_, i) => acceptance.slice(0, i + 1).reduce((a, b) => a * b));
    return (1 + tokens.reduce((a, b) => a + b, 0)) / (1 + rowShare * (Math.max(2, Math.min(2, rows) + guesses) - 1));
  });
  return rates.indexOf(Math.max(...rates));
}

test("acceptance follows what is seen, by the length of the match", () => {
  const estimate = new AcceptanceEstimate();
  const before = estimate.at(3);
  for (let i = 0; i < 400; i++) estimate.saw(2, i % 4 === 0);
  assert.ok(Math.abs(estimate.at(2) - 0.25) < 0.02, `${estimate.at(2)}`);
  assert.equal(estimate.at(3), before);
  assert.equal(estimate.at(0), 0);
  assert.equal(estimate.at(12), estimate.at(8)); // a longer match says no more
});

test("the share of a row is found in runs of any length, however fast the machine", () => {
  for (const scale of [0.1, 5, 300]) {
    for (const share of [0.02, 0.2, 0.6]) {
      const estimate = new RowCostEstimate();
      for (let i = 0; i < 300; i++) {
        const rows = 2 + (i % 6);
        estimate.saw(rows, scale * (1 + share * (rows - 1)) * (Math.floor(i / 6) % 2 === 0 ? 1.2 : 0.8));
      }
      assert.ok(Math.abs(estimate.rowShare - share) < 0.3 * share + 0.03, `${share}: ${estimate.rowShare}`);
    }
  }
});

test("the share stays sensible: without runs, with equal runs, after a pause, after a prefill, when the machine slows down", () => {
  const estimate = new RowCostEstimate();
  const isSensible = () => estimate.rowShare > 0.02 && estimate.rowShare < 0.3;
  assert.ok(isSensible());
  for (let i = 0; i < 100; i++) estimate.saw(3, 10);
  assert.ok(isSensible(), `${estimate.rowShare}`);
  estimate.saw(9, 5000);
  assert.ok(isSensible(), `${estimate.rowShare}`);
  estimate.saw(256, 400);
  assert.ok(isSensible(), `${estimate.rowShare}`);
  for (let i = 0; i < 400; i++) estimate.saw(2 + (i % 5), 30 * (1 + 0.1 * (1 + (i % 5))));
  assert.ok(isSensible(), `${estimate.rowShare}`);
});

test("where guesses are always wrong and rows are dear, only the row that runs anyway is used; where they are right, more", () => {
  const dear = new SpeculationEstimates();
  for (let i = 0; i < 300; i++) {
    dear.sawRun(2 + (i % 4), 10 * (1 + 0.8 * (1 + (i % 4))));
    for (let matched = 1; matched <= 8; matched++) dear.sawGuesses(matched, 0, true);
  }
  assert.equal(dear.worth(8, 1, 8), 1);
  assert.equal(dear.worth(8, 2, 8), 0);
  const cheap = new SpeculationEstimates();
  for (let i = 0; i < 300; i++) cheap.sawGuesses(1, 8, false);
  assert.equal(cheap.worth(4, 1, 8), 8);
});

test("guesses that nothing was looked up for (tokens taken back) teach nothing about lookups", () => {
  const estimates = new SpeculationEstimates();
  const all = () => [1, 2, 3, 4, 5, 6, 7, 8].map((matched) => estimates.worth(matched, 1, 8));
  const before = all();
  for (let i = 0; i < 400; i++) estimates.sawGuesses(0, 1, true);
  for (let i = 0; i < 400; i++) estimates.sawGuesses(0, 6, false);
  assert.deepEqual(all(), before);
});
