import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mostPiecesTokens, promptBudgetOf } from "../../../../server/host/protocol/promptBudget.ts";
import { estimatedTokens, LEAST_SCORE, pack, roomForPieces } from "../../../../src/context/rank/pack.ts";
import { pieceOf } from "./piece.ts";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `export const name${from + i} = ${from + i};`).join("\n");
const LARGE = 100_000;

test("the most valuable first: by score, and of equal scores the cheaper one", () => {
  const [low, high] = [pieceOf({ path: "1", score: 0.2 }), pieceOf({ path: "2", score: 0.8 })];
  assert.deepEqual(pack([low, high], LARGE).chosen, [high, low]);
  const [long, short] = [pieceOf({ path: "3", text: lines(0, 50) }), pieceOf({ path: "4", text: lines(0, 2) })];
  assert.deepEqual(pack([long, short], LARGE).chosen, [short, long]);
});

test("what is in a chosen piece already is not chosen again, and says so", () => {
  const whole = pieceOf({ text: lines(0, 10), score: 0.9 });
  const part = pieceOf({ text: lines(2, 5), score: 0.3 });
  assert.deepEqual(pack([part, whole], LARGE), { chosen: [whole], left: [{ piece: part, reason: "said already" }] });
});

test("a piece that is half new goes in", () => {
  const first = pieceOf({ text: lines(0, 10), score: 0.9 });
  const second = pieceOf({ text: lines(5, 15), score: 0.8 });
  assert.deepEqual(pack([first, second], LARGE).chosen, [first, second]);
});

test("the same lines in another file are something else", () => {
  const pieces = [pieceOf({ path: "b.ts" }), pieceOf({ path: "c.ts" })];
  assert.deepEqual(pack(pieces, LARGE).chosen, pieces);
});

test("an outline and its file's lines are the same", () => {
  const outline = pieceOf({ text: "function f() { … }\nfunction g() { … }", score: 0.9 });
  const code = pieceOf({ text: "function f() {\n}\nfunction g() {\n}", score: 0.8 });
  assert.deepEqual(pack([outline, code], LARGE).chosen, [outline]);
});

test("a piece that does not fit gives way to the next that does", () => {
  const long = pieceOf({ path: "long", text: lines(0, 100), score: 1 });
  const short = pieceOf({ path: "short", score: 0.1 });
  const { chosen, left } = pack([long, short], estimatedTokens(short.text));
  assert.deepEqual(chosen, [short]);
  assert.deepEqual(left, [{ piece: long, reason: "budget" }]);
});

test("a piece that is unlikely to help is left, whatever room there is", () => {
  for (const score of [LEAST_SCORE / 2, Number.NaN]) {
    const piece = pieceOf({ score });
    assert.deepEqual(pack([piece], LARGE), { chosen: [], left: [{ piece, reason: "unlikely to help" }] });
  }
});

test("brackets alone say nothing; words in any letters do", () => {
  const brackets = pieceOf({ text: "}\n}" });
  assert.deepEqual(pack([brackets], LARGE).left, [{ piece: brackets, reason: "says nothing" }]);
  assert.equal(pack([pieceOf({ text: "привет = мир" })], LARGE).chosen.length, 1);
});

test("pieces have what the document leaves of a prompt: all but its share of a long one, of a short one no more than theirs", () => {
  const LONG_UNITS = 100_000;
  const long = [1_024, 1_536, 2_048].map((tokens) => {
    const budget = promptBudgetOf("strong", tokens);
    const room = roomForPieces(LONG_UNITS, LONG_UNITS, budget);
    assert.ok(Math.abs(room - tokens / 2) < 40, `${room} of ${tokens} tokens`);
    assert.equal(roomForPieces(10, 10, budget), Math.min(mostPiecesTokens(budget), tokens - 32 - 2 * 128));
    return room;
  });
  assert.deepEqual(
    long,
    long.toSorted((a, b) => a - b),
  );
  assert.equal(mostPiecesTokens(promptBudgetOf()), 1_200);
});

const several = fc
  .array(
    fc.record({
      path: fc.constantFrom("b.ts", "c.ts"),
      from: fc.nat(20),
      length: fc.integer({ min: 0, max: 20 }),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 20 },
  )
  .map((given) => given.map(({ from, length, ...one }) => pieceOf({ ...one, text: lines(from, from + length) })));

test("what is chosen next does not depend on what has been left", () => {
  fc.assert(
    fc.property(several, fc.nat(1_000), (pieces, budget) => {
      const { chosen } = pack(pieces, budget);
      const among = pieces.filter((piece) => chosen.includes(piece));
      assert.deepEqual(pack(among, budget).chosen, chosen);
    }),
  );
});

test("any pieces: within the budget, each chosen or left with a reason, none twice", () => {
  fc.assert(
    fc.property(several, fc.nat(1_000), (pieces, budget) => {
      const { chosen, left } = pack(pieces, budget);
      assert.ok(chosen.reduce((sum, { text }) => sum + estimatedTokens(text), 0) <= budget);
      assert.deepEqual(new Set([...chosen, ...left.map((one) => one.piece)]), new Set(pieces));
      assert.equal(chosen.length + left.length, pieces.length);
      assert.ok(left.every(({ reason }) => reason !== ""));
    }),
  );
});
