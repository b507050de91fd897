import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../../../common/errors.ts";
import { createSession, generate } from "../../../../server/engine/generate/generate.ts";
import { scoreText } from "../../../../server/engine/generate/scoreText.ts";
import type { Decoder } from "../../../../server/engine/runtime/decoder.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { ALTERNATIVES } from "../../../../server/host/protocol/limits.ts";
import { LedgerCache, ledgerOf } from "../../../support/ledgerCache.ts";
import { tinyModel, tinyTokenizer } from "../../../support/tinyModel.ts";

const VOCAB = 260;

/** Logits that depend on the token and its position; the decoder notes what it ran. */
function positionDecoder(runs: { tokens: number[]; past: number }[]): Decoder {
  const { config } = tinyModel();
  return {
    config,
    capacity: 400,
    device: "cpu",
    runtime: "test",
    createCache: () => new LedgerCache(400),
    async run(cache, tokens, past, logitPositions) {
      runs.push({ tokens: [...tokens], past });
      ledgerOf(cache, past).held.push(...tokens);
      return Float32Array.from(logitPositions.flatMap((index) => logitsAt(tokens[index], past + index)));
    },
    dispose() {},
  };
}

const logitsAt = (token: number, position: number): number[] =>
  Array.from({ length: VOCAB }, (_, id) => Math.sin(id * 0.7 + token * 1.3 + position * 0.1) * 3);

/** The definition: ln softmax of each text token after what stands before it. */
function oracle(prompt: number[], text: number[]): number {
  const all = [...prompt, ...text];
  return text.reduce((sum, id, index) => {
    const before = prompt.length + index - 1;
    const logits = logitsAt(all[before], before);
    return sum + logits[id] - Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
  }, 0);
}

const ids = (length: number, step: number) => Array.from({ length }, (_, index) => (index * step + 3) % 128);
const textOf = (bytes: readonly number[]) => String.fromCharCode(...bytes);
const close = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-3, `${found} is not ${wanted}`);

test("the score is the sum over the text's tokens, however long both are", async () => {
  for (const [promptLength, textLength] of [
    [1, 1],
    [5, 3],
    [128, 1],
    [200, 150],
  ]) {
    const session = createSession(positionDecoder([]), tinyTokenizer());
    const [prompt, text] = [ids(promptLength, 7), ids(textLength, 11)];
    const { logProb, tokens } = await scoreText(session, prompt, textOf(text));
    close(logProb, oracle(prompt, text));
    assert.equal(tokens.length, textLength);
    assert.equal(tokens.map((token) => token.text).join(""), textOf(text));
  }
});

test("what is in the cache already is not run again, but for the prompt's last token", async () => {
  const runs: { tokens: number[]; past: number }[] = [];
  const session = createSession(positionDecoder(runs), tinyTokenizer());
  const [prompt, text] = [ids(20, 7), ids(4, 11)];
  await scoreText(session, prompt, textOf(text));
  assert.deepEqual(
    session.slots.views[0].tokens,
    [...prompt, ...text.slice(0, -1)],
    "the cache holds all but the last token",
  );
  runs.length = 0;
  close((await scoreText(session, prompt, textOf(ids(3, 5)))).logProb, oracle(prompt, ids(3, 5)));
  assert.deepEqual(runs, [{ tokens: [prompt[19], ...ids(3, 5).slice(0, -1)], past: 19 }]);
});

test("a text that does not fit is refused before anything runs", async () => {
  const runs: unknown[] = [];
  const session = createSession(positionDecoder(runs as never), tinyTokenizer());
  await assert.rejects(scoreText(session, ids(300, 7), textOf(ids(101, 5))), UserError);
  assert.deepEqual(runs, []);
});

/** Bytes, and the pairs "ab" and "bc" as tokens 260 and 261. */
function pairTokenizer(): Tokenizer {
  const bytes = tinyTokenizer();
  const encoder = new TextEncoder();
  return {
    ...bytes,
    vocabSize: 262,
    encode: (text) =>
      (text.match(/ab|bc|./gs) ?? []).flatMap((part) =>
        part === "ab" ? [260] : part === "bc" ? [261] : [...encoder.encode(part)],
      ),
    decode: (tokens) => tokens.map((id) => (id === 260 ? "ab" : id === 261 ? "bc" : bytes.decode([id]))).join(""),
    bytesOf: (id) => (id === 260 ? encoder.encode("ab") : id === 261 ? encoder.encode("bc") : bytes.bytesOf(id)),
  };
}

