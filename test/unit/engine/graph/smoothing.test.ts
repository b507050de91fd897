import assert from "node:assert/strict";
import { test } from "node:test";
import { smoothed, smoothedInputs } from "../../../../server/engine/graph/smoothing.ts";
import { FAMILIES, type ModelConfig } from "../../../../server/engine/models/config.ts";
import type { StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { FAMILY_OPTIONS } from "../../../support/families.ts";
import { forward } from "../../../support/forward.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const TOKENS = [5, 90, 17, 200, 31, 44, 7, 7, 120];
const SIZES: Record<string, number> = { qkv_proj: 64, o_proj: 64, gate_proj: 64, up_proj: 64, down_proj: 96 };

/** The tiny model as if channel `loud` of every input were 50 times as large as the others. */
function measured(loud = 5, options: Partial<ModelConfig> = {}): StoredModel {
  const inputRms = (linear: string) =>
    Float32Array.from({ length: SIZES[linear.split(".").at(-1)!] }, (_, i) => (i === loud ? 50 : 1 + (i % 3)));
  return { ...tinyModel(1, options), inputRms };
}

for (const family of FAMILIES) {
  test(`a smoothed model computes the same: ${family}`, () => {
    const wanted = forward(tinyModel(1, FAMILY_OPTIONS[family]), TOKENS);
    const model = smoothed(measured(5, FAMILY_OPTIONS[family]));
    for (const [t, row] of forward(model, TOKENS).entries()) {
      for (const [i, logit] of row.entries())
        assert.ok(Math.abs(logit - wanted[t][i]) < 1e-3, `${logit} ${wanted[t][i]}`);
    }
  });
}

test("a loud channel gets small activations and large weights", () => {
  const [plain, smooth] = [tinyModel(), smoothed(measured())];
  const norm = "model.layers.0.input_layernorm.weight";
  const ratio = (i: number) => smooth.dequantise(norm)[i] / plain.dequantise(norm)[i];
  assert.ok(ratio(5) < 0.4 * ratio(6));
  const weight = "model.layers.0.self_attn.q_proj.weight";
  const column = (model: StoredModel) => Math.abs(model.dequantise(weight)[5]);
  assert.ok(Math.abs((column(smooth) / column(plain)) * ratio(5) - 1) < 1e-5);
});

test("the embedding and the last norm stay, and so does a model that was not measured", () => {
  const model = measured();
  for (const name of ["model.embed_tokens.weight", "model.norm.weight"]) {
    assert.deepEqual(smoothed(model).dequantise(name), model.dequantise(name));
  }
  const unmeasured = tinyModel();
  assert.equal(smoothed(unmeasured), unmeasured);
});

test("a stored model's own memory is not changed", () => {
  const model = measured();
  const name = "model.layers.1.input_layernorm.weight";
  const before = model.dequantise(name).slice();
  smoothed(model).dequantise(name);
  assert.deepEqual(model.dequantise(name), before);
});

test("four inputs of each layer are measured", () => {
  const inputs = smoothedInputs({ ...tinyModel().config, layers: 3 });
  assert.equal(inputs.length, 12);
  assert.ok(inputs.includes("model.layers.2.mlp.down_proj"));
});
