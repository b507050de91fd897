// Weights that are no numbers: refused with the tensor's name when they are read, at the latest when the compute form is derived, of which
// nothing stays. And the sizes of activations that a model brings along.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { withAdapter } from "../../../../server/engine/adapters/merge.ts";
import { computeForm } from "../../../../server/engine/graph/computeForm.ts";
import { floatToHalf } from "../../../../server/engine/models/blocks.ts";
import { allFinite } from "../../../../server/engine/models/finite.ts";
import { CALIBRATION_FILE, CONFIG_FILE, INDEX_FILE, openModel } from "../../../../server/engine/models/modelStore.ts";
import { openSafetensors, type TensorToWrite, writeSafetensors } from "../../../../server/engine/models/safetensors.ts";
import { tensorShapes } from "../../../../server/engine/models/tensors.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-finite-"));
after(() => rmSync(scratch, { recursive: true }));
const original = mkdtempSync(path.join(scratch, "original-"));
writeSmallModel(original);

const copyOfModel = (): string => {
  const dir = mkdtempSync(path.join(scratch, "copy-"));
  cpSync(original, dir, { recursive: true });
  return dir;
};

const EMBEDDING = "model.embed_tokens.weight";
const DOWN = "model.layers.0.mlp.down_proj.weight";
const HALF = { NaN: [0x01, 0x7c], "-NaN": [0x00, 0xfe], Infinity: [0x00, 0x7c], "-Infinity": [0x00, 0xfc] };
const FLOAT = { NaN: [0, 0, 0xc0, 0x7f], Infinity: [0, 0, 0x80, 0x7f], "-Infinity": [0, 0, 0x80, 0xff] };

/** Puts `bytes` in place of the last value of tensor `part`, with a manifest that is right for it. */
function spoil(dir: string, part: string, bytes: number[]): string {
  const shard = SHARDS.find((name) => openSafetensors(path.join(dir, name)).entries.has(part))!;
  const file = path.join(dir, shard);
  const { offset, sizeBytes } = openSafetensors(file).entries.get(part)!;
  const content = readFileSync(file);
  content.set(bytes, offset + sizeBytes - bytes.length);
  writeFileSync(file, content);
  writeManifest(dir);
  return shard;
}

describe("a value that is not finite", () => {
  const spoilt: [string, Record<string, number[]>, string][] = [
    [`${EMBEDDING}.scale`, HALF, "a scale of the embedding"],
    [`${DOWN}.scale`, HALF, "a scale of a matrix"],
    [`${DOWN}.min`, HALF, "a minimum of a matrix"],
    ["model.layers.0.input_layernorm.weight", FLOAT, "a norm of a layer"],
    ["model.norm.weight", FLOAT, "the last norm"],
  ];
  for (const [part, values, what] of spoilt) {
    for (const [value, bytes] of Object.entries(values)) {
      test(`${what}, ${value}: no form is made, and nothing of it stays`, async () => {
        const dir = copyOfModel();
        const shard = spoil(dir, part, bytes);
        const model = await openModel(dir);
        for (const form of ["row8", "fp32"] as const) {
          const cacheDir = path.join(dir, "cache");
          await assert.rejects(computeForm(model, { cacheDir, form }), {
            name: "UserError",
            code: "modelCorrupt",
            message: `The model file ${path.join(dir, shard)} is damaged: its tensor "${part}" holds a value that is not a finite number.`,
          });
          assert.deepEqual(readdirSync(path.join(cacheDir, "forms")), []);
        }
      });
    }
  }

  test("every tensor of the model is looked at", async () => {
    for (const { name, rows } of tensorShapes(SMALL_CONFIG)) {
      const dir = copyOfModel();
      const part = rows === 1 ? name : `${name}.scale`;
      spoil(dir, part, rows === 1 ? FLOAT.NaN : HALF.NaN);
      const cacheDir = path.join(dir, "cache");
      await assert.rejects(computeForm(await openModel(dir), { cacheDir }), {
        code: "modelCorrupt",
        message: new RegExp(`"${part.replaceAll(".", "\\.")}"`),
      });
    }
  });

  test("one that only the merged adapter has is the adapter's fault", async () => {
    const base = await openModel(original);
    const inputs = SMALL_CONFIG.ffnSize;
    const factors = { a: new Float32Array(inputs).fill(1e30), b: new Float32Array(SMALL_CONFIG.hiddenSize).fill(1e30) };
    const adapter = {
      name: "loud",
      sha256: "loud",
      promptFormat: 1,
      rank: 1,
      alpha: 1,
      matrices: new Map([["model.layers.0.mlp.down_proj", factors]]),
      embeddingRows: new Map(),
    };
    const cacheDir = path.join(scratch, "loud");
    await assert.rejects(computeForm(withAdapter(base, adapter), { cacheDir }), {
      name: "UserError",
      code: "adapterInvalid",
      message: /loud.*down_proj\.weight/,
    });
    assert.deepEqual(readdirSync(path.join(cacheDir, "forms")), []);
  });

  test("the largest values that the file can hold are numbers", async () => {
    const dir = copyOfModel();
    spoil(dir, `${DOWN}.scale`, [...floatToHalf(Float32Array.of(-65_504))]);
    const { graphPath } = await computeForm(await openModel(dir), { cacheDir: path.join(dir, "cache") });
    assert.ok(existsSync(graphPath));
  });

  test("the loop is the definition", () => {
    const values = fc.float32Array({ maxLength: 20 });
    fc.assert(fc.property(values, (all) => assert.equal(allFinite(all), all.every(Number.isFinite))));
    assert.equal(allFinite(Float32Array.of(-0, 1e-45, -3.4e38)), true);
    assert.equal(allFinite(Float32Array.of(0, 0, Number.NEGATIVE_INFINITY).subarray(0, 2)), true);
  });
});

