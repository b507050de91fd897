// A model on a server: what is asked of each kind, what its recorded answer becomes, how a request ends, and what each fault is called.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError, type UserErrorCode } from "../../../common/errors.ts";
import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";
import type { GenerateParams, PromptInput } from "../../../server/host/protocol/messages.ts";
import { RemoteModel } from "../../../server/remote/remoteModel.ts";
import type { EngineChoice } from "../../../server/remote/types.ts";
import { type EngineReply, type EngineServer, engineServer } from "../../support/engineServer.ts";
import {
  LLAMA_EVENTS,
  LLAMA_LOADING,
  LLAMA_NO_KEY,
  LLAMA_TOO_LONG,
  llamaReplies,
  MISTRAL_EVENTS,
  ndjson,
  OLLAMA_EVENTS,
  ollamaReplies,
  PLAIN_EVENTS,
  sse,
  TABBY_ANSWER,
  TABBY_HEALTH,
  VLLM_EVENTS,
  VLLM_NO_KEY,
  VLLM_NO_MODEL,
  vllmReplies,
} from "./transcripts.ts";

const signal = new AbortController().signal;
const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

const PROMPT: PromptInput = {
  path: "src/box.ts",
  languageId: "typescript",
  prefix: "interface Box { width: number; height: number }\n\nfunction area(box: Box): number {\n  return box.",
  suffix: "\n}\n",
  pieces: [{ kind: "import", path: "src/unit.ts", text: "export const unit = 1;\n", score: 0.5 }],
};
const CALL = {
  prompt: PROMPT,
  maxTokens: 24,
  sampling: { temperature: 0 },
  stop: ["\n"],
} satisfies Partial<GenerateParams>;
/** Ends within a word: the answer has to begin with it. */
const CUT = { ...CALL, prompt: { ...PROMPT, prefix: `${PROMPT.prefix}wid` } };

async function open(
  replies: Parameters<typeof engineServer>[0],
  choice: Partial<EngineChoice> = {},
): Promise<{ model: RemoteModel; server: EngineServer; log: string[] }> {
  const server = await engineServer(replies);
  opened.push(server);
  const log: string[] = [];
  const model = await RemoteModel.open(
    { url: server.url, ...choice },
    { key: "secret", signal, log: (line) => void log.push(line) },
  );
  opened.push({ close: () => model.dispose() });
  return { model, server, log };
}

const ids = { tokenizerDir: embeddedModelDir(), format: "fim" } as const;

const last = ({ asked }: EngineServer) => asked[asked.length - 1]!;

async function failsWith(code: UserErrorCode, promise: Promise<unknown>): Promise<UserError> {
  let failed: UserError | undefined;
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code, error.message);
    failed = error;
    return true;
  });
  assert.ok(failed!.action.length > 0);
  return failed!;
}

