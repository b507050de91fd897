// The measured sizes of activations, layer by layer in the graph, are those of the plain forward pass.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { smoothedInputs } from "../../../../server/engine/graph/smoothing.ts";
import { calibrateModel } from "../../../../server/engine/load/calibrateModel.ts";
import { measureInputs } from "../../../../server/engine/load/measureInputs.ts";
import { verifyModel } from "../../../../server/engine/models/catalog.ts";
import { FAMILIES } from "../../../../server/engine/models/config.ts";
import { openModel, type StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { FAMILY_OPTIONS } from "../../../support/families.ts";
import { forward } from "../../../support/forward.ts";
import { writeSmallModel } from "../../../support/storedFolder.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const DOCUMENTS = [
  [5, 90, 17, 200, 31, 44, 7, 7, 120, 3, 61, 8],
  [1, 2, 3],
];

/** Root mean squares of what each linear layer is given, by "layer.name" with fused names. */
function oracle(model: StoredModel): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  for (const tokens of DOCUMENTS) {
    const calls = new Map<string, number>();
    forward(model, tokens, (weights, x, name) => {
      const call = calls.get(name) ?? 0;
      calls.set(name, call + 1);
      const key = `model.layers.${Math.floor(call / tokens.length)}.${name.replace("q_proj", "qkv_proj")}`;
      const sum = sums.get(key) ?? new Float64Array(x.length);
      for (const [i, value] of x.entries()) sum[i] += value * value;
      sums.set(key, sum);
      return Float64Array.from({ length: weights.length / x.length }, (_, row) =>
        x.reduce((total, value, col) => total + value * weights[row * x.length + col], 0),
      );
    });
  }
  const tokens = DOCUMENTS.flat().length;
  return new Map([...sums].map(([key, sum]) => [key, sum.map((total) => Math.sqrt(total / tokens))]));
}

for (const family of FAMILIES) {
  test(`${family}: measured as the forward pass is`, async () => {
    const model = tinyModel(6, FAMILY_OPTIONS[family]);
    const wanted = oracle(model);
    const measured = await measureInputs(model, DOCUMENTS);
    assert.deepEqual([...measured.keys()].sort(), smoothedInputs(model.config).sort());
    for (const [name, rms] of measured) {
      const exact = wanted.get(name)!;
      assert.equal(rms.length, exact.length, name);
      for (const [i, value] of rms.entries())
        assert.ok(Math.abs(value - exact[i]) < 1e-4 * exact[i] + 1e-5, `${name} ${i}: ${value}, not ${exact[i]}`);
    }
  });
}

test("a signal stops it before the next layer", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const onLayer = (layer: number) => {
    seen.push(layer);
    stop.abort();
  };
  await assert.rejects(measureInputs(tinyModel(), DOCUMENTS, { onLayer, signal: stop.signal }), { name: "Cancelled" });
  assert.deepEqual(seen, [0]);
});

test("a folder is calibrated: the sizes are stored, listed and read again, and a second time replaces them", async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "sotto-calibrate-"));
  after(() => rmSync(dir, { recursive: true }));
  writeSmallModel(dir);
  const before = await openModel(dir);
  assert.equal(before.inputRms, undefined);
  const documents = [[1, 2, 3, 4, 5, 6]];
  for (let i = 0; i < 2; i++) assert.equal(await calibrateModel(await openModel(dir), documents), 4);
  const model = await openModel(dir);
  assert.notEqual(model.weightsSha256, before.weightsSha256);
  for (const [name, rms] of await measureInputs(before, documents)) assert.deepEqual(model.inputRms!(name), rms);
  assert.equal((await verifyModel(dir)).ok, true);
});
