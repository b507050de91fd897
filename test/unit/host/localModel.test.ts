// The model behind its calls: prompt, queue, deadline and cancellation in one process, on a scripted decoder.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cancelled } from "../../../common/errors.ts";
import type { Decoder } from "../../../server/engine/runtime/decoder.ts";
import { LocalModel } from "../../../server/host/localModel.ts";
import type { GenerateParams, GenerateResult } from "../../../server/host/protocol/messages.ts";
import { LedgerCache, ledgerOf } from "../../support/ledgerCache.ts";
import { tinyModel, tinyTokenizer } from "../../support/tinyModel.ts";

const never = new AbortController().signal;
const LETTERS = letters(500);
const ANSWER = LETTERS.slice(0, 11);

/** A text that does not repeat itself, so that no stop rule ends it. */
function letters(count: number): string {
  let state = 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (state % 26));
  };
  return Array.from({ length: count }, next).join("");
}

/** How many of LETTERS are written already: so many end the text. */
function writtenIn(held: readonly number[]): number {
  const text = String.fromCharCode(...held);
  let written = LETTERS.length;
  while (!text.endsWith(LETTERS.slice(0, written))) written--;
  return written;
}

type OnRun = (tokens: readonly number[], past: number, signal?: AbortSignal) => Promise<void> | void;

/** A decoder that writes LETTERS, whatever the prompt. `onRun` may hold a run back. */
function scripted(onRun: OnRun = () => {}): Decoder {
  return {
    config: tinyModel().config,
    capacity: 400,
    device: "script",
    runtime: "none",
    createCache: () => new LedgerCache(400),
    async run(cache, tokens, past, positions, signal) {
      const ledger = ledgerOf(cache, past);
      await onRun(tokens, past, signal);
      if (signal?.aborted) throw new Cancelled();
      ledger.held.push(...tokens);
      const logits = new Float32Array(260 * positions.length);
      for (const [row, position] of positions.entries()) {
        logits[260 * row + LETTERS.charCodeAt(writtenIn(ledger.held.slice(0, past + position + 1)))] = 100;
      }
      return logits;
    },
    dispose() {},
  };
}

const params = (change: Partial<GenerateParams> = {}): Omit<GenerateParams, "id"> => ({
  prompt: { path: "a.ts", languageId: "typescript", prefix: `say ${"x".repeat(20)}`, suffix: "", pieces: [] },
  maxTokens: ANSWER.length,
  sampling: { temperature: 0 },
  stop: [],
  ...change,
});

const model = (decoder = scripted(), budgetTokens?: number) =>
  new LocalModel({ id: "scripted", decoder, tokenizer: tinyTokenizer(), budgetTokens, loadMs: 1 });