describe("llama.cpp", () => {
  test("token ids: the text goes on after what was typed, each token with its probability and its end", async () => {
    const { model, server } = await open(llamaReplies(), ids);
    assert.deepEqual([model.id, model.shape, model.format, model.contextTokens], ["sotto", "ids", "fim", 4096]);
    const streamed: string[] = [];
    const result = await model.generate(CUT, (text) => streamed.push(text), signal);
    assert.equal(result.text, "th * box.height;");
    assert.equal(streamed.join(""), result.text);
    assert.equal(result.stop, "stopSequence");
    assert.deepEqual(result.tokens, { prompt: 39, cached: 38, generated: 6 });
    assert.deepEqual(result.tokenEnds, [2, 4, 8, 9, 15, 16]);
    assert.equal(result.logProbs.length, 6);
    assert.equal(result.logProbs[0], -0.1383887231349945);
    assert.equal(result.model, "sotto");
    const { path, body } = last(server);
    assert.equal(path, "/completion");
    assert.ok((body.prompt as number[]).every((id) => typeof id === "number"));
    assert.match(String(body.grammar), /^root ::= "wid" /);
    assert.deepEqual([body.temperature, body.top_k, body.cache_prompt, body.stop], [0, 0, true, ["\n"]]);
  });

  test("text: special tokens travel by id, names of them in code are cut apart and stay text", async () => {
    const prefix = 'const name = "<fim_prefix>";\nconst x = ';
    const { model, server } = await open(llamaReplies(), { format: "fim" });
    assert.equal(model.shape, "text");
    await model.generate({ ...CALL, prompt: { ...PROMPT, prefix } }, () => {}, signal);
    const parts = last(server).body.prompt as (string | number)[];
    const [prefixId, suffixId, middleId, fileId] = [7, 8, 9, 5];
    assert.deepEqual(
      parts.filter((part) => typeof part === "number"),
      [fileId, fileId, suffixId, prefixId, middleId],
    );
    const texts = parts.filter((part) => typeof part === "string");
    assert.ok(texts.every((part) => !/<(?:fim_\w+|file_sep)>/.test(part)));
    assert.ok(texts.join("").includes('"<fim_prefix>"'), "cut apart, not changed");
  });

  test("a stop sequence within what is owed is not sent: the server would end there", async () => {
    const line = { ...PROMPT, prefix: "function area(box: Box): number {\n  " };
    const written = [
      { index: 0, content: "\n ", tokens: [3351], stop: false },
      { index: 0, content: " return 1;", tokens: [1001], stop: false },
      { index: 0, content: "\n}", tokens: [1002], stop: false },
    ];
    const { model, server } = await open(llamaReplies(sse(written, false)), ids);
    const result = await model.generate(
      { ...CALL, stop: ["\n", " return 2", "\n\n", ";;"], prompt: line },
      () => {},
      signal,
    );
    assert.deepEqual([result.text, result.stop], ["return 1;", "stopSequence"]);
    assert.deepEqual(last(server).body.stop, ["\n\n", ";;"]);
  });

  test("a format whose markers the vocabulary lacks is not guessed from the name", async () => {
    const tokenized = { body: { tokens: [{ id: 0, piece: "<|endoftext|>" }] } };
    const named = { "/v1/models": { body: { data: [{ id: "qwen2.5-coder", owned_by: "llamacpp" }] } } };
    const failure = await failsWith("engineUnfit", open({ ...llamaReplies(), ...named, "/tokenize": tokenized }));
    assert.match(failure.action, /sotto\.engine\.format/);
  });

  test("the server lays out the prompt: /infill with pieces beside it, never /v1/completions", async () => {
    const { model, server } = await open(llamaReplies(), { shape: "fim" });
    await model.generate(CALL, () => {}, signal);
    const { path, body } = last(server);
    assert.equal(path, "/infill");
    assert.deepEqual(
      [body.input_prefix, body.input_suffix, body.input_extra],
      [PROMPT.prefix, PROMPT.suffix, [{ filename: "src/unit.ts", text: "export const unit = 1;\n" }]],
    );
    assert.ok(!server.asked.some((one) => one.path === "/v1/completions"));
  });

  test("an adapter by its file's name goes along as its number", async () => {
    const adapters = { "/lora-adapters": { body: [{ id: 3, path: "/models/own.gguf", scale: 0 }] } };
    const { model, server } = await open({ ...llamaReplies(), ...adapters }, { ...ids, adapter: "own.gguf" });
    await model.generate(CALL, () => {}, signal);
    assert.deepEqual(last(server).body.lora, [{ id: 3, scale: 1 }]);
    await failsWith("engineHasNoModel", open({ ...llamaReplies(), ...adapters }, { ...ids, adapter: "other" }));
  });

  test("a warm-up asks for nothing and says what was read", async () => {
    const { model, server } = await open(llamaReplies(), ids);
    const warmed = await model.warm({ prompt: PROMPT }, signal);
    assert.deepEqual([warmed.stop, warmed.tokens, warmed.model], ["done", { prompt: 39, cached: 38 }, "sotto"]);
    assert.equal(last(server).body.n_predict, 0);
  });
});

