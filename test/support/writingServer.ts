// A server that answers as vLLM does, with a model that writes what a test says. Not a test.

import { type EngineReply, type EngineServer, engineServer } from "./engineServer.ts";

interface ServedModel {
  id?: string;
  tokens?: number; // of its context
}

/** The reply to /version. */
export const VERSION: EngineReply = { body: { version: "0.32.0" } };

/** The reply to /v1/models. */
export const listOf = ({ id = "qwen2.5-coder-7b-instruct", tokens = 8192 }: ServedModel): EngineReply => ({
  body: { object: "list", data: [{ id, owned_by: "vllm", parent: null, max_model_len: tokens }] },
});

/** The reply to /v1/completions: a text that ends by itself, of which the model is sure. */
export const streamOf = (text: string): EngineReply => ({
  type: "text/event-stream",
  chunks: [event(text, null), event("", "stop"), "data: [DONE]\n\n"],
});

const event = (text: string, reason: string | null) =>
  `data: ${JSON.stringify({ choices: [{ text, finish_reason: reason, logprobs: { tokens: [text], token_logprobs: [-0.01] } }] })}\n\n`;

/** @param write what the model writes, asked at each request */
export const writingServer = (write: () => string, model: ServedModel = {}): Promise<EngineServer> =>
  engineServer({
    "/version": VERSION,
    "/v1/models": listOf(model),
    "/v1/completions": () => streamOf(write()),
  });
