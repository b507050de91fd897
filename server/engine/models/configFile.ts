// Converts config.json of a model's folder, in Hugging Face's keys, to a ModelConfig and back. Refuses what the decoder graph does not support.

import * as z from "zod";
import { modelCorrupt, modelUnsupported } from "../../../common/errors.ts";
import { checkShape } from "./checkShape.ts";
import { FAMILIES, type Family, type ModelConfig, type RopeScaling, tablePositions } from "./config.ts";

const count = z
  .number()
  .int()
  .positive()
  .max(1 << 24);
const positive = z.number().positive();
const flag = z.boolean().nullish();

const schema = z.object({
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  intermediate_size: count,
  vocab_size: count,
  max_position_embeddings: count,
  rope_theta: positive.optional(),
  rope_scaling: z.record(z.string(), z.unknown()).nullish(),
  rope_parameters: z.record(z.string(), z.unknown()).nullish(), // transformers 5: combines the two above
  rms_norm_eps: positive.optional(),
  norm_epsilon: positive.optional(), // StarCoder2's
  tie_word_embeddings: flag,
  attention_bias: flag,
  mlp_bias: flag,
  use_bias: flag, // StarCoder2's
  hidden_act: z.string().nullish(),
  hidden_activation: z.string().nullish(), // Gemma's key, which takes precedence
  use_sliding_window: flag,
  sliding_window: count.nullish(),
  max_window_layers: z.number().int().nonnegative().nullish(),
});
type Fields = z.infer<typeof schema>;

/** What a family has that its config file does not say, and the names that the file uses. */
interface Traits {
  activations: readonly string[]; // names in the file that mean the family's activation
  tied: boolean; // default, where the file has no value
  fixed: Partial<ModelConfig>;
  biases(fields: Fields): { query: boolean; output: boolean; mlp: boolean };
}

const SILU = ["silu", "swish"];
/** In Gemma's older files "gelu" means the approximation too. */
const GELU = ["gelu_pytorch_tanh", "gelu_new", "gelu"];
const attentionBias = ({ attention_bias, mlp_bias }: Fields) => ({
  query: attention_bias ?? false,
  output: attention_bias ?? false,
  mlp: mlp_bias ?? false,
});

const TRAITS: Readonly<Record<Family, Traits>> = {
  llama: { activations: SILU, tied: false, fixed: {}, biases: attentionBias },
  qwen2: {
    activations: SILU,
    tied: false,
    fixed: {},
    biases: () => ({ query: true, output: false, mlp: false }),
  },
  qwen3: { activations: SILU, tied: false, fixed: { queryKeyNorm: true }, biases: attentionBias },
  starcoder2: {
    activations: GELU.slice(0, 2),
    tied: true,
    fixed: { layerNorm: true, activation: "gelu", ungatedMlp: true },
    biases({ use_bias }) {
      const has = use_bias ?? true;
      return { query: has, output: has, mlp: has };
    },
  },
  gemma: { activations: GELU, tied: true, fixed: { activation: "gelu" }, biases: attentionBias },
};

/**
 * The config in `json`, the parsed content of the file `path`.
 * @throws UserError modelUnsupported for another architecture, modelCorrupt for missing or impossible values
 */
