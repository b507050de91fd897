// config.json to ModelConfig and back; what is refused and in which words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import type { ModelConfig } from "../../../../server/engine/models/config.ts";
import { configToJson, parseConfig } from "../../../../server/engine/models/configFile.ts";
import { SMALL_CONFIG } from "../../../support/storedFolder.ts";

const json = configToJson(SMALL_CONFIG);

test("a config goes to JSON and back", () => {
  assert.deepEqual(parseConfig(JSON.parse(JSON.stringify(json)), "config.json"), SMALL_CONFIG);
});

test("the head size is worked out where it is not given", () => {
  const { head_dim: _, ...rest } = json;
  assert.equal(parseConfig(rest, "config.json").headDim, 16);
});

/** What is common to the files of other families. */
const shape = {
  hidden_size: 32,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  intermediate_size: 64,
  vocab_size: 10,
  max_position_embeddings: 64,
  rope_theta: 10_000,
};
const rms = { ...shape, rms_norm_eps: 1e-5 };

const families: [string, Record<string, unknown>, Partial<ModelConfig>][] = [
  ["Qwen2 has biases of queries, keys and values", { ...rms, model_type: "qwen2" }, { queryBias: true }],
  [
    "a window that is not used is none",
    { ...rms, model_type: "qwen2", use_sliding_window: false, sliding_window: 8, max_window_layers: 0 },
    { queryBias: true },
  ],
  [
    "a window of all layers",
    { ...rms, model_type: "qwen2", use_sliding_window: true, sliding_window: 8, max_window_layers: 0 },
    { queryBias: true, slidingWindow: 8 },
  ],
  [
    "a window beyond the context is none",
    { ...rms, model_type: "qwen2", use_sliding_window: true, sliding_window: 64, max_window_layers: 0 },
    { queryBias: true },
  ],
  [
    "Qwen3 norms its heads, whose size it says",
    { ...rms, model_type: "qwen3", head_dim: 32 },
    { queryKeyNorm: true, headDim: 32 },
  ],
  [
    "StarCoder2",
    { ...shape, model_type: "starcoder2", norm_epsilon: 1e-5, hidden_act: "gelu_pytorch_tanh", sliding_window: 16 },
    {
      layerNorm: true,
      activation: "gelu",
      ungatedMlp: true,
      queryBias: true,
      outputBias: true,
      mlpBias: true,
      slidingWindow: 16,
      tiedEmbeddings: true,
    },
  ],
  [
    "Gemma scales its embedding, and means the approximation by gelu",
    { ...rms, model_type: "gemma", hidden_act: "gelu" },
    { activation: "gelu", embeddingScale: Math.sqrt(32), tiedEmbeddings: true },
  ],
  [
    "a Llama with biases",
    { ...rms, model_type: "llama", attention_bias: true, mlp_bias: true },
    { queryBias: true, outputBias: true, mlpBias: true },
  ],
  [
    "DeepSeek-Coder's positions",
    { ...rms, model_type: "llama", rope_scaling: { type: "linear", factor: 4 } },
    { ropeScaling: { kind: "linear", factor: 4 } },
  ],
  [
    "Llama 3's positions, as transformers 5 writes them",
    {
      ...rms,
      model_type: "llama",
      rope_theta: undefined,
      rope_parameters: {
        rope_type: "llama3",
        rope_theta: 10_000,
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 32,
      },
    },
    { ropeScaling: { kind: "llama3", factor: 8, lowFrequency: 1, highFrequency: 4, originalLength: 32 } },
  ],
  [
    "YaRN",
    {
      ...rms,
      model_type: "qwen3",
      head_dim: 16,
      rope_scaling: { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32 },
    },
    {
      queryKeyNorm: true,
      ropeScaling: {
        kind: "yarn",
        factor: 4,
        betaFast: 32,
        betaSlow: 1,
        originalLength: 32,
        attention: 0.1 * Math.log(4) + 1,
      },
    },
  ],
];

for (const [what, fields, wanted] of families) {
  test(`families: ${what}`, () => {
    assert.deepEqual(parseConfig(fields, "config.json"), {
      ...SMALL_CONFIG,
      architecture: fields.model_type,
      tiedEmbeddings: false,
      ...wanted,
    });
  });
}

const refused: [string, unknown, string, RegExp][] = [
  [
    "another architecture",
    { ...json, model_type: "gpt_bigcode" },
    "modelUnsupported",
    /architecture is "gpt_bigcode", and only llama, qwen2, qwen3, starcoder2, gemma/,
  ],
  ["another activation", { ...json, hidden_act: "gelu" }, "modelUnsupported", /"hidden_act" is "gelu"/],
  [
    "positions scaled in an unknown way",
    { ...json, rope_scaling: { rope_type: "longrope", factor: 2 } },
    "modelUnsupported",
    /scaled in the way "longrope"/,
  ],
  [
    "a scale that is no number",
    { ...json, rope_scaling: { rope_type: "linear", factor: "four" } },
    "modelCorrupt",
    /"rope_scaling.factor" is no positive number/,
  ],
  [
    "a window of some layers",
    {
      ...rms,
      model_type: "qwen2",
      num_hidden_layers: 4,
      use_sliding_window: true,
      sliding_window: 8,
      max_window_layers: 2,
    },
    "modelUnsupported",
    /only some of its layers/,
  ],
  ["no epsilon", { ...shape, model_type: "qwen2" }, "modelCorrupt", /"rms_norm_eps" is missing/],
  ["no rotary base", { ...rms, model_type: "qwen2", rope_theta: undefined }, "modelCorrupt", /"rope_theta" is missing/],
  ["no architecture", { ...json, model_type: undefined }, "modelCorrupt", /"model_type" is missing/],
  ["a list", [], "modelCorrupt", /"model_type" is missing/],
  ["null", null, "modelCorrupt", /not an object/],
  ["a missing number", { ...json, hidden_size: undefined }, "modelCorrupt", /"hidden_size"/],
  ["a number as text", { ...json, vocab_size: "49152" }, "modelCorrupt", /"vocab_size"/],
  ["zero layers", { ...json, num_hidden_layers: 0 }, "modelCorrupt", /"num_hidden_layers"/],
  ["a billion layers", { ...json, num_hidden_layers: 1e9 }, "modelCorrupt", /"num_hidden_layers"/],
  [
    "a million layers",
    { ...json, num_hidden_layers: 1e6 },
    "modelCorrupt",
    /1000000 layers are more than any model has/,
  ],
  ["a negative size", { ...json, hidden_size: -32 }, "modelCorrupt", /"hidden_size"/],
  [
    "heads that cannot be shared",
    { ...json, num_attention_heads: 3, num_key_value_heads: 2 },
    "modelCorrupt",
    /3 attention heads cannot share 2/,
  ],
  ["an odd head size", { ...json, head_dim: 15 }, "modelCorrupt", /head size 15/],
  [
    "a width that is no whole blocks",
    { ...json, intermediate_size: 80 },
    "modelUnsupported",
    /width 80 is no multiple of 32/,
  ],
];

for (const [what, value, code, message] of refused) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => parseConfig(value, "config.json"),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}
