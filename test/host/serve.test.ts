// `sotto serve` with the model that comes with Sotto: what HTTP gives is what the model gives, token by token.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { loadLocalModel } from "../../cli/model.ts";
import type { GenerateParams, PromptInput } from "../../server/host/protocol/messages.ts";
import type { ServedModel } from "../../server/serve/generation.ts";
import { type RunningServer, startServer } from "../../server/serve/httpServer.ts";

const PREFIX = "export function area(box) {\n  const { width, height } = box;\n  return ";
const SUFFIX = "\n}\n\nexport function perimeter(box) {\n  return 2 * (box.width + box.height);\n}\n";

let model: ServedModel & { dispose(): void };
let server: RunningServer;

before(async () => {
  model = await loadLocalModel({ id: "quick", threads: 1 });
  server = await startServer({ host: "127.0.0.1", port: 0, version: "0", log: (line) => assert.fail(line) });
  server.serve(model);
});
after(async () => {
  await server.close();
  model.dispose();
});

async function post(path: string, body: object): Promise<string> {
  const response = await fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}

const promptAt = (more: Partial<PromptInput> = {}): PromptInput => ({
  path: "box.js",
  languageId: "javascript",
  prefix: PREFIX,
  suffix: SUFFIX,
  pieces: [],
  ...more,
});

const direct = (params: Partial<GenerateParams> = {}) =>
  model.generate(
    { prompt: promptAt(), maxTokens: 24, sampling: { temperature: 0 }, stop: [], ...params },
    () => {},
    new AbortController().signal,
  );

test("a completion over HTTP is the model's own, token by token, greedy and drawn", async () => {
  for (const sampling of [{ temperature: 0 }, { temperature: 1, topP: 0.9, seed: 5 }]) {
    const own = await direct({ sampling });
    const { temperature, topP: top_p, seed } = sampling as { temperature: number; topP?: number; seed?: number };
    const body = {
      prompt: PREFIX,
      suffix: SUFFIX,
      path: "box.js",
      max_tokens: 24,
      temperature,
      top_p,
      seed,
      logprobs: 1,
    };
    const { choices, usage } = JSON.parse(await post("/v1/completions", body));
    assert.ok(own.tokens.generated > 3, own.text);
    assert.equal(choices[0].text, own.text);
    assert.deepEqual(choices[0].logprobs.token_logprobs, own.logProbs);
    assert.equal(choices[0].logprobs.tokens.join(""), own.text);
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [own.tokens.prompt, own.tokens.generated]);
    assert.ok(usage.prompt_tokens_details.cached_tokens > 0, "the same prompt was there before");
    const stream = await post("/v1/completions", { ...body, stream: true });
    const events = stream.split("\n\n").slice(0, -2); // without [DONE]
    assert.equal(events.map((event) => JSON.parse(event.slice("data: ".length)).choices[0].text).join(""), own.text);
  }
});

test("infill is the same place, with its pieces, and a warm-up is what it finds in the cache", async () => {
  const line = PREFIX.lastIndexOf("\n") + 1;
  const extra = { filename: "shapes.js", text: "export const unit = { width: 1, height: 1 };\n" };
  const body = {
    input_prefix: PREFIX.slice(0, line),
    prompt: PREFIX.slice(line),
    input_suffix: SUFFIX,
    path: "box.js",
    input_extra: [extra],
  };
  const warm = JSON.parse(await post("/infill", { ...body, n_predict: 0 }));
  const filled = JSON.parse(await post("/infill", { ...body, n_predict: 24, stop: ["\n"] }));
  const pieces = [{ kind: "extra", path: extra.filename, text: extra.text, score: 1 }];
  const own = await direct({ prompt: promptAt({ pieces }), stop: ["\n"] });
  assert.equal(filled.content, own.text);
  assert.deepEqual([warm.tokens_evaluated, filled.tokens_evaluated], [own.tokens.prompt, own.tokens.prompt]);
  assert.ok(filled.timings.cache_n > own.tokens.prompt / 2, `${filled.timings.cache_n} of ${own.tokens.prompt}`);
});

test("the name of a special token in a text is characters", async () => {
  const tokensOf = async (prompt: string) =>
    JSON.parse(await post("/v1/completions", { prompt, max_tokens: 1 })).usage.prompt_tokens as number;
  const without = await tokensOf("const a = 1;\nconst b = ");
  const withName = await tokensOf("const a = 1; <fim_suffix>\nconst b = ");
  assert.ok(withName > without + 2, `${withName} and ${without} tokens`);
});
