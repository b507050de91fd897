// config.json to ModelConfig and back; what is refused and in which words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { configToJson, parseConfig } from "../../../server/models/configFile.ts";
import { UserError } from "../../../server/protocol/errors.ts";
import { SMALL_CONFIG } from "./storedFolder.ts";

const json = configToJson(SMALL_CONFIG);

test("a config goes to JSON and back", () => {
  assert.deepEqual(parseConfig(JSON.parse(JSON.stringify(json)), "config.json"), SMALL_CONFIG);
});

test("the head size is worked out where it is not given", () => {
  const { head_dim: _, ...rest } = json;
  assert.equal(parseConfig(rest, "config.json").headDim, 16);
});

const refused: [string, unknown, string, RegExp][] = [
  [
    "another architecture",
    { ...json, model_type: "qwen2" },
    "modelUnsupported",
    /architecture is "qwen2", and only "llama"/,
  ],
  ["biases in attention", { ...json, attention_bias: true }, "modelUnsupported", /"attention_bias" is true/],
  ["another activation", { ...json, hidden_act: "gelu" }, "modelUnsupported", /"hidden_act" is "gelu"/],
  ["scaled positions", { ...json, rope_scaling: { type: "linear" } }, "modelUnsupported", /"rope_scaling"/],
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
