// What servers with a model answer: recorded from llama.cpp's own (build 7e4c0a9) and from vLLM 0.32.0, both with the embedded model; of the others
// as their documentation and sources have it. Not a test.

import type { EngineReply } from "../../support/engineServer.ts";

const SSE = "text/event-stream";
const NDJSON = "application/x-ndjson";

const events = (list: readonly object[], done = true): string[] => [
  ...list.map((event) => `data: ${JSON.stringify(event)}\n\n`),
  ...(done ? ["data: [DONE]\n\n"] : []),
];

export const sse = (list: readonly object[], done = true): EngineReply => ({ type: SSE, chunks: events(list, done) });
export const ndjson = (list: readonly object[]): EngineReply => ({
  type: NDJSON,
  chunks: list.map((event) => `${JSON.stringify(event)}\n`),
});

const TIMINGS = { cache_n: 38, prompt_n: 1, prompt_ms: 12.72 };

const llamaToken = (id: number, token: string, logprob: number, predicted: number) => ({
  index: 0,
  content: token,
  tokens: [id],
  stop: false,
  id_slot: -1,
  tokens_predicted: predicted,
  tokens_evaluated: 39,
  timings: TIMINGS,
  completion_probabilities: [{ id, token, bytes: [...Buffer.from(token)], logprob }],
});

/** Recorded: a prompt that ends with "box." and has to go on with "wid". */
export const LLAMA_EVENTS = [
  llamaToken(5269, "width", -0.1383887231349945, 1),
  llamaToken(1622, " *", -0.05103057995438576, 2),
  llamaToken(3475, " box", -0.001993555808439851, 3),
  llamaToken(30, ".", -0.00014723431377205998, 4),
  llamaToken(7444, "height", -0.003992709796875715, 5),
  llamaToken(43, ";", -0.6872336864471436, 6),
  llamaToken(198, "", -0.601037859916687, 7),
  {
    index: 0,
    content: "",
    tokens: [],
    id_slot: 1,
    stop: true,
    model: "sotto",
    tokens_predicted: 7,
    tokens_evaluated: 39,
    generation_settings: {},
    truncated: false,
    stop_type: "word",
    stopping_word: "\n",
    tokens_cached: 45,
    timings: TIMINGS,
  },
];

/** Recorded: the list of models is public, the rest is not. */
export const LLAMA_MODELS = {
  object: "list",
  data: [
    { id: "sotto", object: "model", owned_by: "llamacpp", meta: { n_vocab: 16384, n_ctx: 4096, n_ctx_train: 8192 } },
  ],
};
export const LLAMA_PROPS = { default_generation_settings: { params: {}, n_ctx: 4096 }, build_info: "b1-7e4c0a9" };
export const LLAMA_NO_KEY: EngineReply = {
  status: 401,
  body: { error: { message: "Invalid API Key", type: "authentication_error", code: 401 } },
};
export const LLAMA_LOADING: EngineReply = {
  status: 503,
  body: { error: { message: "Loading model", type: "unavailable_error", code: 503 } },
};
export const LLAMA_TOO_LONG: EngineReply = {
  status: 400,
  body: {
    error: {
      code: 400,
      message: "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
      type: "exceed_context_size_error",
      n_prompt_tokens: 5000,
      n_ctx: 4096,
    },
  },
};
/** Recorded: of the names, in their order, those that are one token of the embedded model's vocabulary, and one that is not. */
export const LLAMA_TOKENIZED = {
  tokens: [
    { id: 7, piece: "<fim_prefix>" },
    { id: 198, piece: "\n" },
    { id: 9, piece: "<fim_middle>" },
    { id: 198, piece: "\n" },
    { id: 8, piece: "<fim_suffix>" },
    { id: 198, piece: "\n" },
    { id: 5, piece: "<file_sep>" },
    { id: 198, piece: "\n" },
    { id: 0, piece: "<|endoftext|>" },
    { id: 198, piece: "\n" },
    { id: 44, piece: "<" },
    { id: 108, piece: "|" },
    { id: 86, piece: "f" },
  ],
};

/** The replies of a llama.cpp server that answers with `events`. */
export const llamaReplies = (reply: EngineReply = sse(LLAMA_EVENTS, false)) => ({
  "/v1/models": { body: LLAMA_MODELS },
  "/props": { body: LLAMA_PROPS },
  "/tokenize": { body: LLAMA_TOKENIZED },
  "/completion": reply,
  "/infill": reply,
});

