import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { createSession, generate, warm } from "../../../../server/engine/generate/generate.ts";
import type { GenerationRequest } from "../../../../server/engine/generate/types.ts";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import type { Decoder } from "../../../../server/engine/runtime/decoder.ts";
import { forward } from "../../../support/forward.ts";
import { tinyModel, tinyTokenizer } from "../../../support/tinyModel.ts";
import { interleave } from "./interleave.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-generate-"));
const model = tinyModel();
const tokenizer = tinyTokenizer();
const decoders = new Map<string, Decoder>();
for (const form of ["fp32", "row8"] as const) {
  for (const runtime of ["c-api", "binding"] as const) {
    decoders.set(
      `${form} ${runtime}`,
      await loadDecoder(model, { cacheDir, form, runtime, threads: 1 }, { capacity: 1024 }),
    );
  }
}
after(async () => {
  for (const decoder of decoders.values()) decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });
});

const PROMPT = Array.from({ length: 300 }, (_, i) => (i * i + 3 * i) % 256);
const never = () => new AbortController().signal;
const request = (promptTokens: number[], changes: Partial<GenerationRequest> = {}): GenerationRequest => ({
  promptTokens,
  maxTokens: 32,
  sampling: { temperature: 0 },
  stop: [],
  ...changes,
});
const write = async (decoder: Decoder, promptTokens = PROMPT, changes = {}) =>
  (await generate(createSession(decoder, tokenizer), request(promptTokens, changes), () => {}, never())).tokens;

test("greedy tokens are those of the plain forward pass", async () => {
  const prompt = PROMPT.slice(0, 30);
  const wanted: number[] = [];
  for (let i = 0; i < 12; i++) {
    const logits = forward(model, [...prompt, ...wanted]).at(-1)!;
    wanted.push(logits.indexOf(Math.max(...logits)));
  }
  assert.deepEqual(await write(decoders.get("fp32 c-api")!, prompt, { maxTokens: 12 }), wanted);
});

for (const form of ["fp32", "row8"]) {
  test(`${form}: the C API and the stock binding write the same`, async () => {
    assert.deepEqual(await write(decoders.get(`${form} c-api`)!), await write(decoders.get(`${form} binding`)!));
  });
}

for (const [name, decoder] of decoders) {
  test(`${name}: cached = uncached`, async () => {
    const uncached = await write(decoder);
    const session = createSession(decoder, tokenizer);
    await generate(session, request([...PROMPT.slice(0, 200), 7, 7, 7]), () => {}, never());
    const { tokens, cachedTokens } = await generate(session, request(PROMPT), () => {}, never());
    assert.equal(cachedTokens, 200);
    assert.deepEqual(tokens, uncached);
  });

  test(`${name}: cancelled in the prefill, then continued = fresh`, async () => {
    const fresh = await write(decoder);
    const session = createSession(decoder, tokenizer);
    const controller = new AbortController();
    const cancelled = generate(session, request(PROMPT.toReversed()), () => {}, controller.signal);
    controller.abort();
    assert.equal((await cancelled).stop, "cancelled");
    const partly = new AbortController();
    const started = generate(session, request(PROMPT), () => partly.abort(), partly.signal);
    assert.equal((await started).stop, "cancelled");
    assert.deepEqual((await generate(session, request(PROMPT), () => {}, never())).tokens, fresh);
  });

  test(`${name}: what another slot has in common is copied = fresh`, async () => {
    const session = createSession(decoder, tokenizer);
    const other = [...PROMPT.slice(0, 200), ...PROMPT.toReversed()];
    await generate(session, request(other), () => {}, never());
    const { tokens, cachedTokens } = await generate(session, request(PROMPT), () => {}, never());
    assert.deepEqual([cachedTokens, session.slots.views.length], [200, 2]);
    assert.deepEqual(tokens, await write(decoder));
    const again = await generate(session, request(other), () => {}, never());
    assert.deepEqual([again.cachedTokens, again.tokens], [other.length - 1, await write(decoder, other)]);
    session.slots.clear();
  });

  test(`${name}: generations that take turns, each in its slot = each alone`, async () => {
    const session = createSession(decoder, tokenizer);
    const prompts = [PROMPT, PROMPT.toReversed(), PROMPT.slice(150)];
    const results = await interleave(
      prompts.map(
        (prompt) => (turn) => generate(session, request(prompt, { turn, kind: "command" }), () => {}, never()),
      ),
    );
    for (const [i, prompt] of prompts.entries()) assert.deepEqual(results[i].tokens, await write(decoder, prompt));
    assert.equal(session.slots.views.length, 3);
    session.slots.clear();
  });

  test(`${name}: warmed, then generated = cold`, async () => {
    const session = createSession(decoder, tokenizer);
    assert.deepEqual(await warm(session, PROMPT, never()), { prompt: 300, cached: 0 });
    const { tokens, cachedTokens } = await generate(session, request(PROMPT), () => {}, never());
    assert.deepEqual([cachedTokens, tokens], [299, await write(decoder)]);
    session.slots.clear();
  });

  test(`${name}: a seed repeats a sampled text`, async () => {
    const sampling = { temperature: 1, topK: 40, topP: 0.95, seed: 5 };
    assert.deepEqual(await write(decoder, PROMPT, { sampling }), await write(decoder, PROMPT, { sampling }));
  });
}
