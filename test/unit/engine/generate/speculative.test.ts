// Speculative = plain: the same tokens, texts, probabilities and reasons to stop, greedy and sampled, whatever is guessed; and the
// record of the slot stays true.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { createSession, generate } from "../../../../server/engine/generate/generate.ts";
import type { Slot } from "../../../../server/engine/generate/slots.ts";
import type { GenerationRequest, GenerationResult } from "../../../../server/engine/generate/types.ts";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import { lineBreaksOf } from "../../../../server/engine/memory/generationMemory.ts";
import { RepositoryMemory } from "../../../../server/engine/memory/repositoryMemory.ts";
import { MIXTURE } from "../../../../server/engine/memory/weights.ts";
import type { Decoder } from "../../../../server/engine/runtime/decoder.ts";
import type { LedgerCache } from "../../../support/ledgerCache.ts";
import { tinyModel } from "../../../support/tinyModel.ts";
import { ALPHABET, bytes, repetitiveDecoder, tokenizer } from "./repetitiveDecoder.ts";

const never = new AbortController().signal;
async function write(decoder: Decoder, request: GenerationRequest, signal = never) {
  const session = createSession(decoder, tokenizer);
  const pieces: string[] = [];
  const result = await generate(session, request, (text) => pieces.push(text), signal);
  assert.equal(pieces.join(""), result.text);
  const slot = session.slots.views[0] as Slot;
  assert.deepEqual((slot.cache as LedgerCache).held.slice(0, slot.tokens.length), slot.tokens);
  return { result, session, slot };
}

/** What must not depend on guesses. */
const outcome = ({ text, tokens, stop, logProbs, cachedTokens }: GenerationResult) => ({
  text,
  tokens,
  stop,
  logProbs,
  cachedTokens,
});

const tokens = fc.array(fc.constantFrom(...ALPHABET), { minLength: 1, maxLength: 60 });
const parts = fc.record({
  promptTokens: tokens,
  maxTokens: fc.nat({ max: 40 }),
  sampling: fc.record(
    {
      temperature: fc.constantFrom(0, 0.4, 1),
      topK: fc.nat({ max: 4 }),
      topP: fc.constantFrom(0.5, 0.9, 1),
      seed: fc.nat(),
    },
    { requiredKeys: ["temperature", "seed"] },
  ),
  stop: fc.subarray(["\n\n", "abca", ";c", "cab;"]),
  lookup: fc.array(tokens, { maxLength: 2 }),
  healing: fc.boolean(),
  files: fc.option(fc.array(tokens, { maxLength: 3 }), { nil: undefined }), // remembered; undefined: no memory
});
const requests: fc.Arbitrary<GenerationRequest> = parts.map(({ files, ...request }) => ({
  ...request,
  ...(files && { memory: { repository: remembered(files), text: openText(request), weights: MIXTURE } }),
}));

function remembered(files: readonly number[][]) {
  const memory = new RepositoryMemory();
  for (const [index, file] of files.entries()) memory.set(`${index}.ts`, file);
  return memory.snapshot("open.ts");
}

const openText = ({ promptTokens }: { promptTokens: readonly number[] }) => ({
  before: promptTokens,
  after: [],
  lineBreaks: lineBreaksOf(tokenizer),
});

test("speculative = plain, greedy and sampled, with healing, stop sequences and a small cache", async () => {
  let accepted = 0;
  let stops = "";
  await fc.assert(
    fc.asyncProperty(requests, fc.nat(), fc.constantFrom(70, 160), async (request, seed, capacity) => {
      const guessing = await write(repetitiveDecoder(seed, { capacity }), request);
      const plain = await write(repetitiveDecoder(seed, { capacity }), { ...request, speculation: false });
      assert.deepEqual(outcome(guessing.result), outcome(plain.result));
      assert.deepEqual(guessing.slot.tokens.slice(0, plain.slot.tokens.length), plain.slot.tokens);
      assert.ok(guessing.slot.tokens.length <= plain.slot.tokens.length + 1); // the last token, where it was guessed
      assert.equal(plain.result.speculation.guessed, 0);
      accepted += guessing.result.speculation.accepted;
      stops += guessing.result.stop;
    }),
    { numRuns: 600, seed: 2 },
  );
  assert.ok(accepted > 200, `${accepted} guesses were right`);
  for (const stop of ["maxTokens", "stopSequence", "endOfText", "repetition"]) assert.ok(stops.includes(stop), stop);
});

