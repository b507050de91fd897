// The pieces of a prompt from one keystroke to the next.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { estimatedTokens } from "../../../../src/context/rank/pack.ts";
import type { Scored } from "../../../../src/context/rank/score.ts";
import { Selection } from "../../../../src/context/rank/selection.ts";
import { pieceOf } from "./piece.ts";

const LARGE = 100_000;
const named = (name: string, score: number) =>
  pieceOf({ path: `${name}.ts`, text: `export const ${name}${name} = 1;`, score });

/** A selection as a document has it: gives the names of the chosen pieces. */
function selection(budgetTokens = LARGE) {
  const kept = new Selection();
  const choose = (
    found: readonly Scored[],
    line = 0,
    isCurrent: (piece: Scored) => boolean | undefined = () => true,
    nowMs = 0,
  ) => kept.choose(found, line, budgetTokens, isCurrent, nowMs);
  const names = (...given: Parameters<typeof choose>) =>
    choose(...given).chosen.map(({ path }) => path.replace(".ts", ""));
  return { choose, names };
}

const [a, b, c] = [named("a", 0.9), named("b", 0.5), named("c", 0.3)];

test("the first choice puts the best file last, nearest to the cursor", () => {
  assert.deepEqual(selection().names([a!, b!, c!]), ["c", "b", "a"]);
});

test("pieces of one file follow each other in its order", () => {
  const parts = [7, 3, 5].map((startLine) =>
    pieceOf({ startLine, endLine: startLine + 1, text: `export const part${startLine} = 1;`, score: startLine / 10 }),
  );
  const { chosen } = selection().choose([...parts, named("c", 0.6)]);
  assert.deepEqual(
    chosen.map(({ path, startLine }) => (path === "b.ts" ? startLine : path)),
    ["c.ts", 3, 5, 7],
  );
});

test("a kept piece keeps its place, newcomers come at the end", () => {
  const { names } = selection();
  names([a!, b!]);
  assert.deepEqual(names([c!, b!, a!, named("d", 0.99), named("e", 0.99)], 1), ["b", "a", "c", "d", "e"]);
});

test("a small gain changes nothing, and what it would have brought says so", () => {
  const { names, choose } = selection();
  names([a!, b!]);
  const little = named("d", 0.05);
  const { chosen, left } = choose([a!, b!, little]);
  assert.equal(chosen.length, 2);
  assert.deepEqual(left, [{ piece: little, reason: "not worth a changed prompt yet" }]);
});

test("what no retriever finds again stays for a while, and not for ever", () => {
  const { names } = selection();
  names([a!]);
  assert.deepEqual(names([]), ["a"]);
  for (let request = 0; request < 100; request++) assert.deepEqual(names([]), ["a"], "within its line");
  let line = 1;
  while (names([], line).length > 0) assert.ok(line++ < 1_000, "it never goes");
  assert.ok(line > 2, "it goes at once");
});

test("being kept does not raise a score", () => {
  const { choose } = selection();
  let found: Scored[] = [a!];
  for (let line = 0; line < 50; line++) {
    found = [named(`n${line}`, 0.99), named(`m${line}`, 0.99)];
    const { chosen } = choose(found, line);
    for (const { score } of chosen) assert.ok(score <= 0.99, `${score}`);
  }
});

test("a piece that may not stay is gone at once, and named", () => {
  const { choose } = selection();
  choose([a!, b!]);
  const { chosen, left } = choose([b!], 0, ({ path }) => path !== "a.ts");
  assert.deepEqual(
    chosen.map(({ path }) => path),
    ["b.ts"],
  );
  assert.deepEqual(
    left.map(({ piece, reason }) => [piece.path, reason]),
    [["a.ts", "no longer found"]],
  );
});

test("where it is too late to look whether a piece holds it stays for a second after it was seen to, and no longer", () => {
  const { names } = selection();
  const unknown = () => undefined;
  names([a!]);
  assert.deepEqual(names([], 0, unknown, 900), ["a"]);
  assert.deepEqual(
    names([], 0, () => true, 1_000),
    ["a"],
  );
  assert.deepEqual(names([], 1, unknown, 2_000), ["a"]);
  assert.deepEqual(names([], 1, unknown, 2_001), []);
});

test("a jump starts anew", () => {
  const { names } = selection();
  names([b!]);
  assert.deepEqual(names([a!], 1_000), ["a"]);
});

test("the same text found by another retriever is the same piece", () => {
  const { choose } = selection();
  choose([a!]);
  const { chosen } = choose([{ ...a!, kind: "search" }]);
  assert.deepEqual(chosen, [a]);
});

test("a smaller budget is kept to", () => {
  const kept = new Selection();
  kept.choose([a!, b!], 0, LARGE, () => true, 0);
  const { chosen } = kept.choose([a!, b!], 0, estimatedTokens(a!.text), () => true, 0);
  assert.deepEqual(
    chosen.map(({ path }) => path),
    ["a.ts"],
  );
});

const pieces = fc.uniqueArray(
  fc.record({ name: fc.integer({ min: 0, max: 30 }), score: fc.double({ min: 0, max: 1, noNaN: true }) }),
  { selector: ({ name }) => name, maxLength: 15 },
);
const scored = (given: readonly { name: number; score: number }[]) =>
  given.map(({ name, score }) => named(`p${name}`, score));

test("while nothing changes the prompt is the same", () => {
  fc.assert(
    fc.property(pieces, pieces, fc.integer({ min: 20, max: 300 }), (before, now, budget) => {
      const { names } = selection(budget);
      names(scored(before));
      const none = () => false; // only what is found counts: what is forgotten fades
      const chosen = names(scored(now), 1, none);
      assert.deepEqual(names(scored(now), 1, none), chosen);
      assert.deepEqual(names(scored(now), 1, none), chosen);
    }),
  );
});

test("whatever is found, what stays keeps its order and comes before what is new", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), fc.integer({ min: 20, max: 300 }), (requests, budget) => {
      const { names } = selection(budget);
      let before: string[] = [];
      for (const [line, given] of requests.entries()) {
        const now = names(scored(given), line);
        const kept = before.filter((name) => now.includes(name));
        assert.deepEqual(now.slice(0, kept.length), kept);
        before = now;
      }
    }),
  );
});
