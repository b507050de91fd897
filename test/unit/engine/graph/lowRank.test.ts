// What a graph that takes an adapter's factors is fed: the same change as the merged weights, in the graph's layout, smoothed as they are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adaptableLayers } from "../../../../server/engine/adapters/adapter.ts";
import { withAdapter } from "../../../../server/engine/adapters/merge.ts";
import { factorTensors, MOST_RANK, SmoothingRecord } from "../../../../server/engine/graph/lowRank.ts";
import { smoothed } from "../../../../server/engine/graph/smoothing.ts";
import type { StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { forward } from "../../../support/forward.ts";
import { lowRankAdapter } from "../../../support/lowRankAdapter.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const model = tinyModel();
const { config } = model;
const TOKENS = [5, 90, 17, 200, 31, 44, 7, 7, 120];
const unsmoothed = new SmoothingRecord(config).values;

/** The tiny model as if channel 5 of every input were 50 times as large as the others. */
const measured: StoredModel = {
  ...model,
  inputRms: (linear) =>
    Float32Array.from({ length: linear.endsWith("down_proj") ? 96 : 64 }, (_, i) => (i === 5 ? 50 : 1 + (i % 3))),
};

/** The change that a linear layer's tensors make, [outputs, inputs], for each of its parts: its own ranks only. */
function changeOf(
  tensors: ReturnType<typeof factorTensors>,
  fused: string,
  part: number,
  first: number,
  outputs: number,
) {
  const a = tensors.find(({ name }) => name === `low_rank.${fused}.a`)!;
  const b = tensors.find(({ name }) => name === `low_rank.${fused}.b`)!;
  const [, inputs, width] = a.shape;
  const change = new Float64Array(outputs * inputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let k = 0; k < b.shape[0]; k++) {
        // x reaches rank k by the batch's part k / width.
        const down = a.data[(Math.floor(k / width) * inputs + i) * width + (k % width)];
        if (Math.floor(k / width) === part) change[o * inputs + i] += down * b.data[k * b.shape[1] + first + o];
        else assert.equal(b.data[k * b.shape[1] + first + o], 0);
      }
    }
  }
  return change;
}

/** Where each matrix lies in the graph: its layer, which part of that, and the part's first output. */
function placeOf(layer: string): { fused: string; part: number; first: number } {
  const { heads, kvHeads, headDim } = config;
  const firsts = { q: 0, k: heads * headDim, v: (heads + kvHeads) * headDim };
  const letter = /self_attn\.([qkv])_proj$/.exec(layer)?.[1] as "q" | "k" | "v" | undefined;
  if (!letter) return { fused: layer, part: 0, first: 0 };
  return { fused: layer.replace(/[qkv]_proj$/, "qkv_proj"), part: "qkv".indexOf(letter), first: firsts[letter] };
}

for (const rank of [1, 6, 8, 16]) {
  test(`the tensors of rank ${rank} make the change alpha / r B A of each matrix, and nothing where its neighbours are`, () => {
    const adapter = lowRankAdapter(model, rank, 3, (layer) => !layer.endsWith("layers.0.self_attn.k_proj"));
    const tensors = factorTensors(config, adapter, unsmoothed);
    for (const [layer, { outputs, inputs }] of adaptableLayers(config)) {
      const factors = adapter.matrices.get(layer);
      const { fused, part, first } = placeOf(layer);
      for (const [at, value] of changeOf(tensors, fused, part, first, outputs).entries()) {
        const [o, i] = [Math.floor(at / inputs), at % inputs];
        let wanted = 0;
        for (let k = 0; factors && k < rank; k++) wanted += 2 * factors.b[o * rank + k] * factors.a[k * inputs + i];
        assert.ok(Math.abs(value - wanted) < 1e-6, `${layer} ${o} ${i}: ${value}, not ${wanted}`);
      }
    }
  });
}

test("smoothed weights with the smoothed change compute what the merged weights do", () => {
  const record = new SmoothingRecord(config);
  const smooth = smoothed(measured, (input, factors) => record.set(input, factors));
  const adapter = lowRankAdapter(model, 8, 4);
  for (const [name] of model.tensors) smooth.dequantise(name); // in their order: fills the record
  assert.ok(record.values.some((factor) => factor !== 1));
  const tensors = factorTensors(config, adapter, record.values);
  const changed: StoredModel = {
    ...smooth,
    dequantise(name) {
      const values = smooth.dequantise(name).slice();
      const size = adaptableLayers(config).get(name.replace(/\.weight$/, ""));
      if (!size) return values;
      const { fused, part, first } = placeOf(name.replace(/\.weight$/, ""));
      for (const [at, value] of changeOf(tensors, fused, part, first, size.outputs).entries()) values[at] += value;
      return values;
    },
  };
  const wanted = forward(withAdapter(model, adapter), TOKENS);
  const plain = forward(model, TOKENS);
  for (const [t, row] of forward(changed, TOKENS).entries()) {
    assert.ok(row.some((logit, i) => Math.abs(logit - plain[t][i]) > 0.1));
    for (const [i, logit] of row.entries())
      assert.ok(Math.abs(logit - wanted[t][i]) < 2e-3, `${logit}, not ${wanted[t][i]}`);
  }
});

test("without a change everything is zero", () => {
  const tensors = factorTensors(config, undefined, unsmoothed);
  assert.equal(tensors.length, config.layers * 5 * 2);
  for (const { data, shape } of tensors) {
    assert.equal(
      data.length,
      shape.reduce((a, b) => a * b),
    );
    assert.ok(data.every((value) => value === 0));
  }
});

test("an adapter's own factors are not changed", () => {
  const adapter = lowRankAdapter(model, 4, 1);
  const before = structuredClone(adapter.matrices);
  const record = new SmoothingRecord(config);
  record.values.fill(3);
  factorTensors(config, adapter, record.values);
  assert.deepEqual(adapter.matrices, before);
});

test("what the graph has no place for is refused", () => {
  const adapter = lowRankAdapter(model, 4, 1);
  const [[layer, { a, b }]] = adapter.matrices;
  const refused = (matrices: typeof adapter.matrices, why: RegExp) =>
    assert.throws(() => factorTensors(config, { ...adapter, matrices }, unsmoothed), why);
  refused(new Map([["model.layers.9.mlp.up_proj", { a, b }]]), /no place for factors of model\.layers\.9/);
  refused(new Map([[layer, { a: a.subarray(1), b }]]), /values/);
  refused(new Map([[layer, { a, b: b.subarray(4) }]]), /values/);
  assert.throws(() => factorTensors(config, lowRankAdapter(model, MOST_RANK + 1, 1), unsmoothed), /ranks up to 16/);
  assert.throws(() => factorTensors(config, adapter, unsmoothed.subarray(1)), /factors of smoothing/);
});
