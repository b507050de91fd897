// Slots under generations: what is computed, what is kept, and that the record of each slot is true, whatever ends a generation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, UserError } from "../../../../common/errors.ts";
import { createSession, generate, warm } from "../../../../server/engine/generate/generate.ts";
import { scoreText } from "../../../../server/engine/generate/scoreText.ts";
import type { Slot } from "../../../../server/engine/generate/slots.ts";
import type { GenerationRequest } from "../../../../server/engine/generate/types.ts";
import { LedgerCache } from "../../../support/ledgerCache.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";
import { interleave } from "./interleave.ts";
import { scriptedDecoder } from "./scriptedDecoder.ts";

const tokenizer = tinyTokenizer();
const never = new AbortController().signal;

/** The next token depends on all before it, so that a wrong cache writes another text. */
function hash(_position: number, held: readonly number[]): number {
  let state = 17;
  for (const token of held) state = (Math.imul(state, 31) + token + 1) >>> 0;
  return (state >>> 8) % 256;
}

const request = (promptTokens: readonly number[], more: Partial<GenerationRequest> = {}): GenerationRequest => ({
  promptTokens,
  maxTokens: 8,
  sampling: { temperature: 0 },
  stop: [],
  ...more,
});

/** What `generate` must write, by the definition of the script. */
function oracle(promptTokens: readonly number[], maxTokens: number): number[] {
  const tokens = [...promptTokens];
  while (tokens.length < promptTokens.length + maxTokens) tokens.push(hash(tokens.length, tokens));
  return tokens.slice(promptTokens.length);
}

const ids = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => (seed * 101 + i * i + 7 * i) % 256);
const CONTEXT = ids(1, 300);
const FILES = [2, 3, 4, 5].map((seed) => ids(seed, 250));

test("repository context is computed once, while files that share it come and go", async () => {
  const decoder = scriptedDecoder(hash, { capacity: 1024 });
  const session = createSession(decoder, tokenizer); // three slots for four files
  for (let round = 0; round < 3; round++) {
    for (const file of FILES) {
      const promptTokens = [...CONTEXT, ...file, round];
      const { tokens, cachedTokens } = await generate(session, request(promptTokens), () => {}, never);
      assert.deepEqual(tokens, oracle(promptTokens, 8));
      if (round > 0 || file !== FILES[0]) assert.ok(cachedTokens >= CONTEXT.length, `${cachedTokens} tokens`);
    }
  }
  const computed = decoder.runs.filter(({ past }) => past < CONTEXT.length);
  assert.deepEqual(
    computed.map(({ past, tokens }) => [past, tokens.length]),
    [
      [0, 128],
      [128, 128],
      [256, 128],
    ],
  );
});

test("two files that are visited in turn stay whole, each in its slot", async () => {
  const session = createSession(scriptedDecoder(hash, { capacity: 1024 }), tokenizer);
  const prompts = FILES.slice(0, 2).map((file) => [...CONTEXT, ...file]);
  for (const promptTokens of prompts) await generate(session, request(promptTokens), () => {}, never);
  for (const promptTokens of [...prompts, ...prompts]) {
    const { cachedTokens } = await generate(session, request(promptTokens), () => {}, never);
    assert.equal(cachedTokens, promptTokens.length - 1);
  }
});

test("positions in use are bounded: the least recently used slot is freed", async () => {
  const caches: LedgerCache[] = [];
  const decoder = scriptedDecoder(hash, { capacity: 1024 });
  const createCache = () => {
    caches.push(new LedgerCache(1024));
    return caches[caches.length - 1];
  };
  const session = createSession({ ...decoder, createCache }, tokenizer, { positions: 800 });
  for (const seed of [6, 7]) await generate(session, request(ids(seed, 380)), () => {}, never);
  assert.deepEqual(
    caches.map(({ disposed }) => disposed),
    [false, false],
  );
  await generate(session, request([...ids(7, 380), 1], { maxTokens: 100 }), () => {}, never); // grows beyond the bound
  assert.deepEqual(
    caches.map(({ disposed }) => disposed),
    [true, false],
  );
  session.slots.clear();
  assert.deepEqual([session.slots.views.length, caches[1].disposed], [0, true]);
  assert.deepEqual((await generate(session, request([9]), () => {}, never)).tokens, oracle([9], 8));
});

