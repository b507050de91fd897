// POST /infill as llama.cpp's clients send it, over real HTTP.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, eventsIn, recordingModel, serving } from "./serving.ts";

const PARTS = ["a", "b\n", "c"];

async function infill(body: object, model = recordingModel(PARTS)) {
  const server = await serving(model);
  const { status, text } = await ask(`${server.url}/infill`, { body });
  await server.close();
  assert.deepEqual(server.lines, []);
  return { status, text, model };
}

/** As llama.vscode sends it, with fields that Sotto does not know. */
const REQUEST = {
  input_prefix: "function area(box) {\n",
  input_suffix: "\n}\n",
  prompt: "  return ",
  input_extra: [{ filename: "old.js", text: "old" }, { text: "new" }],
  n_predict: 128,
  top_k: 40,
  top_p: 0.99,
  samplers: ["top_k", "top_p", "infill"],
  cache_prompt: true,
  t_max_prompt_ms: 500,
  t_max_predict_ms: 2500,
  n_indent: 2,
};

test("the current line ends the prefix, and the extra texts are pieces, of which the last counts most", async () => {
  const { text, model } = await infill(REQUEST);
  const [{ prompt, maxTokens, sampling, stop }] = model.asked;
  assert.deepEqual(prompt, {
    path: "",
    languageId: "plaintext",
    prefix: "function area(box) {\n  return ",
    suffix: "\n}\n",
    pieces: [
      { kind: "extra", path: "old.js", text: "old", score: 1 },
      { kind: "extra", path: "", text: "new", score: 2 },
    ],
  });
  const { seed, ...drawn } = sampling;
  assert.deepEqual([maxTokens, stop, drawn], [128, [], { temperature: 0, topK: 40, topP: 0.99 }]);
  assert.deepEqual(JSON.parse(text), {
    index: 0,
    content: "ab\nc",
    tokens: [],
    id_slot: 0,
    stop: true,
    model: "fake",
    tokens_predicted: 3,
    tokens_evaluated: 30,
    has_new_line: true,
    stop_type: "eos",
    tokens_cached: 33,
    timings: {
      cache_n: 20,
      prompt_n: 10,
      prompt_ms: 5,
      prompt_per_token_ms: 0.5,
      prompt_per_second: 2000,
      predicted_n: 3,
      predicted_ms: 4,
      predicted_per_token_ms: 4 / 3,
      predicted_per_second: 750,
    },
  });
});

test("without a number of tokens, or with -1, as many are written as may be", async () => {
  for (const more of [{}, { n_predict: -1 }, { n_predict: null }, { n_predict: 9999 }])
    assert.equal((await infill({ input_prefix: "a", ...more })).model.asked[0].maxTokens, 512);
});

test("a stream ends with stop: true, and not with [DONE]", async () => {
  const events = eventsIn((await infill({ ...REQUEST, stream: true })).text).map((event) => JSON.parse(event));
  assert.deepEqual(
    events.map(({ content, stop }) => [content, stop]),
    [...PARTS.map((part) => [part, false]), ["", true]],
  );
  assert.equal(events.at(-1).tokens_predicted, 3);
});

test("only the fields that a client names are told, each under its path", async () => {
  const { text } = await infill({ ...REQUEST, response_fields: ["content", "timings/prompt_n", "truncated", "a/b"] });
  assert.deepEqual(JSON.parse(text), { content: "ab\nc", "timings/prompt_n": 10 });
});

test("no tokens: the prompt is read ahead", async () => {
  const { status, text, model } = await infill({ ...REQUEST, n_predict: 0, t_max_predict_ms: 1 });
  assert.deepEqual([status, model.asked.length, model.warmed[0].prompt.pieces.length], [200, 0, 2]);
  const { content, tokens_evaluated: read, tokens_predicted: written, timings } = JSON.parse(text);
  assert.deepEqual([content, read, written, timings.cache_n, timings.prompt_ms], ["", 40, 0, 10, 7]);

  const refusing = {
    ...recordingModel([]),
    warm: async () => ({ stop: "refused", tokens: { prompt: 0, cached: 0 }, ms: 0 }),
  };
  const refused = await infill({ ...REQUEST, n_predict: 0 }, refusing as ReturnType<typeof recordingModel>);
  assert.equal(refused.status, 429);
});

test("after its time for writing a text ends with its line, and says that it was limited", async () => {
  const slow = () => recordingModel(["a", "x", "b\n", "c", "d"], {}, (index) => (index > 0 ? sleep(30) : undefined));
  const limited = JSON.parse((await infill({ ...REQUEST, t_max_predict_ms: 1 }, slow())).text);
  assert.deepEqual([limited.content, limited.stop_type], ["axb\n", "limit"]);
  const free = JSON.parse((await infill({ ...REQUEST, t_max_predict_ms: 0 }, slow())).text);
  assert.deepEqual([free.content, free.stop_type], ["axb\ncd", "eos"]);
});

test("what is not valid is 400 with the field's name", async () => {
  for (const [more, param] of [
    [{ input_prefix: 1 }, "input_prefix"],
    [{ prompt: [1, 2] }, "prompt"],
    [{ input_extra: [{ filename: "a" }] }, "input_extra.0.text"],
    [{ input_extra: Array(65).fill({ text: "" }) }, "input_extra"],
    [{ n_predict: -2 }, "n_predict"],
    [{ top_k: 1.5 }, "top_k"],
    [{ response_fields: "content" }, "response_fields"],
  ] as const) {
    const { status, text } = await infill({ ...REQUEST, ...more });
    assert.deepEqual([status, JSON.parse(text).error.param], [400, param]);
  }
});
