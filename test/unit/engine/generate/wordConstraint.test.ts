// A text that is held to words begins with one of them, whatever the model wants; beside a slow oracle that tries every token.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSession, generate } from "../../../../server/engine/generate/generate.ts";
import { WordConstraint } from "../../../../server/engine/generate/wordConstraint.ts";
import { HealingTable } from "../../../../server/engine/tokenizer/healing.ts";
import { ALPHABET, bytes, repetitiveDecoder, tokenizer } from "./repetitiveDecoder.ts";

const never = new AbortController().signal;
const healing = new HealingTable(tokenizer);
const words = fc.array(fc.stringMatching(/^[abc]{1,5}$/), { minLength: 1, maxLength: 6 });
const isLetter = (text: string) => /^[\p{L}\p{N}_$]/u.test(text);

/** Whether a text is a beginning of what may be written: a part of a word, or a word and no letter after it. */
const mayStand = (text: string, all: readonly string[]) =>
  all.some((word) => word.startsWith(text) || (text.startsWith(word) && !isLetter(text.slice(word.length))));

test("the candidates are all tokens that may come, and no others", () => {
  fc.assert(
    fc.property(words, fc.stringMatching(/^[abc]{0,4}$/), (all, written) => {
      const constraint = new WordConstraint(all, tokenizer, healing);
      constraint.push(Buffer.from(written));
      const candidates = constraint.candidates(new Uint8Array());
      if (!all.some((word) => word.startsWith(written))) {
        assert.equal(candidates, undefined, "what is past its word is free");
        return;
      }
      const slow = Array.from({ length: 256 }, (_, id) => id).filter((id) => {
        const text = Buffer.from(tokenizer.bytesOf(id)).toString("latin1");
        const isAscii = text.length > 0 && text.charCodeAt(0) < 128;
        return isAscii && mayStand(written + text, all);
      });
      const fast = candidates!.filter(
        (id) => id < 256 && Buffer.from(tokenizer.bytesOf(id)).every((byte) => byte < 128),
      );
      assert.deepEqual(
        fast.sort((a, b) => a - b),
        slow,
      );
    }),
    { numRuns: 500 },
  );
});

test("a generation begins with a word, also where bytes are owed; guessed or not", async () => {
  await fc.assert(
    fc.asyncProperty(
      words,
      fc.array(fc.constantFrom(...ALPHABET), { minLength: 1, maxLength: 20 }),
      fc.nat(),
      fc.boolean(),
      async (all, promptTokens, seed, isHealed) => {
        const request = {
          promptTokens,
          maxTokens: 12,
          sampling: { temperature: 0 },
          stop: [],
          healing: isHealed,
          words: all,
        };
        const write = (speculation: boolean) =>
          generate(createSession(repetitiveDecoder(seed), tokenizer), { ...request, speculation }, () => {}, never);
        const { text, stop } = await write(true);
        assert.ok(mayStand(text, all) || stop === "repetition", `${JSON.stringify(text)} of ${all}`);
        assert.equal((await write(false)).text, text);
      },
    ),
    { numRuns: 150 },
  );
});

test("without words nothing changes", async () => {
  const request = { promptTokens: bytes.encode("abc;"), maxTokens: 9, sampling: { temperature: 0 }, stop: [] };
  const write = (more: object) =>
    generate(createSession(repetitiveDecoder(3), tokenizer), { ...request, ...more }, () => {}, never);
  assert.equal((await write({ words: [] })).text, (await write({})).text);
});
