import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { createSession, type GenerationSession, generate } from "../../../../server/engine/generate/generate.ts";
import type { GenerationRequest } from "../../../../server/engine/generate/types.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";
import { scriptedDecoder, textAfter } from "./scriptedDecoder.ts";

const tokenizer = tinyTokenizer();
const PROMPT = tokenizer.encode("let x");

async function write(session: GenerationSession, request: Partial<GenerationRequest> = {}, signal?: AbortSignal) {
  const pieces: string[] = [];
  const result = await generate(
    session,
    { promptTokens: PROMPT, maxTokens: 100, sampling: { temperature: 0 }, stop: [], ...request },
    (text) => pieces.push(text),
    signal ?? new AbortController().signal,
  );
  assert.equal(pieces.join(""), result.text);
  assert.equal(result.logProbs.length, result.tokens.length);
  assert.equal(result.tokenEnds.length, result.tokens.length);
  assert.ok(result.tokenEnds.every((end, index) => end >= (result.tokenEnds[index - 1] ?? 0)));
  assert.ok((result.tokenEnds.at(-1) ?? 0) <= result.text.length);
  assert.equal(session.slots.busy, false);
  return { ...result, pieces };
}

/** The tokens in the slot, in sessions that need only one. */
function cachedIn({ slots: { views } }: GenerationSession): readonly number[] {
  assert.equal(views.length, 1);
  return views[0].tokens;
}

const sessionFor = (text: string, options?: Parameters<typeof scriptedDecoder>[1]) =>
  createSession(scriptedDecoder(textAfter(PROMPT.length, text), options), tokenizer);

test("a row of the head that no token of the vocabulary belongs to ends the text", async () => {
  const script = textAfter(PROMPT.length, "ab");
  const decoder = scriptedDecoder((position) => (position < PROMPT.length + 2 ? script(position) : 258));
  const session = createSession(decoder, { ...tokenizer, vocabSize: 258 });
  const { text, stop } = await write(session);
  assert.deepEqual([text, stop], ["ab", "endOfText"]);
});

test("end of text", async () => {
  const { text, stop, tokens, cachedTokens, logProbs, tokenEnds } = await write(sessionFor(" = 1;"));
  assert.deepEqual([text, stop, cachedTokens], [" = 1;", "endOfText", 0]);
  assert.deepEqual(tokens, tokenizer.encode(" = 1;"));
  assert.deepEqual(
    tokenEnds,
    tokens.map((_, index) => tokenizer.decode(tokens.slice(0, index + 1)).length),
  );
  assert.ok(logProbs.every((logProb) => logProb < 0 && logProb > -1e-3));
});

test("length", async () => {
  const { text, stop, tokens } = await write(sessionFor(" = 1;"), { maxTokens: 3 });
  assert.deepEqual([text, stop, tokens.length], [" = ", "maxTokens", 3]);
});

test("no tokens at all only fill the cache", async () => {
  const session = sessionFor(" = 1;");
  const { text, stop } = await write(session, { maxTokens: 0 });
  assert.deepEqual([text, stop, cachedIn(session)], ["", "maxTokens", PROMPT]);
});

test("a stop sequence ends the text before it, and is never streamed", async () => {
  const { text, stop, pieces } = await write(sessionFor(" = 1;\n\nlet y"), { stop: ["\n\n", "\nx"] });
  assert.deepEqual([text, stop], [" = 1;", "stopSequence"]);
  assert.ok(!pieces.some((piece) => piece.includes("\n")));
});

test("text held back for a stop sequence that does not come is handed out at the end", async () => {
  const { text, stop } = await write(sessionFor("a\n"), { stop: ["\n\n"] });
  assert.deepEqual([text, stop], ["a\n", "endOfText"]);
});

test("characters of several bytes are streamed whole, an unfinished one is dropped", async () => {
  const { pieces } = await write(sessionFor("é𝄞"));
  assert.deepEqual(pieces, ["é", "𝄞"]);
  const { text, tokens } = await write(sessionFor("é𝄞"), { maxTokens: 5 });
  assert.deepEqual([text, tokens.length], ["é", 5]);
});

test("a loop has a reason of its own", async () => {
  const { stop, tokens } = await write(sessionFor("abc".repeat(50)));
  assert.deepEqual([stop, tokens.length], ["repetition", 24]);
});

test("a full cache ends the text", async () => {
  const session = sessionFor("0123456789".repeat(3), { capacity: 16 });
  const { stop, tokens } = await write(session);
  assert.deepEqual([stop, tokens.length, cachedIn(session).length], ["maxTokens", 12, 16]);
});

test("a prompt that does not fit is one clear error", async () => {
  const session = sessionFor("", { capacity: 5 });
  await assert.rejects(write(session), (error) => error instanceof UserError && error.code === "promptTooLong");
  assert.equal(session.slots.busy, false);
});

