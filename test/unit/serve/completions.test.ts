// POST /v1/completions and /v1/fim/completions over real HTTP: what the model is asked, and how its answer is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, eventsIn, recordingModel, serving } from "./serving.ts";

const PARTS = ["width", " *", " box.height;"];
const TEXT = PARTS.join("");
const PLACE = { prompt: "const area = ", suffix: "\n}\n" };

async function complete(body: object | string, model = recordingModel(PARTS), path = "/v1/completions") {
  const server = await serving(model);
  const answer = await ask(`${server.url}${path}`, { body });
  await server.close();
  assert.deepEqual(server.lines, []);
  return { ...answer, model };
}

test("a completion is OpenAI's, and the model is asked for the place as it was sent", async () => {
  const { status, headers, text, model } = await complete({
    ...PLACE,
    path: "src/box.ts",
    model: "fake",
    max_tokens: 40,
    temperature: 0.5,
    top_p: 0.9,
    seed: 7,
    stop: ["\n\n", ""],
    user: "somebody",
    logit_bias: { 1: 2 },
  });
  assert.deepEqual([status, headers["content-type"]], [200, "application/json; charset=utf-8"]);
  const { id, created, ...answer } = JSON.parse(text);
  assert.match(id, /^cmpl-/);
  assert.ok(Math.abs(created - Date.now() / 1000) < 60);
  assert.deepEqual(answer, {
    object: "text_completion",
    model: "fake",
    choices: [{ index: 0, text: TEXT, logprobs: null, finish_reason: "stop" }],
    usage: {
      prompt_tokens: 30,
      completion_tokens: 3,
      total_tokens: 33,
      prompt_tokens_details: { cached_tokens: 20 },
    },
  });
  const [{ deadlineMs, ...asked }] = model.asked;
  assert.deepEqual(asked, {
    prompt: { path: "src/box.ts", languageId: "plaintext", prefix: PLACE.prompt, suffix: PLACE.suffix, pieces: [] },
    asked: true,
    maxTokens: 40,
    sampling: { temperature: 0.5, seed: 7, topP: 0.9 },
    stop: ["\n\n"],
  });
  assert.equal(deadlineMs, 60_000);
});

test("what is not sent, or null, has a default; more tokens than the model writes at once are cut", async () => {
  const nulls = {
    suffix: null,
    max_tokens: null,
    temperature: null,
    stop: null,
    stream: null,
    logprobs: null,
    n: null,
  };
  const { model } = await complete({ prompt: ["a"], ...nulls });
  const [{ prompt, maxTokens, stop, sampling }] = model.asked;
  assert.deepEqual([prompt.prefix, prompt.suffix, prompt.path, maxTokens, stop], ["a", "", "", 16, []]);
  assert.equal(sampling.temperature, 0);
  const other = await complete({ prompt: "a", max_tokens: 100_000, stop: "\n", seed: -1 });
  assert.deepEqual([other.model.asked[0].maxTokens, other.model.asked[0].stop], [512, ["\n"]]);
  assert.ok(other.model.asked[0].sampling.seed! >= 0, "a negative seed is none");
});

test("without a seed each request draws anew", async () => {
  const model = recordingModel(PARTS);
  const server = await serving(model);
  for (let times = 0; times < 3; times++)
    await ask(`${server.url}/v1/completions`, { body: { prompt: "a", temperature: 1 } });
  await server.close();
  assert.equal(new Set(model.asked.map(({ sampling }) => sampling.seed)).size, 3);
});

test("why a text ended is told as OpenAI does", async () => {
  for (const [stop, reason] of [
    ["endOfText", "stop"],
    ["stopSequence", "stop"],
    ["repetition", "stop"],
    ["maxTokens", "length"],
    ["deadline", "length"],
  ] as const) {
    const { text } = await complete(PLACE, recordingModel(PARTS, { stop }));
    assert.equal(JSON.parse(text).choices[0].finish_reason, reason, stop);
  }
});

test("a stream has the text as it comes, then why it ended, then the counts where they are asked for", async () => {
  const { status, headers, text } = await complete({ ...PLACE, stream: true });
  assert.deepEqual([status, headers["content-type"]], [200, "text/event-stream; charset=utf-8"]);
  const events = eventsIn(text);
  assert.equal(events.pop(), "[DONE]");
  const parts = events.map((event) => JSON.parse(event));
  assert.equal(new Set(parts.map(({ id }) => id)).size, 1);
  assert.deepEqual(
    parts.map(({ choices: [{ text: part, finish_reason: reason }] }) => [part, reason]),
    [...PARTS.map((part) => [part, null]), ["", "stop"]],
  );
  assert.ok(parts.every(({ object, usage }) => object === "text_completion" && usage === undefined));

  const counted = await complete({ ...PLACE, stream: true, stream_options: { include_usage: true } });
  const last = JSON.parse(eventsIn(counted.text).at(-2)!);
  assert.deepEqual([last.choices, last.usage.total_tokens], [[], 33]);
});