describe("vLLM", () => {
  test("token ids, log probabilities, cached tokens; an adapter by its name", async () => {
    const { model, server } = await open(vllmReplies(), { ...ids, adapter: "stored" });
    const result = await model.generate(CUT, () => {}, signal);
    assert.equal(result.text, "th * box.height;");
    assert.deepEqual(result.tokens, { prompt: 75, cached: 64, generated: 6 });
    assert.deepEqual(result.tokenEnds, [2, 4, 8, 9, 15, 16]);
    assert.equal(result.stop, "endOfText");
    const { body } = last(server);
    assert.equal(body.model, "stored");
    assert.ok(Array.isArray(body.prompt) && Array.isArray(body.stop_token_ids));
    await failsWith("engineHasNoModel", open(vllmReplies(), { ...ids, adapter: "nope" }));
  });

  test("an answer that begins the word anew is asked for once more, from the cursor on", async () => {
    const { model, server, log } = await open(vllmReplies(sse([...VLLM_EVENTS.slice(1)])), ids);
    const result = await model.generate(CUT, () => {}, signal);
    assert.equal(result.text, " * box.height;");
    const bodies = server.asked.filter(({ path }) => path === "/v1/completions").map(({ body }) => body);
    assert.equal(bodies.length, 2);
    assert.ok((bodies[1]!.prompt as number[]).length > (bodies[0]!.prompt as number[]).length);
    assert.equal(log.length, 1);
  });

  test("text by the model's name: names of special tokens in code get a space", async () => {
    const models = { data: [{ id: "Qwen/Qwen2.5-Coder-7B", owned_by: "vllm", max_model_len: 4096 }] };
    const { model, server } = await open({ ...vllmReplies(), "/v1/models": { body: models } });
    assert.deepEqual([model.shape, model.format], ["text", "qwen"]);
    const prompt = { ...PROMPT, prefix: 'const a = "<|fim_prefix|>";\nconst b = ' };
    await model.generate({ ...CALL, prompt }, () => {}, signal);
    const text = last(server).body.prompt as string;
    assert.equal(text.split("<|fim_prefix|>").length, 2, "once: the format's own");
    assert.ok(text.endsWith("<|fim_middle|>const b = "));
    assert.equal(last(server).body.skip_special_tokens, false);
  });
});