export function parseConfig(json: unknown, path: string): ModelConfig {
  if (typeof json !== "object" || json === null) throw modelCorrupt(path, "it is not an object");
  const { model_type: type } = json as Record<string, unknown>;
  if (typeof type !== "string") throw modelCorrupt(path, '"model_type" is missing');
  const architecture = familyOf(type);
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw modelCorrupt(path, `"${issue.path.join(".")}": ${issue.message}`);
  }
  const fields = parsed.data;
  const traits = TRAITS[architecture];
  const activation = fields.hidden_activation ?? fields.hidden_act;
  if (activation != null && !traits.activations.includes(activation))
    throw modelUnsupported(`its "hidden_act" is "${activation}"`);
  const normEps = architecture === "starcoder2" ? fields.norm_epsilon : fields.rms_norm_eps;
  const ropeTheta = fields.rope_theta ?? positive.safeParse(fields.rope_parameters?.rope_theta).data;
  if (normEps === undefined || ropeTheta === undefined)
    throw modelCorrupt(path, `"${normEps === undefined ? "rms_norm_eps" : "rope_theta"}" is missing`);
  const biases = traits.biases(fields);
  const config: ModelConfig = {
    architecture,
    hiddenSize: fields.hidden_size,
    layers: fields.num_hidden_layers,
    heads: fields.num_attention_heads,
    kvHeads: fields.num_key_value_heads ?? fields.num_attention_heads,
    headDim: fields.head_dim ?? fields.hidden_size / fields.num_attention_heads,
    ffnSize: fields.intermediate_size,
    vocabSize: fields.vocab_size,
    contextLength: fields.max_position_embeddings,
    ropeTheta,
    normEps,
    tiedEmbeddings: fields.tie_word_embeddings ?? traits.tied,
    ...traits.fixed,
    ...(biases.query && { queryBias: true }),
    ...(biases.output && { outputBias: true }),
    ...(biases.mlp && { mlpBias: true }),
    ...(architecture === "gemma" && { embeddingScale: Math.sqrt(fields.hidden_size) }),
  };
  const ropeScaling = scalingOf(fields.rope_scaling ?? fields.rope_parameters ?? {}, config, path);
  if (ropeScaling) config.ropeScaling = ropeScaling;
  const slidingWindow = windowOf(architecture, fields, config);
  if (slidingWindow !== undefined) config.slidingWindow = slidingWindow;
  return checkShape(config, (reason) => modelCorrupt(path, reason));
}

/** @throws UserError modelUnsupported */
export function familyOf(architecture: string): Family {
  const family = FAMILIES.find((known) => known === architecture);
  if (family) return family;
  throw modelUnsupported(`its architecture is "${architecture}", and only ${FAMILIES.join(", ")} are supported`);
}

/** How many positions a position attends to, where that is fewer than the decoder's cache holds. */
function windowOf(architecture: Family, fields: Fields, config: ModelConfig): number | undefined {
  const window = fields.sliding_window ?? undefined;
  if (window === undefined || window >= tablePositions(config)) return undefined;
  if (architecture === "starcoder2") return window;
  if (architecture !== "qwen2" && architecture !== "qwen3") return undefined;
  const fullLayers = fields.max_window_layers ?? config.layers;
  if (!fields.use_sliding_window || fullLayers >= config.layers) return undefined;
  if (fullLayers > 0) throw modelUnsupported("only some of its layers have a sliding window");
  return window;
}

function scalingOf(scaling: Record<string, unknown>, config: ModelConfig, path: string): RopeScaling | undefined {
  const kind = scaling.rope_type ?? scaling.type ?? "default";
  const number = (key: string, fallback?: number): number => {
    const value = scaling[key] ?? fallback;
    if (typeof value !== "number" || !(value > 0))
      throw modelCorrupt(path, `"rope_scaling.${key}" is no positive number`);
    return value;
  };
  switch (kind) {
    case "default":
      return undefined;
    case "linear":
      return { kind: "linear", factor: number("factor") };
    case "llama3":
      return {
        kind: "llama3",
        factor: number("factor"),
        lowFrequency: number("low_freq_factor"),
        highFrequency: number("high_freq_factor"),
        originalLength: number("original_max_position_embeddings"),
      };
    case "yarn": {
      const factor = number("factor");
      return {
        kind: "yarn",
        factor,
        betaFast: number("beta_fast", 32),
        betaSlow: number("beta_slow", 1),
        originalLength: number("original_max_position_embeddings", config.contextLength),
        attention: number("attention_factor", yarnAttention(factor)),
      };
    }
    default:
      throw modelUnsupported(`its rotary positions are scaled in the way "${String(kind)}"`);
  }
}

/** YaRN's factor on cosines and sines (the paper's 0.1 ln s + 1). */
export const yarnAttention = (factor: number): number => (factor > 1 ? 0.1 * Math.log(factor) + 1 : 1);

/** Hugging Face's keys for a Llama's `config`; the inverse of `parseConfig`. */
export function configToJson(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: [config.architecture === "qwen2" ? "Qwen2ForCausalLM" : "LlamaForCausalLM"],
    model_type: config.architecture,
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
    rms_norm_eps: config.normEps,
    tie_word_embeddings: config.tiedEmbeddings,
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
  };
}