test("warmed, then generated = generated cold, and only the last token is left to run", async () => {
  const decoder = scriptedDecoder(hash, { capacity: 1024 });
  const session = createSession(decoder, tokenizer);
  const promptTokens = [...CONTEXT, ...FILES[0]];
  assert.deepEqual(await warm(session, promptTokens, never), { prompt: 550, cached: 0 });
  assert.ok(
    decoder.runs.every(({ tokens }) => tokens.length <= 128),
    "a chunk is short: what comes meanwhile waits",
  );
  decoder.runs.length = 0;
  const { tokens, cachedTokens } = await generate(session, request(promptTokens), () => {}, never);
  assert.deepEqual([tokens, cachedTokens], [oracle(promptTokens, 8), 549]);
  assert.deepEqual([decoder.runs[0].tokens[0], decoder.runs[0].past], [promptTokens[549], 549]);
  assert.deepEqual(await warm(session, promptTokens, never), { prompt: 550, cached: 549 });
});

test("a warm-up that is cancelled leaves what it has filled", async () => {
  const controller = new AbortController();
  const beforeRun = async (past: number) => {
    if (past >= 250) controller.abort();
  };
  const session = createSession(scriptedDecoder(hash, { capacity: 1024, beforeRun }), tokenizer);
  const promptTokens = [...CONTEXT, ...FILES[0]];
  await assert.rejects(warm(session, promptTokens, controller.signal), Cancelled);
  const { cachedTokens, tokens } = await generate(session, request(promptTokens), () => {}, never);
  assert.ok(cachedTokens >= 192 && cachedTokens < 300, `${cachedTokens} tokens`);
  assert.deepEqual(tokens, oracle(promptTokens, 8));
});

test("a prompt that does not fit is not warmed", async () => {
  const session = createSession(scriptedDecoder(hash, { capacity: 64 }), tokenizer);
  await assert.rejects(
    warm(session, ids(1, 64), never),
    (error) => error instanceof UserError && error.code === "promptTooLong",
  );
  assert.deepEqual(await warm(session, [], never), { prompt: 0, cached: 0 });
});

test("a completion that comes during a command runs first, and the command goes on where it was", async () => {
  const decoder = scriptedDecoder(hash, { capacity: 1024 });
  const session = createSession(decoder, tokenizer);
  const [a, b] = [
    [...CONTEXT, ...FILES[0]],
    [...CONTEXT, ...FILES[1]],
  ];
  const order: string[] = [];
  const write =
    (name: string, promptTokens: number[], kind: "completion" | "command") => async (turn: () => Promise<void>) => {
      const noted = async () => {
        await turn();
        order.push(name);
      };
      return generate(session, request(promptTokens, { kind, turn: noted }), () => {}, never);
    };
  const [command, completion] = await interleave([write("a", a, "command"), write("b", b, "completion")]);
  assert.deepEqual(command.tokens, oracle(a, 8));
  assert.deepEqual(completion.tokens, oracle(b, 8));
  assert.match(order.join(""), /abab/);
  assert.equal(session.slots.views.length, 2);
});

for (const positions of [2048, 1400]) {
  test(`keys beside an explanation keep their prompt where all slots may hold ${positions} positions`, async () => {
    const session = createSession(scriptedDecoder(hash, { capacity: 1024 }), tokenizer, { positions });
    const explained = [...CONTEXT, ...FILES[0]];
    const typedIn = ids(8, 500);
    for (const promptTokens of [explained, typedIn]) await generate(session, request(promptTokens), () => {}, never);
    const cached: number[] = [];
    const keys = async (turn: () => Promise<void>) => {
      for (let key = 0; key < 12; key++) {
        const promptTokens = [...typedIn, ...ids(9, key)];
        const { tokens, cachedTokens } = await generate(session, request(promptTokens, { turn }), () => {}, never);
        assert.deepEqual(tokens, oracle(promptTokens, 8));
        cached.push(promptTokens.length - cachedTokens);
        for (let others = 0; others < 5; others++) await turn();
      }
    };
    const explanation = async (turn: () => Promise<void>) => {
      for (let start = -1; start < explained.length; start += 60) {
        const without = start < 0 ? explained : explained.toSpliced(start, 60);
        await scoreText(session, without, "what was written", { turn });
      }
    };
    await interleave<void>([keys, explanation]);
    assert.ok(
      cached.every((read) => read <= 2),
      `tokens read for each key: ${cached.join(", ")}`,
    );
  });
}

