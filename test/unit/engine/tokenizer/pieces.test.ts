// The one pattern that cuts text into pieces against the two stages that it stands for.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitPieces } from "../../../../server/engine/tokenizer/pieces.ts";

const GPT2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

function splitInTwoStages(text: string): string[] {
  const parts = text.match(/\p{N}|\P{N}+/gu) ?? [];
  return parts.flatMap((part) => part.match(GPT2) ?? []);
}

test("a few known cuts", () => {
  const cuts: [string, string[]][] = [
    ["", []],
    ["const x  = 12;", ["const", " x", " ", " =", " ", "1", "2", ";"]],
    ["  5", ["  ", "5"]],
    ["if (a) {\n    b", ["if", " (", "a", ")", " {", "\n   ", " b"]],
    ["don't", ["don", "'t"]],
    ["x²³ ½", ["x", "²", "³", " ", "½"]],
    ["a\ufeffb", ["a", "\ufeff", "b"]],
    ["a\r\n\r\nb", ["a", "\r\n\r", "\n", "b"]],
  ];
  for (const [text, pieces] of cuts) assert.deepEqual(splitPieces(text), pieces, JSON.stringify(text));
});

test("one pattern cuts as two stages do, and loses nothing", () => {
  const parts = fc.constantFrom(
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "a",
    "Zé",
    "日",
    "1",
    "²",
    "٣",
    "'s",
    "'",
    "(",
    "==",
    "_",
    "\u0085",
    "\ufeff",
    "🎉",
  );
  const texts = fc.oneof(
    fc.array(parts, { maxLength: 30 }).map((list) => list.join("")),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const pieces = splitPieces(text);
      assert.deepEqual(pieces, splitInTwoStages(text));
      assert.equal(pieces.join(""), text);
    }),
    { numRuns: 1000 },
  );
});
