import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holdsHalf, scoreOf, withSharedFeatures } from "../../../../src/context/rank/score.ts";
import { BIAS, WEIGHTS } from "../../../../src/context/rank/weights.ts";
import { FEATURES, type Feature } from "../../../../src/context/retrievers/retriever.ts";
import { pieceOf } from "./piece.ts";

const weights = Object.fromEntries(FEATURES.map((name) => [name, 0])) as Record<Feature, number>;

test("a score is the logistic function of the weighted features", () => {
  assert.equal(scoreOf({}, weights, 0), 0.5);
  const score = scoreOf({ near: 0.5, search: 1 }, { ...weights, near: 2, search: 3 }, -4);
  assert.equal(score, 1 / (1 + Math.exp(0)));
});

test("more of a feature that speaks for a piece never lowers its score", () => {
  const positive = { ...weights, near: 2 };
  assert.ok(scoreOf({ near: 1 }, positive, -4) > scoreOf({ near: 0.5 }, positive, -4));
});

test("of the fitted weights each speaks for its piece; that a file lies in the same folder says next to nothing", () => {
  for (const feature of FEATURES) {
    const weight = WEIGHTS[feature];
    if (feature === "sameFolder") assert.ok(Math.abs(weight) < 0.1, `${feature}: ${weight}`);
    else assert.ok(weight > 0.05, `${feature}: ${weight}`);
  }
  assert.ok(BIAS < -2, "a piece that nothing speaks for is improbable");
  const told = { edit: 1, search: 0.9, near: 1 };
  assert.ok(scoreOf(told) > scoreOf({ search: 0.9, near: 1 }) && scoreOf({ search: 0.9 }) > scoreOf({ search: 0.1 }));
});

test("a piece that holds half of another has its features too, the greater of both", () => {
  const [whole, part] = withSharedFeatures([
    pieceOf({ startLine: 0, endLine: 10, features: { search: 0.3, imported: 1 } }),
    pieceOf({ startLine: 8, endLine: 12, features: { search: 0.9, near: 1 } }),
  ]);
  assert.deepEqual(whole!.features, { search: 0.9, imported: 1, near: 1 });
  assert.deepEqual(part!.features, { search: 0.9, near: 1 }, "it holds two of the other's ten lines");
});

test("pieces of other files, and those that are no lines of a file, share nothing", () => {
  const pieces = [
    pieceOf({ features: { near: 1 } }),
    pieceOf({ path: "c.ts", features: { search: 1 } }),
    pieceOf({ startLine: 0, endLine: 0, features: { clipboard: 1 } }),
  ];
  assert.deepEqual(withSharedFeatures(pieces), pieces);
});

test("any pieces share as a comparison of each with each says", () => {
  const piece = fc.record({
    path: fc.constantFrom("b.ts", "c.ts"),
    startLine: fc.nat(30),
    length: fc.nat(20),
    near: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (given) => {
      const pieces = given.map(({ path, startLine, length, near }) =>
        pieceOf({ path, startLine, endLine: startLine + length, features: { near } }),
      );
      const expected = pieces.map((one) => {
        const held = pieces.filter((other) => other.path === one.path && holdsHalf(one, other));
        return Math.max(one.features.near!, ...held.map(({ features }) => features.near!));
      });
      assert.deepEqual(
        withSharedFeatures(pieces).map(({ features }) => features.near),
        expected,
      );
    }),
  );
});

test("sharing changes none of the pieces that it is given", () => {
  const given = pieceOf({ features: { near: 1 } });
  withSharedFeatures([given, pieceOf({ features: { search: 1 } })]);
  assert.deepEqual(given.features, { near: 1 });
});
