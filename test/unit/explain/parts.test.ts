// The pure steps of an explanation, for any text.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ScoredToken } from "../../../server/host/protocol/messages.ts";
import { copiedTexts } from "../../../src/explain/copied.ts";
import { BLOCK_LINES, blocksOf, promptParts } from "../../../src/explain/promptParts.ts";
import { firstWord, hesitations, wordsOf } from "../../../src/explain/words.ts";

const code = fc.array(fc.constantFrom("alpha", "beta", "(", ")", " ", "\n", ".", "gammaDelta", "1"), { maxLength: 40 });

test("blocks are the text's lines by four, each left out once", () => {
  fc.assert(
    fc.property(code, (parts) => {
      const text = parts.join("");
      const blocks = blocksOf(text);
      assert.equal(blocks.map((block) => block.text).join(""), text);
      for (const { firstLine, text: own, without } of blocks) {
        assert.equal(firstLine % BLOCK_LINES, 0);
        assert.equal(own.length + without.length, text.length);
      }
    }),
  );
});

test("words are the tokens' text, and at most three of them are hesitations", () => {
  const token = fc.record({
    id: fc.nat(100),
    text: fc.constantFrom("ab", "c", " ", "(", "\n", "", "_d", " e"),
    logProb: fc.double({ min: -5, max: 0, noNaN: true }),
    rank: fc.nat(9),
    entropy: fc.double({ min: 0, max: 5, noNaN: true }),
    alternatives: fc.constant<ScoredToken["alternatives"]>([]),
  });
  fc.assert(
    fc.property(fc.array(token), (tokens: ScoredToken[]) => {
      const words = wordsOf(tokens);
      assert.equal(words.map(({ text }) => text).join(""), tokens.map(({ text }) => text).join(""));
      const sum = words.flatMap((word) => word.tokens).reduce((total, { logProb }) => total + logProb, 0);
      assert.ok(Math.abs(sum - words.reduce((total, { logProb }) => total + logProb, 0)) < 1e-9);
      const doubtful = hesitations(words);
      assert.ok(doubtful.length <= 3);
      for (const { index, text } of doubtful) assert.equal(tokens[index]!.text, text);
    }),
  );
  assert.deepEqual(["ab(c)", " ab.c", "(", " == x"].map(firstWord), ["ab", " ab", "(", " =="]);
});

test("a copy stands in the suggestion where it says, and in the part that it names; part of a longer word is none", () => {
  const prompt = { path: "a.ts", languageId: "typescript", prefix: "", suffix: "", pieces: [] };
  const partsOf = (text: string) =>
    promptParts({ ...prompt, prefix: `${text}\n` }, { pieces: [], dropped: [], prompt: "", tokens: 0 });
  fc.assert(
    fc.property(code, code, (own, other) => {
      const [text, elsewhere] = [own.join(""), other.join("")];
      for (const copy of copiedTexts(text, partsOf(elsewhere))) {
        assert.equal(text.slice(copy.at, copy.at + copy.text.length), copy.text);
        assert.ok(elsewhere.includes(copy.text));
      }
    }),
  );
  assert.deepEqual(copiedTexts("openArchive", partsOf("openArchives();")), []);
  assert.equal(copiedTexts("x = openArchive()", partsOf("openArchive();"))[0]!.text, "openArchive()");
});
