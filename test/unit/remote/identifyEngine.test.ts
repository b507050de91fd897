// Which server answers at an address: by what each tells of itself, and never by a completion.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { UserError } from "../../../common/errors.ts";
import { identifyEngine, normalised } from "../../../server/remote/identifyEngine.ts";
import { type EngineServer, engineServer } from "../../support/engineServer.ts";
import {
  LLAMA_LOADING,
  LLAMA_MODELS,
  LLAMA_NO_KEY,
  llamaReplies,
  ollamaReplies,
  STUDIO_MODELS,
  TABBY_HEALTH,
  VLLM_NO_KEY,
  vllmReplies,
} from "./transcripts.ts";

const signal = new AbortController().signal;
const servers: EngineServer[] = [];
const start = async (replies: Parameters<typeof engineServer>[0]) => {
  const server = await engineServer(replies);
  servers.push(server);
  return server;
};
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.equal(error.code, expected, error.message);
  return true;
};

test("each kind is told by its own paths, with its models and their context; nothing is posted", async () => {
  for (const [replies, expected] of [
    [llamaReplies(), { kind: "llamacpp", version: "b1-7e4c0a9", models: [{ id: "sotto", contextTokens: 4096 }] }],
    [
      vllmReplies(),
      {
        kind: "vllm",
        version: "0.32.0",
        models: [
          { id: "sotto", contextTokens: 4096 },
          { id: "stored", parent: "sotto" },
        ],
      },
    ],
    [
      ollamaReplies(),
      {
        kind: "ollama",
        version: "0.20.0",
        models: [{ id: "qwen2.5-coder:7b", contextTokens: 8192 }, { id: "own:latest" }],
      },
    ],
    [
      {
        "/get_model_info": { body: { model_path: "Qwen/Qwen2.5-Coder-7B" } },
        "/v1/models": { body: { data: [{ id: "qwen", owned_by: "sglang", max_model_len: 32768 }] } },
      },
      { kind: "sglang", models: [{ id: "qwen", contextTokens: 32768 }] },
    ],
    [
      { "/api/v1/models": { body: STUDIO_MODELS }, "/v1/models": { body: { data: [{ id: "qwen2.5-coder-3b" }] } } },
      { kind: "lmstudio", models: [{ id: "qwen2.5-coder-3b", contextTokens: 8192 }] },
    ],
    [{ "/v1/health": { body: TABBY_HEALTH } }, { kind: "tabby", version: "v0.30.0", models: [{ id: "StarCoder-1B" }] }],
    [
      {
        "/v1/models": { body: { data: [{ id: "smollm2-135m", owned_by: "sotto", max_model_len: 2048 }] } },
        "/props": { body: { default_generation_settings: { n_ctx: 2048 }, build_info: "sotto 0.1.0" } },
      },
      {
        kind: "openai",
        version: "sotto 0.1.0",
        laysOut: true,
        models: [{ id: "smollm2-135m", contextTokens: 2048 }],
      },
    ],
    [{ "/v1/models": { body: { data: [{ id: "m" }] } } }, { kind: "openai", models: [{ id: "m" }] }],
    [{}, { kind: "openai", models: [] }],
  ] as const) {
    const server = await start(replies);
    const found = await identifyEngine(`${server.url}/v1/`, { key: "secret", signal });
    assert.deepEqual(found, { url: server.url, ...expected });
    assert.ok(server.asked.length > 0);
    for (const { method, authorization } of server.asked)
      assert.deepEqual([method, authorization], ["GET", "Bearer secret"]);
  }
});

test("a key that is missing or wrong is said, whether the list of models is public or not", async () => {
  const closed = Object.fromEntries(["/props", "/api/version", "/get_model_info"].map((path) => [path, LLAMA_NO_KEY]));
  const llama = await start({ ...closed, "/v1/models": { body: LLAMA_MODELS } });
  await assert.rejects(identifyEngine(llama.url, { signal }), (error) => {
    assert.match((error as Error).message, /asks for a key/);
    return code("engineRefusedKey")(error);
  });
  await assert.rejects(identifyEngine(llama.url, { key: "wrong", signal }), /does not accept the key/);
  const vllm = await start({ ...vllmReplies(), "/v1/models": VLLM_NO_KEY });
  await assert.rejects(identifyEngine(vllm.url, { signal }), code("engineRefusedKey"));
});

test("a server that loads its model is busy, and known once it is ready", async () => {
  let isReady = false;
  const ready = llamaReplies();
  const whenReady = (path: keyof typeof ready) => () =>
    isReady ? (ready[path] as Exclude<(typeof ready)[typeof path], () => never>) : LLAMA_LOADING;
  const server = await start({ "/v1/models": whenReady("/v1/models"), "/props": whenReady("/props") });
  await assert.rejects(identifyEngine(server.url, { signal }), code("engineBusy"));
  isReady = true;
  assert.equal((await identifyEngine(server.url, { signal })).kind, "llamacpp");
});

test("nobody there, nobody answering, another origin, no web address", async () => {
  const gone = await engineServer({});
  gone.close();
  await assert.rejects(identifyEngine(gone.url, { signal }), code("engineUnreachable"));
  const mute = { chunks: [" "], after: "nothing" } as const;
  const paths = ["/v1/models", "/props", "/version", "/api/version", "/api/tags", "/api/ps", "/get_model_info"];
  const silent = await start(
    Object.fromEntries([...paths, "/v1/health", "/api/v1/models"].map((path) => [path, mute])),
  );
  await assert.rejects(identifyEngine(silent.url, { signal, timeoutMs: 100 }), code("engineUnreachable"));
  const other = await start({});
  const away = { status: 302, location: `${other.url}/x` };
  const moved = await start(Object.fromEntries([...paths, "/v1/health", "/api/v1/models"].map((path) => [path, away])));
  await assert.rejects(identifyEngine(moved.url, { key: "secret", signal }), code("engineRedirected"));
  assert.equal(other.asked.length, 0, "nothing is sent where it redirects to");
  await assert.rejects(identifyEngine("ftp://127.0.0.1", { signal }), code("badInput"));
  await assert.rejects(identifyEngine("http://me:pass@127.0.0.1", { signal }), code("badInput"));
});

test("a redirect within the server is followed", async () => {
  const server = await start({
    "/v1/models": { status: 307, location: "/models" },
    "/models": { body: { data: [{ id: "m" }] } },
  });
  assert.deepEqual((await identifyEngine(server.url, { signal })).models, [{ id: "m" }]);
});

test("addresses as people write them", () => {
  for (const [given, expected] of [
    ["127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://host:1234/v1", "http://host:1234"],
    ["https://host/llm/v1/", "https://host/llm"],
    ["https://api.deepseek.com/beta", "https://api.deepseek.com"],
  ])
    assert.equal(normalised(given!), expected);
});