test("prompt after prompt in one session, speculative = plain", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: 2, maxLength: 6 }), fc.nat(), async (all, seed) => {
      const session = createSession(repetitiveDecoder(seed), tokenizer);
      for (const request of all) {
        const { text, tokens, stop, logProbs } = await generate(session, request, () => {}, never);
        const plain = await write(repetitiveDecoder(seed), { ...request, speculation: false });
        const { result } = plain;
        assert.deepEqual([text, tokens, stop, logProbs], [result.text, result.tokens, result.stop, result.logProbs]);
        for (const { cache, tokens: record } of session.slots.views as readonly Slot[])
          assert.deepEqual((cache as LedgerCache).held.slice(0, record.length), record);
      }
    }),
    { numRuns: 100 },
  );
});

test("what is remembered is written, and guessed", async () => {
  const promptTokens = bytes.encode("abc;ab");
  const request = { promptTokens, maxTokens: 8, sampling: { temperature: 0 }, stop: [], healing: false };
  const files = Array.from({ length: 3 }, () => bytes.encode("c;ab\n\nbca;cc;;"));
  const memory = { repository: remembered(files), text: openText(request), weights: MIXTURE };
  const alone = await write(repetitiveDecoder(9), request);
  const both = await write(repetitiveDecoder(9), { ...request, memory });
  assert.notEqual(alone.result.text, both.result.text);
  assert.ok(both.result.text.startsWith("\n\nbca;"), JSON.stringify(both.result.text));
  assert.ok(both.result.speculation.accepted >= 3);
});

test("guesses save runs, and none has a single row", async () => {
  const promptTokens = bytes.encode("abc;abc;abc;");
  const request = { promptTokens, maxTokens: 24, sampling: { temperature: 0 }, stop: [], healing: false };
  const script = repetitiveDecoder(5);
  const { result } = await write(script, request);
  const { runs, guessed, accepted } = result.speculation;
  assert.equal(runs, script.runs.length);
  assert.ok(accepted <= guessed && runs + accepted >= result.tokens.length);
  assert.ok(script.runs.every((rows) => rows.length >= 2));
  const plain = repetitiveDecoder(5);
  await write(plain, { ...request, speculation: false });
  assert.ok(script.runs.length < plain.runs.length, `${script.runs.length} runs instead of ${plain.runs.length}`);
});

test("a cancel between two runs ends with what there is: a beginning of the plain text", async () => {
  const sampling = { temperature: 1, seed: 3 };
  const request = { promptTokens: bytes.encode("abc;abc;"), maxTokens: 40, sampling, stop: [] };
  const whole = await write(repetitiveDecoder(8), request);
  assert.ok(whole.result.speculation.runs > 20 && whole.result.speculation.accepted > 3);
  for (let runs = 0; runs < 20; runs++) {
    const controller = new AbortController();
    const decoder = repetitiveDecoder(8);
    const { run } = decoder;
    decoder.run = (...of) => {
      if (decoder.runs.length === runs) controller.abort();
      return run(...of);
    };
    const { result } = await write(decoder, request, controller.signal);
    assert.equal(result.stop, "cancelled");
    assert.deepEqual(result.tokens, whole.result.tokens.slice(0, result.tokens.length));
    assert.ok(result.tokens.length >= runs);
  }
});