describe("other servers, as documented", () => {
  test("Ollama: raw text, one context length, nothing cut silently", async () => {
    const { model, server } = await open(ollamaReplies());
    assert.deepEqual([model.shape, model.format, model.contextTokens], ["text", "qwen", 8192]);
    const result = await model.generate(CALL, () => {}, signal);
    assert.deepEqual([result.text, result.stop], ["width * box.height;", "endOfText"]);
    assert.deepEqual(result.tokens, { prompt: 26, cached: 0, generated: 6 });
    assert.deepEqual([result.logProbs, result.tokenEnds], [[], []]);
    const { body } = last(server);
    assert.deepEqual([body.raw, body.truncate, body.stream], [true, false, true]);
    assert.equal((body.options as { num_ctx?: number }).num_ctx, undefined);
  });

  test("Ollama: a model of no known name that inserts gets prefix and suffix, with pieces as comments", async () => {
    const { model, server } = await open(ollamaReplies(), { model: "own" });
    assert.deepEqual([model.id, model.shape, model.contextTokens], ["own:latest", "fim", 4096]);
    await model.generate(CALL, () => {}, signal);
    const { body } = last(server);
    assert.equal(body.prompt, `// src/unit.ts\n// export const unit = 1;\n${PROMPT.prefix}`);
    assert.equal(body.suffix, PROMPT.suffix);
    await failsWith("engineUnfit", open(ollamaReplies(ndjson([]), ["completion"]), { model: "own" }));
  });

  test("Mistral, DeepSeek and Tabby get prefix and suffix", async () => {
    const mistral = {
      "/v1/models": { body: { data: [{ id: "codestral" }] } },
      "/v1/fim/completions": sse(MISTRAL_EVENTS),
    };
    const deepseek = {
      "/v1/models": { body: { data: [{ id: "deepseek-chat" }] } },
      "/beta/completions": sse(PLAIN_EVENTS),
    };
    const tabby = { "/v1/health": { body: TABBY_HEALTH }, "/v1/completions": { body: TABBY_ANSWER } };
    for (const [kind, replies] of [
      ["mistral", mistral],
      ["deepseek", deepseek],
      ["tabby", tabby],
    ] as const) {
      const { model, server } = await open(replies, { kind });
      assert.deepEqual([model.engine.kind, model.shape, model.format], [kind, "fim", undefined]);
      const result = await model.generate(CALL, () => {}, signal);
      assert.deepEqual([result.text, result.stop], ["width * box.height;", "endOfText"], kind);
      const { body } = last(server);
      const { segments } = body as { segments?: { suffix: string; declarations: object[] } };
      assert.equal(segments?.suffix ?? body.suffix, PROMPT.suffix);
      if (segments) assert.deepEqual(segments.declarations.length, 1);
      const before = server.asked.length;
      assert.equal((await model.warm({ prompt: PROMPT }, signal)).stop, "refused", "each request is paid for");
      assert.equal(server.asked.length, before);
    }
  });

  test("LM Studio and others of OpenAI's kind get a text and few fields", async () => {
    const list = { "/v1/models": { body: { data: [{ id: "starcoder2-3b" }] } }, "/v1/completions": sse(PLAIN_EVENTS) };
    const { model, server } = await open(list);
    assert.deepEqual([model.engine.kind, model.shape, model.format], ["openai", "text", "starcoder2"]);
    const result = await model.generate({ ...CALL, stop: ["\n", "a", "b", "c", "x", "y"] }, () => {}, signal);
    assert.equal(result.stop, "stopSequence");
    assert.equal(result.text, "width * ", "our own scanner knows the stop sequences that were not sent");
    const { body } = last(server);
    assert.deepEqual(Object.keys(body).sort(), [
      "max_tokens",
      "model",
      "prompt",
      "seed",
      "stop",
      "stream",
      "temperature",
    ]);
    assert.equal((body.stop as string[]).length, 4);
  });

  test("a server that ignores the suffix is found by its count of tokens", async () => {
    const answer = (prompt_tokens: number): EngineReply => ({
      body: { choices: [{ index: 0, text: "b", finish_reason: "length" }], usage: { prompt_tokens } },
    });
    const list = { "/v1/models": { body: { data: [{ id: "starcoder2-3b" }] } } };
    await failsWith("engineUnfit", open({ ...list, "/v1/completions": answer(1) }, { shape: "fim" }));
    const { model } = await open({ ...list, "/v1/completions": answer(130) }, { shape: "fim" });
    assert.equal(model.shape, "fim");
  });
});

describe("instructions", () => {
  const instruction = { ...PROMPT, prefix: "", instruction: "Say what <|im_end|> is." };

  test("go as turns of a conversation to a tuned model of the format qwen", async () => {
    const models = { models: [{ name: "qwen2.5-coder:7b-instruct" }] };
    const { model, server } = await open({ ...ollamaReplies(), "/api/tags": { body: models } });
    await model.generate({ ...CALL, prompt: instruction }, () => {}, signal);
    const text = last(server).body.prompt as string;
    assert.match(text, /^<\|im_start\|>system\n/);
    assert.equal(text.split("<|im_end|>").length, 3, "those of the two turns: not the one in the question");
  });

  test("to others are answered by nothing, and nothing is sent", async () => {
    for (const [replies, choice] of [
      [ollamaReplies(), {}],
      [llamaReplies(), ids],
      [llamaReplies(), { shape: "fim" }],
    ] as const) {
      const { model, server } = await open(replies, choice);
      const before = server.asked.length;
      const result = await model.generate({ ...CALL, prompt: instruction }, () => {}, signal);
      assert.deepEqual([result.text, result.stop], ["", "noConversation"]);
      assert.equal(server.asked.length, before);
    }
  });
});

