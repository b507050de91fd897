import assert from "node:assert/strict";
import { test } from "node:test";
import { createSession, generate, warm } from "../../../../server/engine/generate/generate.ts";
import type { GenerationRequest } from "../../../../server/engine/generate/types.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";
import { scriptedDecoder } from "./scriptedDecoder.ts";

/** The tiny tokenizer, but with ids 200 and following for longer pieces of text. */
const PIECES = ["re", "ret", "return", "turn", " ", "=>"];
const [RE, RET, RETURN, TURN, SPACE, ARROW] = PIECES.map((_, i) => 200 + i);
const bytes = tinyTokenizer();
const tokenizer: Tokenizer = {
  ...bytes,
  bytesOf: (id) =>
    id >= 200 && id < 200 + PIECES.length ? new TextEncoder().encode(PIECES[id - 200]) : bytes.bytesOf(id),
};
const code = (character: string) => character.charCodeAt(0);

/** Generates after `promptTokens` with a decoder that wants `wanted[position]`, else end of text. */
async function write(promptTokens: number[], wanted: Record<number, number>, request: Partial<GenerationRequest> = {}) {
  const decoder = scriptedDecoder((position) => wanted[position] ?? 256);
  const session = createSession(decoder, tokenizer);
  const full = { promptTokens, maxTokens: 20, sampling: { temperature: 0 }, stop: [], ...request };
  const result = await generate(session, full, () => {}, new AbortController().signal);
  return { ...result, cached: session.slots.views[0].tokens, runs: decoder.runs };
}

test("a half word is written again as a whole one; the text begins after the half", async () => {
  const { text, tokens, cached } = await write([code("x"), RET], { 1: RETURN, 2: code(";") });
  assert.equal(text, "urn;");
  assert.deepEqual(tokens, [RETURN, code(";")]);
  assert.deepEqual(cached, [code("x"), RETURN, code(";")]);
});

test("a half word of several tokens is written again as one", async () => {
  const half = [code("x"), RE, code("t"), code("u")];
  const { text, tokens, cached } = await write(half, { 1: RETURN, 2: code(";") });
  assert.equal(text, "rn;");
  assert.deepEqual(tokens, [RETURN, code(";")]);
  assert.deepEqual(cached, [code("x"), RETURN, code(";")]);
});

test("what was taken back runs along with what is before it: written again as it was, it costs rows and no run", async () => {
  const half = [code("x"), RE, code("t"), code("u")];
  const same = { 1: RE, 2: code("t"), 3: code("u"), 4: code("!") };
  const guessing = await write(half, same);
  const plain = await write(half, same, { speculation: false });
  assert.deepEqual(guessing.runs[0], { tokens: half, past: 0 });
  assert.deepEqual([guessing.runs.length, plain.runs.length], [2, 5]);
  assert.deepEqual([guessing.text, guessing.tokens, guessing.cached], [plain.text, plain.tokens, plain.cached]);
  assert.equal(guessing.text, "!");
  const other = await write(half, { 1: RE, 2: TURN, 3: code("!") });
  assert.deepEqual(
    [other.text, other.tokens, other.cached],
    ["rn!", [TURN, code("!")], [code("x"), RE, TURN, code("!")]],
  );
});

test("letter by letter through a word, what stands before it stays in the cache", async () => {
  const session = createSession(
    scriptedDecoder((position) => (position === 3 ? RETURN : 256)),
    tokenizer,
  );
  const halves = [[code("r")], [RE], [RET], [RET, code("u")], [RET, code("u"), code("r")]];
  for (const [typed, half] of halves.entries()) {
    const request = { promptTokens: [1, 2, 3, ...half], maxTokens: 20, sampling: { temperature: 0 }, stop: [] };
    const { text, cachedTokens } = await generate(session, request, () => {}, new AbortController().signal);
    assert.equal(text, "return".slice(typed + 1));
    assert.equal(cachedTokens, typed === 0 ? 0 : 2); // the last one before the word runs for its logits
  }
});

test("after a warm-up that read the half word, what stands before it is cached; the record of the slot is true", async () => {
  const session = createSession(
    scriptedDecoder((position) => (position === 3 ? RETURN : 256)),
    tokenizer,
  );
  const promptTokens = [1, 2, 3, RE, code("t"), code("u")];
  const never = new AbortController().signal;
  await warm(session, promptTokens, never);
  assert.deepEqual(session.slots.views[0].tokens, promptTokens.slice(0, -1));
  const request = { promptTokens, maxTokens: 20, sampling: { temperature: 0 }, stop: [] };
  const { text, cachedTokens } = await generate(session, request, () => {}, never);
  assert.deepEqual([text, cachedTokens], ["rn", 2]);
  assert.deepEqual(
    session.slots.views.map(({ tokens }) => tokens),
    [[1, 2, 3, RETURN]],
  );
});

test("where the model wants something else, it is held to the bytes that are there", async () => {
  const { text, cached } = await write([code("x"), RET], { 1: code("A"), 2: code("b") });
  assert.ok([code("r"), RE, RET, RETURN].includes(cached[1]), `${cached}`);
  assert.ok(!text.startsWith("A"));
});

test("bytes may be paid back by several tokens, which are not counted as written", async () => {
  const { text, tokens, cached, logProbs } = await write([code("x"), RET], { 1: RE, 2: TURN, 3: code("!") });
  assert.equal(text, "urn!");
  assert.deepEqual(tokens, [TURN, code("!")]);
  assert.equal(logProbs.length, 2);
  assert.deepEqual(cached, [code("x"), RE, TURN, code("!")]);
});

test("the same token again: nothing is lost but one step", async () => {
  const healed = await write([code("x"), RET], { 1: RET, 2: code("!") });
  const plain = await write([code("x"), RET], { 2: code("!") }, { healing: false });
  assert.deepEqual([healed.text, healed.tokens, healed.cached], [plain.text, plain.tokens, plain.cached]);
});

test("the log-probability is that among the tokens that fit the bytes", async () => {
  const { logProbs } = await write([code("x"), RET], { 1: RETURN });
  const fitting = 4; // r, re, ret, return
  assert.ok(Math.abs(logProbs[0] - -Math.log(1 + (fitting - 1) * Math.exp(-20))) < 1e-6);
});

test("a token that no other begins with stays", async () => {
  const { runs, text } = await write([code("x"), ARROW], { 2: code("!") });
  assert.deepEqual(runs[0].tokens, [code("x"), ARROW]);
  assert.equal(text, "!");
});

test("a special token, a single token, and a request without healing stay", async () => {
  const special = tokenizer.specialId("<file_sep>")!;
  assert.deepEqual((await write([code("x"), special], {})).runs[0].tokens, [code("x"), special]);
  assert.deepEqual((await write([RET], {})).runs[0].tokens, [RET, RET]); // never a single row
  assert.deepEqual((await write([code("x"), RET], {}, { healing: false })).runs[0].tokens, [code("x"), RET]);
});

test("a stop sequence does not see the bytes that were there before", async () => {
  const { text, stop } = await write([code("x"), RET], { 1: RETURN, 2: SPACE }, { stop: ["return", "n "] });
  assert.deepEqual([text, stop], ["ur", "stopSequence"]);
});
