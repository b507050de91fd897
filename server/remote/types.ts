// What a model on a server of the user's is: kinds of servers, how a prompt travels, and what was found and chosen. Types only.

import type { FormatName } from "../engine/prompt/types.ts";

export const ENGINE_KINDS = [
  "llamacpp",
  "vllm",
  "sglang",
  "ollama",
  "lmstudio",
  "mistral",
  "deepseek",
  "tabby",
  "openai", // any other server with OpenAI's paths
] as const;

export type EngineKind = (typeof ENGINE_KINDS)[number];

/** How a prompt travels: token ids; a text with the names of special tokens; prefix and suffix, which the server lays out. */
export const WIRE_SHAPES = ["ids", "text", "fim"] as const;

export type WireShape = (typeof WIRE_SHAPES)[number];

export interface EngineModel {
  id: string;
  contextTokens?: number; // absent where the server does not tell
  parent?: string; // of an adapter: the model that it is applied to
}

export interface FoundEngine {
  kind: EngineKind;
  url: string; // origin and base path, without a slash at the end
  version?: string;
  laysOut?: true; // it takes prefix and suffix, and lays out the prompt itself
  models: EngineModel[]; // empty where the server has no list
}

export interface EngineChoice {
  url: string;
  kind?: EngineKind; // default: as identified
  model?: string; // default: the server's first
  shape?: WireShape; // default: by kind
  format?: FormatName; // default: by the vocabulary, or by the model's name
  contextTokens?: number; // default: what the server tells
  adapter?: string; // its name at vLLM and SGLang, its number or path at llama.cpp
  tokenizerDir?: string; // folder with the model's tokenizer.json: then ids can be sent
}

export interface EngineTraffic {
  requests: number;
  bytesSent: number; // of bodies
  bytesReceived: number;
}
