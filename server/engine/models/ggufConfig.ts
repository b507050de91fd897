// Reads the metadata of a GGUF file as a ModelConfig. Biases, an output head of its own, and divided positions are recognised by the file's
// tensors.

import { ggufInvalid, modelUnsupported } from "../../../common/errors.ts";
import { checkShape } from "./checkShape.ts";
import { type ModelConfig, type RopeScaling, tablePositions } from "./config.ts";
import { familyOf, yarnAttention } from "./configFile.ts";
import type { GgufFile } from "./gguf.ts";

/** The tensor of divisors for the speed of each pair of channels, with which a converter stored Llama 3's scaling. */
const ROPE_DIVISORS = "rope_freqs.weight";

/**
 * The config that a GGUF file describes.
 * @throws UserError modelUnsupported for another architecture, ggufInvalid for missing or impossible values
 */
export function ggufConfig(gguf: GgufFile): ModelConfig {
  const architecture = familyOf(String(gguf.metadata.get("general.architecture")));
  const number = (key: string, fallback?: number): number => {
    const value = gguf.metadata.get(`${architecture}.${key}`) ?? fallback;
    if (typeof value !== "number" || !(value > 0))
      throw ggufInvalid(gguf.path, `"${architecture}.${key}" is missing or not a number`);
    return value;
  };
  const has = (tensor: string) => gguf.tensors.has(tensor);
  const hiddenSize = number("embedding_length");
  const heads = number("attention.head_count");
  const tokens = gguf.metadata.get("tokenizer.ggml.tokens");
  const layerNorm = architecture === "starcoder2";
  const config: ModelConfig = {
    architecture,
    hiddenSize,
    layers: number("block_count"),
    heads,
    kvHeads: number("attention.head_count_kv", heads),
    headDim: number("attention.key_length", number("rope.dimension_count", hiddenSize / heads)),
    ffnSize: number("feed_forward_length"),
    vocabSize: number("vocab_size", Array.isArray(tokens) ? tokens.length : undefined),
    contextLength: number("context_length"),
    ropeTheta: decimal(number("rope.freq_base", 10_000)),
    normEps: decimal(number(layerNorm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon")),
    tiedEmbeddings: !has("output.weight"),
    ...(has("blk.0.attn_q.bias") && { queryBias: true }),
    ...(has("blk.0.attn_output.bias") && { outputBias: true }),
    ...(has("blk.0.ffn_up.bias") && { mlpBias: true }),
    ...(has("blk.0.attn_q_norm.weight") && { queryKeyNorm: true }),
    ...(layerNorm && { layerNorm, ungatedMlp: true }),
    ...((layerNorm || architecture === "gemma") && { activation: "gelu" }),
    ...(architecture === "gemma" && { embeddingScale: Math.sqrt(hiddenSize) }),
  };
  if (number("rope.dimension_count", config.headDim) !== config.headDim)
    throw modelUnsupported("only a part of each head turns with its position");
  const ropeScaling = scalingOf(gguf, config, number);
  if (ropeScaling) config.ropeScaling = ropeScaling;
  const window = gguf.metadata.get(`${architecture}.attention.sliding_window`);
  if (typeof window === "number" && window > 0 && window < tablePositions(config)) config.slidingWindow = window;
  return checkShape(config, (reason) => ggufInvalid(gguf.path, reason));
}

function scalingOf(
  gguf: GgufFile,
  config: ModelConfig,
  number: (key: string, fallback?: number) => number,
): RopeScaling | undefined {
  const { architecture, contextLength, headDim } = config;
  if (gguf.tensors.has(ROPE_DIVISORS)) {
    const divisors = [...gguf.values(ROPE_DIVISORS)];
    if (divisors.length !== headDim / 2 || !divisors.every((divisor) => divisor > 0 && Number.isFinite(divisor)))
      throw ggufInvalid(gguf.path, `"${ROPE_DIVISORS}" does not fit heads of ${headDim} channels`);
    return { kind: "divided", divisors };
  }
  const kind = gguf.metadata.get(`${architecture}.rope.scaling.type`) ?? "none";
  if (kind === "none") return undefined;
  const factor = decimal(number("rope.scaling.factor"));
  if (kind === "linear") return { kind, factor };
  if (kind !== "yarn") throw modelUnsupported(`its rotary positions are scaled in the way "${String(kind)}"`);
  return {
    kind,
    factor,
    betaFast: 32,
    betaSlow: 1,
    originalLength: number("rope.scaling.original_context_length", contextLength),
    attention: yarnAttention(factor),
  };
}

/** The short decimal behind a 32-bit float: 9.999999747378752e-06 is 1e-05. */
function decimal(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === Math.fround(value) ? short : value;
}