test("log probabilities are those of the tokens that were written, in a stream with its end", async () => {
  const expected = {
    tokens: PARTS,
    token_logprobs: [-0.125, -0.25, -0.375],
    top_logprobs: [{ width: -0.125 }, { " *": -0.25 }, { " box.height;": -0.375 }],
    text_offset: [0, 5, 7],
  };
  const whole = await complete({ ...PLACE, logprobs: 1 });
  assert.deepEqual(JSON.parse(whole.text).choices[0].logprobs, expected);
  const stream = await complete({ ...PLACE, logprobs: 0, stream: true });
  const events = eventsIn(stream.text).slice(0, -1);
  assert.deepEqual(JSON.parse(events.at(-1)!).choices[0].logprobs, expected);
  const none = await complete({ ...PLACE, logprobs: 1 }, recordingModel([]));
  assert.deepEqual(JSON.parse(none.text).choices[0].logprobs, {
    tokens: [],
    token_logprobs: [],
    top_logprobs: [],
    text_offset: [],
  });
});

test("Mistral's path asks the same and answers as a chat", async () => {
  const path = "/v1/fim/completions";
  const { text, model } = await complete({ ...PLACE, random_seed: 3, max_tokens: 5 }, recordingModel(PARTS), path);
  assert.deepEqual(JSON.parse(text).choices, [
    { index: 0, message: { role: "assistant", content: TEXT }, logprobs: null, finish_reason: "stop" },
  ]);
  assert.equal(model.asked[0].sampling.seed, 3);
  const stream = await complete({ ...PLACE, stream: true }, recordingModel(PARTS), path);
  const events = eventsIn(stream.text);
  assert.equal(events.pop(), "[DONE]");
  assert.equal(events.map((event) => JSON.parse(event).choices[0].delta.content).join(""), TEXT);
});

test("what is not valid is 400 with one sentence that names the field, and the model is not asked", async () => {
  for (const [body, param, said] of [
    [{}, "prompt", /expected a text, or an array of one text/],
    [{ prompt: [1, 2] }, "prompt", /token ids and several texts are not taken/],
    [{ prompt: ["a", "b"] }, "prompt", /several texts are not taken/],
    [{ prompt: "a".repeat(400_001) }, "prompt", /<=400000 characters/],
    [{ prompt: "a", suffix: 3 }, "suffix", /expected string/],
    [{ prompt: "a", max_tokens: 0 }, "max_tokens", /1/],
    [{ prompt: "a", max_tokens: "9" }, "max_tokens", /number/],
    [{ prompt: "a", temperature: -1 }, "temperature", /0/],
    [{ prompt: "a", top_p: 2 }, "top_p", /1/],
    [{ prompt: "a", seed: 0.5 }, "seed", /int/],
    [{ prompt: "a", stop: Array(17).fill("x") }, "stop", /up to 16/],
    [{ prompt: "a", stop: "x".repeat(257) }, "stop", /256/],
    [{ prompt: "a", stream: "yes" }, "stream", /boolean/],
    [{ prompt: "a", stream_options: { include_usage: 1 } }, "stream_options.include_usage", /boolean/],
    [{ prompt: "a", logprobs: 5 }, "logprobs", /expected 0 or 1/],
    [{ prompt: "a", n: 2 }, "n", /one text is written/],
    [{ prompt: "a", best_of: 3 }, "best_of", /one text is written/],
    [{ prompt: "a", echo: true }, "echo", /not sent back/],
    [[], null, /object/],
  ] as const) {
    const { status, text, model } = await complete(body);
    const { error } = JSON.parse(text);
    assert.deepEqual([status, error.code, error.type, error.param], [400, 400, "invalid_request_error", param], text);
    assert.match(error.message, said);
    assert.ok(error.message.length < 200, error.message);
    assert.equal(model.asked.length, 0);
  }
});

test("one of many and the prompt's echo may be asked for as what they are by default", async () => {
  assert.equal((await complete({ prompt: "a", n: 1, best_of: 1, echo: false })).status, 200);
});

test("another model is not there, and the answer says which one is", async () => {
  const { status, text } = await complete({ prompt: "a", model: "gpt-x" });
  const { message, param, type } = JSON.parse(text).error;
  assert.deepEqual([status, param, type], [404, "model", "not_found_error"]);
  assert.equal(message, "There is no model gpt-x here. Ask for fake.");
  assert.equal((await complete({ prompt: "a", model: "" })).status, 200);
});