describe("measured sizes of activations", () => {
  const sizes = (name: string, length: number, change: Partial<TensorToWrite> = {}): TensorToWrite => ({
    name: `model.layers.0.${name}.input_rms`,
    type: "F32",
    shape: [length],
    data: new Uint8Array(new Float32Array(length).fill(2).buffer),
    ...change,
  });
  const { hiddenSize, ffnSize, heads, headDim } = SMALL_CONFIG;
  const all = [
    sizes("self_attn.qkv_proj", hiddenSize),
    sizes("self_attn.o_proj", heads * headDim),
    sizes("mlp.gate_proj", hiddenSize),
    sizes("mlp.down_proj", ffnSize),
  ];
  const withSizes = (tensors: TensorToWrite[]): string => {
    const dir = copyOfModel();
    writeSafetensors(path.join(dir, CALIBRATION_FILE), tensors);
    writeManifest(dir, [CONFIG_FILE, INDEX_FILE, ...SHARDS, CALIBRATION_FILE]);
    return dir;
  };

  test("those of all inputs are read", async () => {
    const { inputRms } = await openModel(withSizes(all));
    assert.deepEqual(inputRms?.("model.layers.0.mlp.down_proj"), new Float32Array(ffnSize).fill(2));
    assert.equal(inputRms?.("model.layers.1.mlp.down_proj"), undefined);
  });

  const wrong: [string, TensorToWrite][] = [
    ["too few", sizes("mlp.down_proj", hiddenSize)],
    ["too many", sizes("self_attn.qkv_proj", ffnSize)],
    ["two dimensions", { ...all[3], shape: [2, ffnSize / 2] }],
    ["integers", { ...all[3], type: "I32" }],
  ];
  for (const [what, tensor] of wrong) {
    test(`${what}: refused when the model is opened`, async () => {
      const dir = withSizes([...all.filter(({ name }) => name !== tensor.name), tensor]);
      await assert.rejects(openModel(dir), {
        name: "UserError",
        code: "modelCorrupt",
        message: /calibration\.safetensors.*input_rms" is .*is needed/,
      });
    });
  }

  test("one that is no number: no form is made", async () => {
    const data = all[3].data.slice();
    data.set(FLOAT.NaN, 8);
    const dir = withSizes([...all.slice(0, 3), { ...all[3], data }]);
    await assert.rejects(computeForm(await openModel(dir), { cacheDir: path.join(dir, "cache") }), {
      code: "modelCorrupt",
      message: /calibration\.safetensors.*mlp\.down_proj\.input_rms" holds a value that is not a finite number/,
    });
    assert.deepEqual(readdirSync(path.join(dir, "cache", "forms")), []);
  });
});
