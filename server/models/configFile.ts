// config.json of a model's folder (Hugging Face's keys) and the metadata of a GGUF file, as a ModelConfig. Refuses what the decoder graph
// does not have; reads no tensors.

import * as z from "zod";
import { ggufInvalid, modelCorrupt, modelUnsupported } from "../protocol/errors.ts";
import type { ModelConfig } from "./config.ts";
import type { GgufFile } from "./gguf.ts";

const count = z
  .number()
  .int()
  .positive()
  .max(1 << 24);

const llamaSchema = z.object({
  model_type: z.literal("llama"),
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count,
  head_dim: count.optional(),
  intermediate_size: count,
  vocab_size: count,
  max_position_embeddings: count,
  rope_theta: z.number().positive(),
  rms_norm_eps: z.number().positive(),
  tie_word_embeddings: z.boolean(),
});

/** What other llama-like models have and ours has not: a value other than these is refused. */
const REQUIRED_VALUES: Record<string, readonly unknown[]> = {
  hidden_act: ["silu", undefined],
  attention_bias: [false, undefined],
  mlp_bias: [false, undefined],
  rope_scaling: [null, undefined],
};

/**
 * The config in `json`, the parsed content of the file `path`.
 * @throws UserError modelUnsupported for another architecture, modelCorrupt for missing or impossible values
 */
export function parseConfig(json: unknown, path: string): ModelConfig {
  if (typeof json !== "object" || json === null) throw modelCorrupt(path, "it is not an object");
  const fields = json as Record<string, unknown>;
  if (typeof fields.model_type !== "string") throw modelCorrupt(path, '"model_type" is missing');
  if (fields.model_type !== "llama") {
    throw modelUnsupported(`its architecture is "${fields.model_type}", and only "llama" is supported`);
  }
  for (const [key, allowed] of Object.entries(REQUIRED_VALUES)) {
    if (!allowed.includes(fields[key])) throw modelUnsupported(`its "${key}" is ${JSON.stringify(fields[key])}`);
  }
  const parsed = llamaSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw modelCorrupt(path, `"${issue.path.join(".")}": ${issue.message}`);
  }
  const value = parsed.data;
  return checkShape(
    {
      architecture: "llama",
      hiddenSize: value.hidden_size,
      layers: value.num_hidden_layers,
      heads: value.num_attention_heads,
      kvHeads: value.num_key_value_heads,
      headDim: value.head_dim ?? value.hidden_size / value.num_attention_heads,
      ffnSize: value.intermediate_size,
      vocabSize: value.vocab_size,
      contextLength: value.max_position_embeddings,
      ropeTheta: value.rope_theta,
      rmsNormEps: value.rms_norm_eps,
      tiedEmbeddings: value.tie_word_embeddings,
    },
    (reason) => modelCorrupt(path, reason),
  );
}

/** Hugging Face's keys for `config`; the inverse of `parseConfig`. */
export function configToJson(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    intermediate_size: config.ffnSize,
    vocab_size: config.vocabSize,
    max_position_embeddings: config.contextLength,
    rope_theta: config.ropeTheta,
    rope_scaling: null,
    rms_norm_eps: config.rmsNormEps,
    tie_word_embeddings: config.tiedEmbeddings,
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
  };
}

/**
 * The config that a GGUF file describes.
 * @throws UserError modelUnsupported for another architecture, ggufInvalid for missing or impossible values
 */
export function ggufConfig(gguf: GgufFile): ModelConfig {
  const architecture = gguf.metadata.get("general.architecture");
  if (architecture !== "llama") {
    throw modelUnsupported(`its architecture is "${String(architecture)}", and only "llama" is supported`);
  }
  const number = (key: string, fallback?: number): number => {
    const value = gguf.metadata.get(`llama.${key}`) ?? fallback;
    if (typeof value !== "number" || !(value > 0))
      throw ggufInvalid(gguf.path, `"llama.${key}" is missing or not a number`);
    return value;
  };
  const hiddenSize = number("embedding_length");
  const heads = number("attention.head_count");
  const scaling = gguf.metadata.get("llama.rope.scaling.type") ?? "none";
  if (scaling !== "none") throw modelUnsupported(`its rotary positions are scaled ("${String(scaling)}")`);
  const tokens = gguf.metadata.get("tokenizer.ggml.tokens");
  const config: ModelConfig = {
    architecture: "llama",
    hiddenSize,
    layers: number("block_count"),
    heads,
    kvHeads: number("attention.head_count_kv", heads),
    headDim: number("rope.dimension_count", hiddenSize / heads),
    ffnSize: number("feed_forward_length"),
    vocabSize: number("vocab_size", Array.isArray(tokens) ? tokens.length : undefined),
    contextLength: number("context_length"),
    ropeTheta: decimal(number("rope.freq_base", 10_000)),
    rmsNormEps: decimal(number("attention.layer_norm_rms_epsilon")),
    tiedEmbeddings: !gguf.tensors.has("output.weight"),
  };
  return checkShape(config, (reason) => ggufInvalid(gguf.path, reason));
}

/** The short decimal that was meant by a 32-bit float: 9.999999747378752e-06 is 1e-05. */
function decimal(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === Math.fround(value) ? short : value;
}

/** More than ten times as many as the deepest models have; a list of tensors is made from it before a file of weights is opened. */
const MAX_LAYERS = 2048;

function checkShape(config: ModelConfig, error: (reason: string) => Error): ModelConfig {
  if (config.layers > MAX_LAYERS) throw error(`${config.layers} layers are more than any model has`);
  if (config.heads % config.kvHeads !== 0) {
    throw error(`${config.heads} attention heads cannot share ${config.kvHeads} key and value heads`);
  }
  if (!Number.isInteger(config.headDim) || config.headDim % 2 !== 0)
    throw error(`the head size ${config.headDim} is impossible`);
  return config;
}
