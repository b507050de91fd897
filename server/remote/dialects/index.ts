// The dialect of each kind of server, and the shapes in which it takes a prompt.

import type { EngineKind, WireShape } from "../types.ts";
import { deepseek, lmstudio, openai, sglang, vllm } from "./completions.ts";
import type { Dialect } from "./dialect.ts";
import { llamacpp } from "./llamacpp.ts";
import { mistral } from "./mistral.ts";
import { ollama } from "./ollama.ts";
import { tabby } from "./tabby.ts";

export const dialects: Readonly<Record<EngineKind, Dialect>> = {
  llamacpp,
  vllm,
  sglang,
  ollama,
  lmstudio,
  mistral,
  deepseek,
  tabby,
  openai,
};

/** The best first. A shape that is possible only where a person knows the server comes last. */
export const SHAPES: Readonly<Record<EngineKind, readonly [WireShape, ...WireShape[]]>> = {
  llamacpp: ["ids", "text", "fim"],
  vllm: ["ids", "text"],
  sglang: ["ids", "text", "fim"],
  ollama: ["text", "fim"],
  lmstudio: ["text"],
  mistral: ["fim"],
  deepseek: ["fim"],
  tabby: ["fim"],
  openai: ["text", "fim"],
};