test("a cancel by whoever sees the text ends at the same token as without guesses", async () => {
  const promptTokens = bytes.encode("abc;abc;abc;");
  const end = async (pieces: number, speculation: boolean) => {
    const controller = new AbortController();
    const session = createSession(repetitiveDecoder(5), tokenizer);
    const request = {
      promptTokens,
      maxTokens: 40,
      sampling: { temperature: 0 },
      stop: [],
      healing: false,
      speculation,
    };
    let seen = 0;
    const onText = () => {
      if (++seen === pieces) controller.abort();
    };
    const { text, stop, tokens, speculation: counts } = await generate(session, request, onText, controller.signal);
    const [slot] = session.slots.views as readonly Slot[];
    assert.deepEqual((slot.cache as LedgerCache).held.slice(0, slot.tokens.length), slot.tokens);
    return { outcome: [text, stop, tokens], accepted: counts.accepted };
  };
  let accepted = 0;
  for (let pieces = 1; pieces < 40; pieces++) {
    const guessing = await end(pieces, true);
    assert.deepEqual(guessing.outcome, (await end(pieces, false)).outcome);
    accepted += guessing.accepted;
  }
  assert.ok(accepted > 20, `${accepted} guesses were right`);
});

test("sampled texts follow the model's distribution", async () => {
  // All texts of two tokens after a prompt in which both are often guessed; their probabilities by the chain rule.
  const promptTokens = [...Buffer.from("ab;ab;ac;ab;a")];
  const sampling = { temperature: 0.8, topK: 3 };
  const decoder = repetitiveDecoder(11);
  const distribution = async (after: readonly number[]) => {
    const logits = await decoder.run(decoder.createCache(), after, 0, [after.length - 1]);
    const kept = [...logits.keys()].toSorted((a, b) => logits[b] - logits[a]).slice(0, sampling.topK);
    const weights = kept.map((id) => Math.exp(logits[id] / sampling.temperature));
    const total = weights.reduce((a, b) => a + b);
    return kept.map((id, i) => [id, weights[i] / total] as const);
  };
  const wanted = new Map<string, number>();
  for (const [first, p] of await distribution(promptTokens))
    for (const [second, q] of await distribution([...promptTokens, first])) wanted.set(`${first} ${second}`, p * q);

  const draws = 6000;
  const seen = new Map<string, number>();
  let [accepted, guessed] = [0, 0];
  const session = createSession(decoder, tokenizer);
  for (let seed = 0; seed < draws; seed++) {
    const request = { promptTokens, maxTokens: 2, sampling: { ...sampling, seed }, stop: [], healing: false };
    const { tokens, speculation } = await generate(session, request, () => {}, never);
    seen.set(tokens.join(" "), (seen.get(tokens.join(" ")) ?? 0) + 1);
    accepted += speculation.accepted;
    guessed += speculation.guessed;
  }
  assert.ok(accepted > draws / 20 && guessed - accepted > draws / 20, `${accepted} of ${guessed} guesses were right`);
  let distance = 0; // total variation
  for (const [text, p] of wanted) distance += Math.abs((seen.get(text) ?? 0) / draws - p) / 2;
  assert.equal([...seen.keys()].filter((text) => !wanted.has(text)).length, 0);
  assert.ok(distance < 0.03, `total variation ${distance}`);
});

test("with onnxruntime, speculative = plain to the bit", async (t) => {
  const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-speculative-"));
  t.after(() => fs.rm(cacheDir, { recursive: true }));
  const period = Array.from({ length: 40 }, (_, i) => (i * i + 3 * i) % 256);
  const promptTokens = [...period, ...period, ...period, ...period.slice(0, 20)];
  for (const form of ["fp32", "row8"] as const) {
    for (const runtime of ["c-api", "binding"] as const) {
      const decoder = await loadDecoder(tinyModel(), { cacheDir, form, runtime, threads: 1 }, { capacity: 512 });
      let guessed = 0;
      for (const temperature of [0, 0.7]) {
        for (let length = 100; length <= 140; length += 8) {
          const request = {
            promptTokens: [...promptTokens.slice(0, length), ...Buffer.from("ca")], // taken back: "cab" is a token
            maxTokens: 32,
            sampling: { temperature, seed: length },
            stop: [],
          };
          const speculative = await generate(createSession(decoder, tokenizer), request, () => {}, never);
          const plain = await generate(
            createSession(decoder, tokenizer),
            { ...request, speculation: false },
            () => {},
            never,
          );
          assert.deepEqual(outcome(speculative), outcome(plain));
          guessed += speculative.speculation.guessed;
        }
      }
      assert.ok(guessed > 100, `${guessed} guesses`);
      decoder.dispose();
    }
  }
});
