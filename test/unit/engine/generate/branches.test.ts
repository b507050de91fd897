// Branches: what a generation reports it could have written instead is what it writes when it is forced to.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSession, generate } from "../../../../server/engine/generate/generate.ts";
import type { GenerationRequest } from "../../../../server/engine/generate/types.ts";
import { ALPHABET, bytes, repetitiveDecoder, tokenizer } from "./repetitiveDecoder.ts";

const never = new AbortController().signal;
const write = (seed: number, request: GenerationRequest, session = createSession(repetitiveDecoder(seed), tokenizer)) =>
  generate(session, request, () => {}, never);

const requests = fc.record({
  promptTokens: fc.array(fc.constantFrom(...ALPHABET), { minLength: 1, maxLength: 30 }),
  maxTokens: fc.integer({ min: 1, max: 24 }),
  sampling: fc.constant({ temperature: 0 }),
  stop: fc.constant([]),
  healing: fc.boolean(),
  branches: fc.constant(6),
});

test("a forced branch begins with the text before it and its token, guessed or not, in the same session or another", async () => {
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(requests, fc.nat(), async (request, seed) => {
      const session = createSession(repetitiveDecoder(seed), tokenizer);
      const main = await write(seed, request, session);
      assert.ok(main.branches.length <= 6);
      for (const { at, text, tokens, logProb } of main.branches) {
        assert.ok(!(main.text.slice(at).startsWith(text) && text.length === 0));
        const forced = { ...request, branches: 0, forced: tokens };
        const other = await write(seed, forced, session);
        assert.ok(other.text.startsWith((main.text.slice(0, at) + text).slice(0, other.text.length)));
        const plain = await write(seed, { ...forced, speculation: false });
        assert.deepEqual([other.text, other.stop, other.logProbs], [plain.text, plain.stop, plain.logProbs]);
        if (!request.healing) {
          const sum = other.logProbs.slice(0, tokens.length).reduce((total, value) => total + value, 0);
          if (other.logProbs.length >= tokens.length) assert.ok(Math.abs(sum - logProb) < 1e-3, `${sum} ${logProb}`);
        }
        judged++;
      }
    }),
    { numRuns: 150, seed: 1 },
  );
  assert.ok(judged > 300, `${judged} branches`);
});

test("the likeliest first, none twice, none of what was chosen", async () => {
  const request = { promptTokens: bytes.encode("abc;abc;"), maxTokens: 20, sampling: { temperature: 0 }, stop: [] };
  const { branches, text } = await write(5, { ...request, branches: 4 });
  assert.equal(branches.length, 4);
  for (const [i, { logProb }] of branches.entries()) assert.ok(i === 0 || logProb <= branches[i - 1].logProb);
  assert.equal(new Set(branches.map(({ tokens }) => String(tokens))).size, 4);
  assert.equal((await write(5, { ...request, branches: 0 })).branches.length, 0);
  assert.equal((await write(5, request)).text, text);
});

test("a forced path is run in one run, and a token that may not come there is not forced", async () => {
  const decoder = repetitiveDecoder(5);
  const request = { promptTokens: bytes.encode("abc;"), maxTokens: 6, sampling: { temperature: 0 }, stop: [] };
  const forced = bytes.encode("cc;;b");
  const session = createSession(decoder, tokenizer);
  const { text, speculation } = await write(5, { ...request, healing: false, forced }, session);
  assert.ok(text.startsWith("cc;;b"));
  assert.equal(speculation.runs, 1);
  const healed = await write(5, { ...request, promptTokens: bytes.encode(";a"), forced: bytes.encode("z") });
  assert.ok(!healed.text.startsWith("z"));
});