describe("how a request ends", () => {
  const slow: EngineReply = { ...sse(LLAMA_EVENTS.slice(0, 3), false), pauseMs: 5, after: "nothing" };

  const brokenSoon = async (server: EngineServer) => {
    for (let waited = 0; server.broken === 0 && waited < 2000; waited += 10) await sleep(10);
    assert.equal(server.broken, 1, "the server sees the connection close");
  };

  test("cancelled, with the text so far; the connection is closed and what comes later is not heard", async () => {
    const { model, server } = await open(llamaReplies(slow), ids);
    const cancel = new AbortController();
    const result = await model.generate(CUT, (text) => text.includes("box") && cancel.abort(), cancel.signal);
    assert.deepEqual([result.text, result.stop], ["th * box", "cancelled"]);
    await brokenSoon(server);
  });

  test("at its deadline, with the text so far", async () => {
    const { model, server } = await open(llamaReplies(slow), ids);
    const result = await model.generate({ ...CUT, deadlineMs: 300 }, () => {}, signal);
    assert.deepEqual([result.text, result.stop], ["th * box", "deadline"]);
    await brokenSoon(server);
  });

  test("superseded by a newer completion of the same editor, not by another's or by a command", async () => {
    let requests = 0;
    const first = () => (requests++ === 0 ? slow : sse(LLAMA_EVENTS, false));
    const { model } = await open({ ...llamaReplies(), "/completion": first }, ids);
    const running = model.generate({ ...CUT, editor: "a" }, () => {}, signal);
    await sleep(100);
    await model.generate({ ...CUT, editor: "b" }, () => {}, signal);
    await model.generate({ ...CUT, editor: "a", class: "command" }, () => {}, signal);
    const newer = await model.generate({ ...CUT, editor: "a" }, () => {}, signal);
    assert.equal(newer.stop, "stopSequence");
    assert.equal((await running).stop, "superseded");
  });

  test("a warm-up gives way to any request", async () => {
    let requests = 0;
    const first = () => (requests++ === 0 ? slow : sse(LLAMA_EVENTS, false));
    const { model, server } = await open({ ...llamaReplies(), "/completion": first }, ids);
    const warming = model.warm({ prompt: PROMPT, editor: "a" }, signal);
    await sleep(100);
    await model.generate({ ...CUT, editor: "b" }, () => {}, signal);
    assert.equal((await warming).stop, "superseded");
    await brokenSoon(server);
  });

  test("at our own stop sequence while the server goes on", async () => {
    const { model, server } = await open(llamaReplies(slow), ids);
    const result = await model.generate({ ...CUT, stop: [" box"] }, () => {}, signal);
    assert.deepEqual([result.text, result.stop], ["th *", "stopSequence"]);
    await brokenSoon(server);
  });

  test("a special token of the model ends the text, whatever the server makes of it", async () => {
    const special = { index: 0, content: "", tokens: [5], stop: false, tokens_evaluated: 39 };
    const { model } = await open(llamaReplies(sse([LLAMA_EVENTS[0]!, special, ...LLAMA_EVENTS.slice(1)], false)), ids);
    const result = await model.generate(CUT, () => {}, signal);
    assert.deepEqual([result.text, result.stop], ["th", "endOfText"]);
  });
});