describe("local model", () => {
  test("generates after the packed prompt and reports what it took", async () => {
    const local = model();
    let streamed = "";
    const result = await local.generate(params(), (text) => (streamed += text), never);
    assert.equal(result.text, ANSWER);
    assert.equal(streamed, ANSWER);
    assert.equal(result.stop, "maxTokens");
    assert.equal(result.tokens.prompt, (await local.inspect(params().prompt)).tokens);
    assert.equal(result.tokens.generated, ANSWER.length);
    assert.equal(result.logProbs.length, ANSWER.length);
    assert.ok(result.timingMs.queue >= 0 && result.timingMs.prefill >= 0 && result.timingMs.decode >= 0);
  });

  test("an inspection waits its turn, and may be cancelled", async () => {
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const local = model(scripted(() => held));
    const running = local.generate(params(), () => {}, never);
    const given = new AbortController();
    let inspected = false;
    const inspecting = local.inspect(params().prompt).then((result) => {
      inspected = true;
      return result;
    });
    const cancelled = assert.rejects(local.inspect(params().prompt, given.signal), Cancelled);
    given.abort();
    await cancelled;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(!inspected);
    goOn();
    await running;
    assert.equal((await inspecting).tokens, (await running).tokens.prompt);
  });

  test("its status tells what runs", () => {
    const { rssBytes, ...status } = model().status();
    assert.deepEqual(status, { state: "ready", model: "scripted", device: "script", runtime: "none", loadMs: 1 });
    assert.ok(rssBytes > 0);
  });

  test("prompt and answer fit into the cache, and the prompt into its budget", async () => {
    const prompt = { ...params().prompt, prefix: "line;\n".repeat(500) };
    const wide = await model().generate(params({ prompt, maxTokens: 100 }), () => {}, never);
    assert.ok(wide.tokens.prompt <= 300 && wide.tokens.prompt > 150);
    assert.equal(wide.stop, "maxTokens");
    const narrow = model(scripted(), 120);
    assert.equal(narrow.promptBudget.tokens, 120);
    assert.ok((await narrow.generate(params({ prompt }), () => {}, never)).tokens.prompt <= 120);
  });

  test("more tokens than the cache can hold beside a prompt are refused", async () => {
    await assert.rejects(
      model().generate(params({ maxTokens: 300 }), () => {}, never),
      {
        name: "UserError",
        code: "badInput",
        message: /300 tokens/,
      },
    );
  });

  test("a cancel in the queue ends without running; one while running keeps the text so far", async () => {
    const cancel = new AbortController();
    let runs = 0;
    const local = model(
      scripted((_tokens, past) => {
        if (past === 0) runs++; // a prompt
      }),
    );
    let streamed = "";
    const running = local.generate(
      params({ maxTokens: 100 }),
      (text) => {
        streamed += text;
        if (streamed.length >= 5) cancel.abort();
      },
      cancel.signal,
    );
    const waiting = local.generate(params(), () => {}, cancel.signal);
    assert.deepEqual(await Promise.all([running, waiting].map(async (result) => (await result).stop)), [
      "cancelled",
      "cancelled",
    ]);
    assert.equal((await running).text, streamed);
    assert.ok(streamed.length < 20, streamed);
    assert.equal((await waiting).text, "");
    assert.equal(runs, 1);
    assert.equal((await local.generate(params(), () => {}, never)).stop, "maxTokens");
  });

  test("a deadline in the queue ends without running; a fraction of a millisecond is one", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const local = model(scripted(() => held));
    const running = local.generate(params(), () => {}, never);
    const { stop, text } = await local.generate(params({ deadlineMs: 1.5 }), () => {}, never);
    assert.deepEqual({ stop, text }, { stop: "deadline", text: "" });
    assert.equal((await local.generate(params({ deadlineMs: 0 }), () => {}, never)).stop, "deadline");
    release();
    assert.equal((await running).text, ANSWER);
  });

  test("a newer completion of the same editor takes the place of the older one, which keeps its text so far", async () => {
    const local = model();
    const [editor, client] = ["e", {}];
    let streamed = "";
    let newer: Promise<GenerateResult> | undefined;
    const onText = (text: string) => {
      streamed += text;
      if (streamed.length >= 5) newer ??= local.generate(params({ editor }), () => {}, never, client);
    };
    const older = await local.generate(params({ editor, maxTokens: 100 }), onText, never, client);
    assert.deepEqual([older.stop, older.text], ["superseded", streamed]);
    assert.ok(streamed.length < 20, streamed);
    assert.equal((await newer)?.text, ANSWER);
  });

  test("a command goes on after the completions that came meanwhile, to the same text", async () => {
    const local = model();
    const order: string[] = [];
    const completions: Promise<GenerateResult>[] = [];
    const start = (text: string) => {
      if (!order.includes("command")) {
        completions.push(local.generate(params(), () => order.push("completion"), never, {}));
      }
      order.push("command");
      return text;
    };
    const prompt = { ...params().prompt, path: "b.ts" };
    const request = params({ class: "command", maxTokens: 100, prompt });
    const command = await local.generate(request, start, never);
    assert.equal(command.text, LETTERS.slice(0, 100));
    assert.equal((await completions[0]).text, ANSWER);
    assert.equal(order[1], "completion");
    assert.equal(order.at(-1), "command");
    assert.equal(order.slice(order.indexOf("completion"), order.lastIndexOf("completion")).includes("command"), false);
  });

  test("a completion that comes while a text is scored is served between two runs, which are short from then on", async () => {
    const runs: { length: number; isKey: boolean }[] = [];
    let onRun: () => void = () => {};
    const local = model(
      scripted((tokens, past) => {
        runs.push({ length: tokens.length, isKey: past > 0 && tokens.length < 20 });
        onRun();
      }),
    );
    const typed = { ...params().prompt, prefix: `say ${"x".repeat(150)}` };
    const key = () => local.generate(params({ prompt: typed }), () => {}, never, {});
    await key();
    const prompt = { ...params().prompt, path: "b.ts", prefix: LETTERS.slice(0, 330) };
    const alone = await model().score({ prompt, text: ANSWER });
    runs.length = 0;
    let pressed: Promise<GenerateResult> | undefined;
    onRun = () => {
      pressed ??= key();
    };
    const scored = await local.score({ prompt, text: ANSWER });
    const { text, tokens } = await pressed!;
    assert.deepEqual([text, tokens.cached], [ANSWER, tokens.prompt - 1]);
    assert.deepEqual(scored.tokens, alone.tokens);
    const first = runs.findIndex(({ isKey }) => isKey);
    assert.equal(first, 1, "after one run of the score");
    const after = runs.slice(first).filter(({ isKey }) => !isKey);
    assert.ok(
      after.length > 3 && after.every(({ length }) => length <= 32),
      after.map(({ length }) => length).join(", "),
    );
  });

  test("the texts of lookup change the number of runs, and not the answer", async () => {
    const runsOf = async (change: Partial<GenerateParams>) => {
      let runs = 0;
      const local = model(scripted(() => void runs++));
      const { text } = await local.generate(params({ maxTokens: 100, ...change }), () => {}, never);
      assert.equal(text, LETTERS.slice(0, 100));
      return runs;
    };
    const [without, good, bad] = await Promise.all(
      [[], [`xxx${LETTERS}`], [LETTERS.slice(7), "", "xx\u{1F600}"]].map((lookup) => runsOf({ lookup })),
    );
    assert.ok(good < without, `${good} runs, ${without} without`);
    assert.ok(bad > 0);
  });

  test("what was warmed is found in the cache; a second time nothing is to be done", async () => {
    const local = model();
    const warmed = await local.warm({ prompt: params().prompt, editor: "e" }, never);
    assert.equal(warmed.stop, "done");
    assert.deepEqual(warmed.tokens.cached, 0);
    assert.ok(warmed.ms >= 0 && warmed.tokens.prompt > 20);
    const result = await local.generate(params({ editor: "e" }), () => {}, never);
    assert.equal(result.text, ANSWER);
    assert.equal(result.tokens.cached, result.tokens.prompt - 1);
    const again = await local.warm({ prompt: params().prompt, editor: "e" }, never);
    assert.deepEqual(again.tokens, { prompt: warmed.tokens.prompt, cached: warmed.tokens.prompt - 1 });
  });

  test("a completion ends a warm-up in the middle of its run", async () => {
    let hangs = true;
    const local = model(
      scripted((_tokens, _past, signal) => {
        if (!hangs) return;
        hangs = false;
        return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
      }),
    );
    const warming = local.warm({ prompt: params().prompt }, never);
    await new Promise(setImmediate);
    const result = await local.generate(params(), () => {}, never, {});
    assert.deepEqual({ ...(await warming), ms: 0 }, { stop: "superseded", tokens: { prompt: 0, cached: 0 }, ms: 0 });
    assert.equal(result.text, ANSWER);
  });

  test("of 200 at once the newest gets its text, and each other one a result or a reason; warm-ups are refused as a result", async () => {
    const local = model();
    const outcomes = Array.from({ length: 200 }, () =>
      local
        .generate(params(), () => {}, never)
        .then(
          ({ text }) => text,
          ({ code }) => code,
        ),
    );
    const warm = Array.from({ length: 20 }, () => local.warm({ prompt: params().prompt }, never));
    const answers = await Promise.all(outcomes);
    assert.equal(answers[199], ANSWER);
    assert.deepEqual(new Set(answers), new Set([ANSWER, "hostBusy"]));
    assert.deepEqual(new Set((await Promise.all(warm)).map(({ stop }) => stop)), new Set(["refused", "done"]));
  });

  test("a decoder that fails does not block the next request", async () => {
    let broken = true;
    const local = model(
      scripted(() => {
        if (broken) throw new Error("broken");
      }),
    );
    await assert.rejects(
      local.generate(params(), () => {}, never),
      /broken/,
    );
    broken = false;
    assert.equal((await local.generate(params(), () => {}, never)).text, ANSWER);
  });
});