test("the parts of one prompt are left out one after another: what stands before each is not read again", async () => {
  const decoder = scriptedDecoder(hash, { capacity: 1024 });
  const session = createSession(decoder, tokenizer);
  const explained = [...CONTEXT, ...FILES[0]];
  for (const promptTokens of [explained, ids(8, 500)]) await generate(session, request(promptTokens), () => {}, never);
  await scoreText(session, explained, "text");
  for (let start = 0; start < explained.length; start += 110) {
    decoder.runs.length = 0;
    await scoreText(session, explained.toSpliced(start, 110), "text");
    assert.ok(
      decoder.runs[0]!.past >= Math.min(start, explained.length - 111),
      `${start}: from ${decoder.runs[0]!.past}`,
    );
  }
});

test("without turns, one generation is under way at a time", async () => {
  const session = createSession(scriptedDecoder(hash), tokenizer);
  const first = generate(session, request([1, 2, 3]), () => {}, never);
  await assert.rejects(
    generate(session, request([1, 2, 3]), () => {}, never),
    /generating already/,
  );
  await assert.rejects(warm(session, [1, 2, 3], never), /generating already/);
  assert.deepEqual((await first).tokens, oracle([1, 2, 3], 8));
});

test("a turn that is refused ends a generation with what there is", async () => {
  const session = createSession(scriptedDecoder(hash), tokenizer);
  let turns = 0;
  const turn = async () => {
    if (++turns > 4) throw new Cancelled();
  };
  const { stop, tokens } = await generate(session, request([1, 2, 3], { turn }), () => {}, never);
  assert.deepEqual([stop, tokens], ["cancelled", oracle([1, 2, 3], 3)]);
  assert.equal(session.slots.busy, false);
});

/** Uniform numbers in [0, end) from a seed. */
function randomFrom(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % end;
  };
}

for (const seed of [1, 2, 3]) {
  test(`whatever comes at once, is cancelled or fails, each text is that of an empty cache (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const limits = { slots: 3, positions: 1500 };
    let failing = false;
    const beforeRun = async () => {
      if (random(3) === 0) await new Promise(setImmediate);
      if (failing && random(40) === 0) throw new Error("broken");
    };
    const session = createSession(scriptedDecoder(hash, { capacity: 800, beforeRun }), tokenizer, limits);
    const prompt = () => [
      ...(random(4) === 0 ? ids(9, 200) : CONTEXT.slice(0, 250)),
      ...FILES[random(4)].slice(0, 1 + random(250)),
      ...ids(random(50), random(20)),
    ];
    let written = 0;
    for (let round = 0; round < 60; round++) {
      failing = round % 3 === 2;
      const tasks = Array.from({ length: 1 + random(5) }, () => async (turn: () => Promise<void>) => {
        const promptTokens = prompt();
        const controller = new AbortController();
        let runs = random(4) === 0 ? random(8) : Infinity; // then it is cancelled
        const counted = async () => {
          await turn();
          if (runs-- <= 0) controller.abort();
        };
        try {
          const kind = random(3);
          if (kind === 2) return void (await warm(session, promptTokens, controller.signal, counted));
          const full = request(promptTokens, { turn: counted, kind: kind === 0 ? "completion" : "command" });
          const { tokens, stop } = await generate(session, full, () => {}, controller.signal);
          assert.deepEqual(tokens, oracle(promptTokens, 8).slice(0, tokens.length));
          if (stop === "maxTokens") assert.equal(tokens.length, 8);
          written += tokens.length;
        } catch (error) {
          if (!(error instanceof Cancelled) && (error as Error).message !== "broken") throw error;
        }
      });
      await interleave(tasks, random);
      const views = session.slots.views as readonly Slot[];
      assert.equal(session.slots.busy, false);
      assert.ok(views.length <= limits.slots);
      assert.ok(views.reduce((sum, { positions }) => sum + positions, 0) <= limits.positions);
      for (const { cache, tokens, positions } of views) {
        assert.deepEqual((cache as LedgerCache).held.slice(0, tokens.length), tokens); // behind them, guesses that were wrong
        assert.ok(positions >= tokens.length);
      }
    }
    assert.ok(written > 300, `${written} tokens`);
  });
}