test("the beginning that two prompts share is taken from the cache", async () => {
  const session = sessionFor(" = 1;");
  await write(session);
  const { cachedTokens, text } = await write(session, { promptTokens: tokenizer.encode("let y") });
  assert.deepEqual([cachedTokens, text], [4, " = 1;"]);
});

test("the last token of a prompt runs again even if it is cached, for its logits", async () => {
  const decoder = scriptedDecoder(textAfter(PROMPT.length, " = 1;"));
  const session = createSession(decoder, tokenizer);
  await write(session);
  decoder.runs.length = 0;
  const { cachedTokens, text } = await write(session, { speculation: false });
  assert.deepEqual([cachedTokens, text], [4, " = 1;"]);
  const last = PROMPT.slice(-1);
  assert.deepEqual(decoder.runs[0], { tokens: [...last, ...last], past: 4 }); // never a single row
});

test("written tokens are cached for a prompt that goes on with them", async () => {
  const session = sessionFor(" = 1;");
  await write(session);
  const { cachedTokens } = await write(session, { promptTokens: tokenizer.encode("let x = 1;\n") });
  assert.equal(cachedTokens, 10);
});

test("a long prompt runs in chunks of 128, and only the last asks for logits", async () => {
  const decoder = scriptedDecoder(() => 256, { capacity: 1024 });
  const promptTokens = Array.from({ length: 344 }, (_, i) => i % 256);
  await write(createSession(decoder, tokenizer), { promptTokens, speculation: false });
  assert.deepEqual(
    decoder.runs.map(({ tokens, past }) => [tokens.length, past]),
    [
      [128, 0],
      [128, 128],
      [88, 256],
    ],
  );
});

test("a cancel in the prefill ends with nothing, and the record of the cache is true", async () => {
  const controller = new AbortController();
  const beforeRun = async (past: number) => {
    if (past === 256) controller.abort();
  };
  const session = createSession(
    scriptedDecoder(() => 65, { capacity: 1024, beforeRun }),
    tokenizer,
  );
  const promptTokens = Array.from({ length: 600 }, (_, i) => i % 256);
  const { text, stop, tokens } = await write(session, { promptTokens }, controller.signal);
  assert.deepEqual([text, stop, tokens.length], ["", "cancelled", 0]);
  assert.deepEqual(cachedIn(session), promptTokens.slice(0, 256));
});

test("a cancel between two tokens ends with what there is", async () => {
  const controller = new AbortController();
  const beforeRun = async (past: number) => {
    if (past === PROMPT.length + 2) controller.abort();
  };
  const session = sessionFor("abcdefgh", { beforeRun });
  const { text, stop } = await write(session, {}, controller.signal);
  assert.deepEqual([text, stop], ["abc", "cancelled"]);
  assert.deepEqual(cachedIn(session), [...PROMPT, ...tokenizer.encode("ab")]);
});

test("a cancel that comes as a macrotask is seen, though the decoder answers in microtasks", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const session = createSession(
    scriptedDecoder((position) => 65 + ((position * position) % 26)),
    tokenizer,
  );
  const { stop, tokens } = await write(session, { maxTokens: 400 }, controller.signal);
  assert.equal(stop, "cancelled");
  assert.ok(tokens.length < 10, `${tokens.length} tokens`);
});

test("a failing runtime is an error, the session can be used again, and nothing false is cached", async () => {
  let fails = true;
  const beforeRun = async (past: number) => {
    if (fails && past === PROMPT.length) throw new Error("broken");
  };
  const session = sessionFor(" = 1;", { beforeRun });
  await assert.rejects(write(session), /broken/);
  assert.deepEqual([session.slots.busy, cachedIn(session)], [false, PROMPT]);
  fails = false;
  assert.equal((await write(session)).text, " = 1;");
});

test("a completion that is asked for again draws the same again; another prompt and a command draw anew", async () => {
  const draw = async (request: Partial<GenerationRequest>) =>
    (await write(sessionFor(""), { maxTokens: 30, sampling: { temperature: 50 }, ...request })).tokens;
  const once = await draw({});
  assert.ok(new Set(once).size > 3, `${once}`);
  assert.deepEqual(await draw({}), once);
  assert.deepEqual(await draw({ speculation: false }), once);
  assert.notDeepEqual(await draw({ promptTokens: tokenizer.encode("let y") }), once);
  assert.notDeepEqual(await draw({ sampling: { temperature: 50, seed: 1 } }), once);
  const commands = [1, 2, 3, 4, 5].map(() => draw({ kind: "command" }));
  assert.ok(new Set((await Promise.all(commands)).map(String)).size > 1);
});

test("one generation at a time", async () => {
  const session = sessionFor(" = 1;");
  const first = write(session);
  await assert.rejects(
    generate(
      session,
      { promptTokens: PROMPT, maxTokens: 1, sampling: { temperature: 0 }, stop: [] },
      () => {},
      new AbortController().signal,
    ),
    /generating already/,
  );
  assert.equal((await first).text, " = 1;");
});
