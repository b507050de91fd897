import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LONGEST_MATCH, PromptLookup } from "../../../../server/engine/generate/promptLookup.ts";

const codes = (text: string) => Array.from(text, (character) => character.charCodeAt(0));
const guessed = (prompt: string, most = 4, texts: string[] = [], fits?: (token: number) => boolean) => {
  const { tokens, matched } = new PromptLookup(codes(prompt), texts.map(codes)).guess(most, fits);
  return [String.fromCharCode(...tokens), matched];
};

for (const [what, prompt, wanted] of [
  ["what followed the last tokens", "abcdefgh abc", ["defg", 3]],
  ["the longest match, though others are later", "xabcd zbcq ycr abc", ["d zb", 3]],
  ["of equal matches, what followed most often", " ab1 ab1 ab2 ab", ["1 ab", 3]],
  ["of equally frequent ones, the last", "ab1 ab2 ab", ["2 ab", 3]],
  ["one token is a match", "a1 b2 a", ["1 b2", 1]],
  ["no match, no guess", "abcdef", ["", 0]],
  ["a repetition goes on", "xyxyx", ["yxyx", 3]],
  ["nothing to look in", "", ["", 0]],
] as const) {
  test(what, () => assert.deepEqual(guessed(prompt), wanted));
}

test("a given text is looked up too; a guess ends where the text does, and no match reaches across the border", () => {
  assert.deepEqual(guessed("foo(b", 8, ["foo(bar)", "unrelated"]), ["ar)", 5]);
  assert.deepEqual(guessed("b", 8, ["ab", "c"]), ["", 0]); // the last token of a text is followed by nothing
  assert.deepEqual(guessed("aXb", 8, ["a", "Xbc"]), ["c", 2]);
});

test("only places whose next token fits count", () => {
  assert.deepEqual(
    guessed(" ab1 ab2 ab2 ab", 2, [], (token) => token === 49),
    ["1 ", 3],
  );
});

test("the match has a limit, the guess one of its own", () => {
  const line = "const answer = 42;\n";
  assert.deepEqual(guessed(`${line}const answer =`, 3), [" 42", LONGEST_MATCH]);
  assert.deepEqual(guessed(`${line}const answer =`, 0), ["", LONGEST_MATCH]);
});

/** The definition, in a plain loop. */
function oracle(text: readonly number[], most: number) {
  const end = text.length - 1;
  const same = (a: number) => {
    let length = 0;
    while (length < LONGEST_MATCH && a - length >= 0 && text[a - length] === text[end - length]) length++;
    return length;
  };
  const places = Array.from({ length: Math.max(0, end) }, (_, place) => place).filter((place) => same(place) > 0);
  const matched = Math.max(0, ...places.map(same));
  const next = places.filter((place) => same(place) === matched).map((place) => place + 1);
  const count = (place: number) => next.filter((other) => text[other] === text[place]).length;
  const start = next.toSorted((a, b) => count(b) - count(a) || b - a)[0];
  const tokens: number[] = [];
  while (start !== undefined && tokens.length < most) {
    const place = start + tokens.length;
    tokens.push(place <= end ? text[place] : tokens[place - end - 1]);
  }
  return { tokens, matched };
}

test("token by token = all at once = the plain loop, for colliding tokens too", () => {
  const token = fc.constantFrom(1, 2, 3, 4097, 8193); // 1, 4097 and 8193 share a bucket
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 9 }), (text, cut, most) => {
      const grown = new PromptLookup(text.slice(0, cut));
      for (const next of text.slice(cut)) {
        grown.guess(most); // changes nothing
        grown.push(next);
      }
      assert.deepEqual(grown.guess(most), new PromptLookup(text).guess(most));
      assert.deepEqual(grown.guess(most), oracle(text, most));
    }),
    { numRuns: 500 },
  );
});