describe("faults", () => {
  test("each has its name", async () => {
    const cut = { ...sse(LLAMA_EVENTS.slice(0, 2), false), after: "cut" } as const;
    for (const [reply, code] of [
      [LLAMA_NO_KEY, "engineRefusedKey"],
      [VLLM_NO_KEY, "engineRefusedKey"],
      [{ status: 403, body: "no" }, "engineRefusedKey"],
      [VLLM_NO_MODEL, "engineHasNoModel"],
      [LLAMA_TOO_LONG, "promptTooLong"],
      [{ status: 429, body: { error: "slow down" } }, "engineBusy"],
      [LLAMA_LOADING, "engineBusy"],
      [{ status: 500, body: { error: { message: "parse error" } } }, "engineFailed"],
      [{ status: 422, body: { detail: [{ msg: "no field" }] } }, "engineFailed"],
      [cut, "engineFailed"],
      [sse(LLAMA_EVENTS.slice(0, 2), false), "engineFailed"],
      [sse([{ error: { message: "engine is dead" } }]), "engineFailed"],
      [{ type: "text/event-stream", chunks: ["data: {no json\n\n"] }, "engineFailed"],
      [{ type: "text/html", body: "<html>" }, "engineFailed"],
      [sse([{ strange: true }]), "engineFailed"],
      [{ status: 302, location: "http://127.0.0.1:1/" }, "engineRedirected"],
    ] as const) {
      const { model } = await open(llamaReplies(reply as EngineReply), ids);
      await failsWith(
        code,
        model.generate(CUT, () => {}, signal),
      );
    }
  });

  test("busy, then ready: the next request is answered", async () => {
    let requests = 0;
    const reply = () => (requests++ === 0 ? LLAMA_LOADING : sse(LLAMA_EVENTS, false));
    const { model } = await open({ ...llamaReplies(), "/completion": reply }, ids);
    await failsWith(
      "engineBusy",
      model.generate(CUT, () => {}, signal),
    );
    assert.equal((await model.generate(CUT, () => {}, signal)).text, "th * box.height;");
  });

  test("an error in a line of Ollama's stream, under status 200", async () => {
    const { model } = await open(ollamaReplies(ndjson([OLLAMA_EVENTS[0]!, { error: "an error was encountered" }])));
    const failure = await failsWith(
      "engineFailed",
      model.generate(CUT, () => {}, signal),
    );
    assert.match(failure.message, /an error was encountered/);
  });

  test("a stream without [DONE] is whole where its last event said so", async () => {
    const { model } = await open(vllmReplies(sse(VLLM_EVENTS, false)), ids);
    assert.equal((await model.generate(CUT, () => {}, signal)).text, "th * box.height;");
  });

  test("the server is gone", async () => {
    const { model, server } = await open(llamaReplies(), ids);
    server.close();
    await failsWith(
      "engineUnreachable",
      model.generate(CUT, () => {}, signal),
    );
  });

  test("the key is in no message", async () => {
    const { model, log } = await open(llamaReplies(LLAMA_NO_KEY), ids);
    const failure = await failsWith(
      "engineRefusedKey",
      model.generate(CUT, () => {}, signal),
    );
    assert.ok(![failure.message, failure.action, ...log].some((text) => text.includes("secret")));
  });
});

describe("what is chosen", () => {
  test("a model that is not there, a shape that the kind has not, a context too short", async () => {
    await failsWith("engineHasNoModel", open(vllmReplies(), { ...ids, model: "nope" }));
    await failsWith("engineHasNoModel", open({ "/v1/models": { body: { data: [] } } }));
    await failsWith("engineUnfit", open(vllmReplies(), { shape: "fim" }));
    await failsWith("engineUnfit", open(vllmReplies(), { ...ids, contextTokens: 100 }));
    await failsWith("badInput", open(vllmReplies(), { shape: "ids" }));
    const { model } = await open(vllmReplies(), ids);
    await failsWith(
      "badInput",
      model.generate({ ...CUT, words: ["a"] }, () => {}, signal),
    );
    await failsWith(
      "badInput",
      model.generate({ ...CUT, maxTokens: 3000 }, () => {}, signal),
    );
  });

  test("the inspector sends nothing, and shows the prompt that is sent", async () => {
    const { model, server } = await open(ollamaReplies());
    const before = server.asked.length;
    const inspected = await model.inspect(CUT.prompt);
    assert.equal(server.asked.length, before);
    assert.equal(inspected.model, "qwen2.5-coder:7b");
    await model.generate(CUT, () => {}, signal);
    assert.equal(last(server).body.prompt, inspected.prompt);
    assert.deepEqual(
      inspected.pieces.map(({ kind }) => kind),
      ["import", "suffix", "prefix"],
    );
  });

  test("the traffic is counted", async () => {
    const { model, server } = await open(llamaReplies(), ids);
    const before = model.traffic();
    await model.generate(CUT, () => {}, signal);
    const after = model.traffic();
    assert.equal(after.requests - before.requests, 1);
    assert.equal(after.bytesSent - before.bytesSent, JSON.stringify(last(server).body).length);
    assert.ok(after.bytesReceived - before.bytesReceived > 500);
  });
});