test("a last token that could grow goes over to the text, and is chosen among the tokens that pay it back", async () => {
  const decoder = positionDecoder([]);
  const config = { ...decoder.config, vocabSize: 262 };
  const logits = Float32Array.from({ length: 262 }, (_, id) => Math.cos(id));
  const run: Decoder["run"] = async (_cache, _tokens, _past, wanted) =>
    Float32Array.from(wanted.flatMap(() => Array.from(logits)));
  const session = createSession({ ...decoder, config, run }, pairTokenizer());
  const [x, a, b, ab] = [120, 97, 98, 260];
  const total = (ids: readonly number[]) => Math.log(ids.reduce((sum, id) => sum + Math.exp(logits[id]), 0));
  const everything = Array.from(logits.keys());
  // the prompt is "xa": "a" is taken back; "b" follows as the pair, "x" after the single "a"
  close((await scoreText(session, [x, a], "b")).logProb, logits[ab] - total([a, ab]));
  close((await scoreText(session, [x, a], "x")).logProb, logits[a] - total([a, ab]) + logits[x] - total(everything));
  // "x" cannot grow
  close((await scoreText(session, [b, x], "a")).logProb, logits[a] - total(everything));
});

test("greedy text scores what the token loop said of it", async () => {
  const decoder = positionDecoder([]);
  const run: Decoder["run"] = async (...request) =>
    (await decoder.run(...request)).map((logit, index) => (index % VOCAB < 128 ? logit : -50)); // ASCII only
  const session = createSession({ ...decoder, run }, tinyTokenizer());
  const prompt = ids(30, 7);
  const request = { promptTokens: prompt, maxTokens: 12, sampling: { temperature: 0 }, stop: [] };
  const written = await generate(session, request, () => {}, new AbortController().signal);
  assert.equal(written.tokens.length, 12);
  const wanted = written.logProbs.reduce((sum, logProb) => sum + logProb, 0);
  close((await scoreText(session, prompt, written.text)).logProb, wanted);
});

test("each token has its rank, the entropy in its place and the likeliest others, as the definitions say", async () => {
  const session = createSession(positionDecoder([]), tinyTokenizer());
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 127 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 127 }), { minLength: 1, maxLength: 6 }),
      async (prompt, text) => {
        const { tokens } = await scoreText(session, prompt, textOf(text));
        const all = [...prompt, ...text];
        for (const [index, { id, logProb, rank, entropy, alternatives }] of tokens.entries()) {
          const before = prompt.length + index - 1;
          const logits = Array.from(Float32Array.from(logitsAt(all[before], before)));
          const logTotal = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
          const logProbs = logits.map((logit) => logit - logTotal);
          close(logProb, logProbs[id]);
          assert.equal(rank, 1 + logProbs.filter((other) => other > logProbs[id]).length);
          close(entropy, -logProbs.reduce((sum, one) => sum + Math.exp(one) * one, 0));
          const others = [...logProbs.keys()].filter((other) => other !== id).sort((a, b) => logProbs[b] - logProbs[a]);
          assert.deepEqual(
            alternatives.map((other) => other.id),
            others.slice(0, ALTERNATIVES),
          );
          for (const other of alternatives) close(other.logProb, logProbs[other.id]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("a token that only spells again what the prompt ended with has no text of its own", async () => {
  const decoder = positionDecoder([]);
  const config = { ...decoder.config, vocabSize: 262 };
  const run: Decoder["run"] = async (_cache, _tokens, _past, wanted) =>
    Float32Array.from(wanted.flatMap(() => Array.from({ length: 262 }, (_, id) => Math.cos(id))));
  const session = createSession({ ...decoder, config, run }, pairTokenizer());
  const texts = async (text: string) =>
    (await scoreText(session, [120, 97], text)).tokens.map((token) => [token.id, token.text]);
  assert.deepEqual(await texts("b"), [[260, "b"]]);
  assert.deepEqual(await texts("x"), [
    [97, ""],
    [120, "x"],
  ]);
});