const vllmChunk = (text: string, id: number, logprob: number, finish: string | null = null) => ({
  id: "cmpl-903c",
  object: "text_completion",
  choices: [
    {
      index: 0,
      text,
      logprobs: {
        text_offset: [0],
        token_logprobs: [logprob],
        tokens: [text === "" ? "<|endoftext|>" : text],
        top_logprobs: [],
      },
      finish_reason: finish,
      stop_reason: null,
      token_ids: [id],
    },
  ],
});

/** Recorded. */
export const VLLM_EVENTS = [
  vllmChunk("width", 5269, -0.2933),
  vllmChunk(" *", 1622, -0.0512),
  vllmChunk(" box", 3475, -0.0021),
  vllmChunk(".", 30, -0.0001),
  vllmChunk("height", 7444, -0.004),
  vllmChunk(";", 43, -0.69),
  vllmChunk("", 0, -0.01, "stop"),
  {
    id: "cmpl-903c",
    choices: [],
    usage: { prompt_tokens: 75, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 64 } },
  },
];
export const VLLM_MODELS = {
  object: "list",
  data: [
    { id: "sotto", object: "model", owned_by: "vllm", root: "/models/sotto", parent: null, max_model_len: 4096 },
    { id: "stored", object: "model", owned_by: "vllm", root: "/adapters/stored", parent: "sotto", max_model_len: null },
  ],
};
export const VLLM_NO_KEY: EngineReply = { status: 401, body: { error: "Unauthorized" } };
export const VLLM_NO_MODEL: EngineReply = {
  status: 404,
  body: { error: { message: "The model `nope` does not exist.", type: "NotFoundError", param: "model", code: 404 } },
};
export const vllmReplies = (reply: EngineReply = sse(VLLM_EVENTS)) => ({
  "/v1/models": { body: VLLM_MODELS },
  "/version": { body: { version: "0.32.0" } },
  "/v1/completions": reply,
});

/** From Ollama's sources. */
export const OLLAMA_EVENTS = [
  { model: "qwen2.5-coder:7b", created_at: "2026-08-01T00:00:00Z", response: "width", done: false },
  { model: "qwen2.5-coder:7b", response: " * box", done: false },
  { model: "qwen2.5-coder:7b", response: ".height;", done: false },
  {
    model: "qwen2.5-coder:7b",
    response: "",
    done: true,
    done_reason: "stop",
    prompt_eval_count: 26,
    eval_count: 6,
    load_duration: 1,
  },
];
export const ollamaReplies = (reply: EngineReply = ndjson(OLLAMA_EVENTS), capabilities = ["completion", "insert"]) => ({
  "/api/version": { body: { version: "0.20.0" } },
  "/api/tags": { body: { models: [{ name: "qwen2.5-coder:7b" }, { name: "own:latest" }] } },
  "/api/ps": { body: { models: [{ name: "qwen2.5-coder:7b", context_length: 8192 }] } },
  "/api/show": { body: { capabilities, model_info: { "llama.context_length": 32768 } } },
  "/api/generate": reply,
});

const STUDIO_MODEL = "qwen2.5-coder-3b";

/** From the documentation of the hosted services and of the other servers. */
const plain = (text: string, finish: string | null = null) => ({
  choices: [{ index: 0, text, finish_reason: finish }],
});
export const PLAIN_EVENTS = [plain("width"), plain(" * box.height;"), plain("", "stop")];
export const MISTRAL_EVENTS = [
  { choices: [{ index: 0, delta: { content: "width" }, finish_reason: null }] },
  {
    choices: [{ index: 0, delta: { content: " * box.height;" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 26, completion_tokens: 6 },
  },
];
export const TABBY_HEALTH = { model: "StarCoder-1B", device: "cpu", version: { git_describe: "v0.30.0" } };
export const TABBY_ANSWER = { id: "cmpl-1", choices: [{ index: 0, text: "width * box.height;" }] };
export const STUDIO_MODELS = {
  models: [
    {
      key: STUDIO_MODEL,
      max_context_length: 32768,
      loaded_instances: [{ id: "one", config: { context_length: 8192 } }],
    },
  ],
};
