// Adapters: written and read, merged into a model as the plainest loop does it, and refused where they do not fit.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../common/errors.ts";
import { type Adapter, AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import { withAdapter } from "../../../server/engine/adapters/merge.ts";
import { readAdapter } from "../../../server/engine/adapters/readAdapter.ts";
import { writeAdapter } from "../../../server/engine/adapters/writeAdapter.ts";
import { loadDecoder } from "../../../server/engine/load/loadDecoder.ts";
import { openAdapted } from "../../../server/engine/load/openAdapted.ts";
import { openModel, type StoredModel } from "../../../server/engine/models/modelStore.ts";
import { openSafetensors, type TensorToWrite, writeSafetensors } from "../../../server/engine/models/safetensors.ts";
import { NO_ADAPTER } from "../../../server/host/protocol/adapters.ts";
import { forward } from "../../support/forward.ts";
import { SHARDS, writeManifest, writeSmallModel } from "../../support/storedFolder.ts";
import { tinyModel } from "../../support/tinyModel.ts";
import { sampleAdapter } from "./sampleAdapter.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-adapter-"));
after(() => rmSync(scratch, { recursive: true }));

const model = tinyModel();
const sample = sampleAdapter(model);
const written = path.join(scratch, "written");
writeAdapter(written, sample, model, { steps: 3 });
const EMBEDDING = "model.embed_tokens.weight";
const DOWN = "base_model.model.model.layers.0.mlp.down_proj.lora_A.weight";

function copy(): string {
  const dir = mkdtempSync(path.join(scratch, "copy-"));
  cpSync(written, dir, { recursive: true });
  return dir;
}

test("what is written is read again, value by value, and the folder holds nothing else", async () => {
  const { name, sha256, ...read } = await readAdapter(written, model);
  assert.deepEqual(read, sample);
  assert.equal(name, "written");
  assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.deepEqual(readdirSync(written).sort(), Object.values(AdapterFiles).sort());
  assert.equal(JSON.parse(readFileSync(path.join(written, AdapterFiles.base), "utf8")).training.steps, 3);
});

test("in whole numbers of 8 bits each value is off by half a step of its component at most", async () => {
  const dir = copy();
  writeAdapter(dir, sample, model, {}, { whole: true });
  const read = await readAdapter(dir, model);
  assert.deepEqual([...read.matrices.keys()], [...sample.matrices.keys()]);
  assert.deepEqual(read.embeddingRows, sample.embeddingRows);
  for (const [layer, { a, b }] of read.matrices) {
    const wanted = sample.matrices.get(layer)!;
    for (let k = 0; k < sample.rank; k++) {
      const inputs = wanted.a.length / sample.rank;
      const ofA = {
        read: a.subarray(k * inputs, (k + 1) * inputs),
        wanted: wanted.a.subarray(k * inputs, (k + 1) * inputs),
      };
      const isK = (_: number, i: number) => i % sample.rank === k;
      const ofB = { read: b.filter(isK), wanted: wanted.b.filter(isK) };
      for (const pair of [ofA, ofB]) {
        const step = pair.wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
        for (const [i, value] of pair.read.entries()) assert.ok(Math.abs(value - pair.wanted[i]) <= step * 0.5001);
      }
    }
  }
});

test("whole numbers without their scales are refused", async () => {
  const dir = copy();
  const file = openSafetensors(path.join(written, AdapterFiles.tensors));
  const tensors = [...file.entries].map(([name, { shape }]): TensorToWrite => {
    const size = shape.reduce((product, length) => product * length, 1);
    return name === DOWN
      ? { name, type: "I8", shape: [...shape], data: new Uint8Array(size) }
      : { name, type: "F16", shape: [...shape], data: new Uint8Array(2 * size) };
  });
  writeSafetensors(path.join(dir, AdapterFiles.tensors), tensors);
  await assert.rejects(readAdapter(dir, model), /down_proj.lora_A.weight_scale" is missing/);
});

test("where only the last layers were trained, PEFT is told which: it would give the others factors by chance", () => {
  const layersOf = (dir: string) =>
    JSON.parse(readFileSync(path.join(dir, AdapterFiles.config), "utf8")).layers_to_transform;
  assert.equal(layersOf(written), null);
  const dir = copy();
  const matrices = new Map([...sample.matrices].filter(([layer]) => !layer.includes(".layers.0.")));
  writeAdapter(dir, { ...sample, matrices }, model, {});
  assert.deepEqual(layersOf(dir), [1]);
});

test("writing replaces the folder that is there", async () => {
  const dir = copy();
  writeFileSync(path.join(dir, "stray"), "");
  const half = { ...sample, alpha: sample.alpha / 2 };
  writeAdapter(dir, half, model, {});
  assert.equal((await readAdapter(dir, model)).alpha, half.alpha);
  assert.deepEqual(readdirSync(dir).sort(), Object.values(AdapterFiles).sort());
  assert.deepEqual(
    readdirSync(scratch).filter((name) => /\.(new|old)$/.test(name)),
    [],
  );
});

/** W + alpha / r B A by the definition, and replaced rows. */
function mergedPlainly(base: StoredModel, adapter: typeof sample, name: string): Float64Array {
  const { rows, cols } = base.tensors.get(name)!;
  const values = Float64Array.from(base.dequantise(name));
  const factors = adapter.matrices.get(name.replace(/\.weight$/, ""));
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      for (let k = 0; factors && k < adapter.rank; k++) {
        const product = factors.b[row * adapter.rank + k] * factors.a[k * cols + col];
        values[row * cols + col] += (adapter.alpha / adapter.rank) * product;
      }
      const replaced = name === EMBEDDING ? adapter.embeddingRows.get(row) : undefined;
      if (replaced) values[row * cols + col] = replaced[col];
    }
  }
  return values;
}

test("merged weights are W + alpha / r B A, rounded once; what has no adapter stays as it is", async () => {
  const adapter = await readAdapter(written, model);
  const merged = withAdapter(model, adapter);
  for (const name of model.tensors.keys()) {
    const values = merged.dequantise(name);
    const wanted = mergedPlainly(model, sample, name);
    for (const [i, value] of values.entries()) assert.equal(value, Math.fround(wanted[i]), `${name} [${i}]`);
  }
  const untouched = "model.layers.1.mlp.down_proj.weight";
  assert.deepEqual(merged.dequantise(untouched), model.dequantise(untouched));
  assert.deepEqual(merged.blocks(untouched), model.blocks(untouched));
});

test("no stale blocks: changed matrices have none, the embedding's hold the new rows and the old ones bit by bit", async () => {
  const merged = withAdapter(model, await readAdapter(written, model));
  const changed = "model.layers.0.mlp.down_proj.weight";
  assert.equal(merged.tensors.get(changed)?.encoding, "f32");
  assert.throws(() => merged.blocks(changed), /not stored in blocks/);
  assert.equal(merged.tensors.get(EMBEDDING)?.encoding, "q8_0");
  const { hiddenSize } = model.config;
  const { q, scale } = merged.blocks(EMBEDDING);
  const old = model.blocks(EMBEDDING);
  const exact = merged.dequantise(EMBEDDING);
  for (let i = 0; i < q.length; i++) {
    const step = scale[i >> 5];
    if (sample.embeddingRows.has(Math.floor(i / hiddenSize)))
      assert.ok(Math.abs(q[i] * step - exact[i]) <= step * 0.5001, `value ${i}`);
    else assert.deepEqual([q[i], step], [old.q[i], old.scale[i >> 5]]);
  }
});

test("the key of derived files changes with the adapter's values, its alpha and its rows", async () => {
  const keys = new Set([model.weightsSha256]);
  const [id, row] = [...sample.embeddingRows][0];
  const [layer, { a, b }] = [...sample.matrices][0];
  const otherA = { a: a.map((value, i) => (i === 0 ? value + 0.5 : value)), b };
  const variants: Omit<Adapter, "name" | "sha256">[] = [
    sample,
    { ...sample, alpha: 4 },
    { ...sample, matrices: new Map([...sample.matrices, [layer, otherA]]) },
    { ...sample, matrices: new Map([...sample.matrices].slice(1)) },
    { ...sample, embeddingRows: new Map([[id, row]]) },
    { ...sample, embeddingRows: new Map([[id + 1, row]]) },
  ];
  for (const variant of variants) {
    const dir = mkdtempSync(path.join(scratch, "key-"));
    writeAdapter(dir, variant, model, {});
    keys.add(withAdapter(model, await readAdapter(dir, model)).weightsSha256);
  }
  assert.equal(keys.size, variants.length + 1);
  assert.equal(
    (await readAdapter(copy(), model)).sha256,
    (await readAdapter(written, model)).sha256, // of another folder
  );
});

test("the decoder runs the merged model: the graph's logits are those of the plain forward pass", async () => {
  const mild = { ...sample, alpha: 0.05, embeddingRows: new Map([[7, sample.embeddingRows.get(7)!]]) };
  const merged = withAdapter(model, { ...mild, name: "mild", sha256: "mild" });
  const tokens = [7, 40, 7, 90, 12, 200];
  const decoder = await loadDecoder(merged, { cacheDir: path.join(scratch, "cache"), threads: 1, form: "fp32" });
  try {
    const logits = await decoder.run(decoder.createCache(), tokens, 0, [...tokens.keys()]);
    const wanted = forward(merged, tokens).flatMap((values) => [...values]);
    const unchanged = forward(model, tokens).flatMap((values) => [...values]);
    const difference = (other: number[]) => Math.max(...other.map((value, i) => Math.abs(value - logits[i])));
    assert.ok(difference(wanted) < 1e-3, `${difference(wanted)}`);
    assert.ok(difference(unchanged) > 0.1, "the adapter should change something");
  } finally {
    decoder.dispose();
  }
  const row8 = await loadDecoder(merged, { cacheDir: path.join(scratch, "cache"), threads: 1 });
  row8.dispose();
});

async function refused(dir: string, code: string, message: RegExp, of: StoredModel = model): Promise<void> {
  await assert.rejects(readAdapter(dir, of), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.notEqual(error.action, "");
    return true;
  });
}

test("an adapter of another base is refused, naming both", async () => {
  await refused(
    written,
    "adapterOfOtherBase",
    /belongs to the model tiny with weights tiny-1.*this is tiny with weights tiny-2/,
    tinyModel(2),
  );
});

for (const file of Object.values(AdapterFiles)) {
  test(`${file} missing, empty or cut short`, async () => {
    const named = new RegExp(file.replaceAll(".", "\\."));
    const dir = copy();
    for (const size of [0, 5, 40, 120]) {
      truncateSync(path.join(dir, file), size);
      await refused(dir, "adapterInvalid", named);
    }
    rmSync(path.join(dir, file));
    await refused(dir, "adapterInvalid", /is missing|cannot be used: it is missing/);
  });
}

test("a folder that is not there", () => refused(path.join(scratch, "nowhere"), "adapterInvalid", /nowhere.*missing/));

const settings: [string, Record<string, unknown>, RegExp][] = [
  ["another method", { peft_type: "IA3" }, /"peft_type"/],
  ["no rank", { r: 0 }, /"r"/],
  ["another rank", { r: 5 }, /has the shape \[6,\d+\], and \[5,\d+\] is needed/],
  ["weights by DoRA", { use_dora: true }, /"use_dora"/],
  ["scaled by the root of the rank", { use_rslora: true }, /"use_rslora"/],
  ["a base that the start has changed", { init_lora_weights: "pissa" }, /"init_lora_weights"/],
  ["ranks by layer", { rank_pattern: { q_proj: 4 } }, /"rank_pattern"/],
  ["trained biases", { bias: "all" }, /"bias"/],
  ["whole modules", { modules_to_save: ["lm_head"] }, /"modules_to_save"/],
  ["rows without ids", { trainable_token_indices: null }, /trainable_tokens_delta" has the shape/],
  ["rows of another module", { trainable_token_indices: { lm_head: [7, 2] } }, /"trainable_token_indices"/],
  ["a token twice", { trainable_token_indices: { embed_tokens: [7, 7] } }, /two rows of token 7/],
  ["a token that is not there", { trainable_token_indices: { embed_tokens: [7, 260] } }, /token 260.*260 tokens/],
];

for (const [what, change, message] of settings) {
  test(`refused: ${what}`, async () => {
    const dir = copy();
    const file = path.join(dir, AdapterFiles.config);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
    await refused(dir, "adapterInvalid", message);
  });
}

test("the options that PEFT itself writes are accepted", async () => {
  const dir = copy();
  const file = path.join(dir, AdapterFiles.config);
  const peft = {
    use_dora: false,
    init_lora_weights: true,
    rank_pattern: {},
    modules_to_save: null,
    target_parameters: null,
    lora_bias: false,
  };
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...peft, revision: null }));
  await readAdapter(dir, model);
});

const changes: [string, (tensors: TensorToWrite[]) => TensorToWrite[], RegExp][] = [
  [
    "an unknown tensor",
    (all) => [...all, { ...all[0], name: "lm_head.weight" }],
    /no place for its tensor "lm_head.weight"/,
  ],
  [
    "a layer that the model does not have",
    (all) => [...all, { ...all[0], name: DOWN.replace("layers.0", "layers.9") }],
    /no place for its tensor ".*layers\.9/,
  ],
  ["A without B", (all) => all.filter(({ name }) => name !== DOWN.replace("lora_A", "lora_B")), /lora_B.*is missing/],
  ["B without A", (all) => all.filter(({ name }) => name !== DOWN), /lora_A.*is missing/],
  ["no tensors at all", () => [], /trainable_tokens_delta" is missing/],
  [
    "another shape",
    (all) => all.map((tensor) => (tensor.name === DOWN ? { ...tensor, shape: tensor.shape.toReversed() } : tensor)),
    /down_proj\.lora_A\.weight" has the shape \[96,6\], and \[6,96\] is needed/,
  ],
  [
    "integers",
    (all) => all.map((tensor) => (tensor.name === DOWN ? { ...tensor, type: "BF16" as const } : tensor)),
    /of the type BF16/,
  ],
  [
    "a value that is no number",
    (all) => all.map((tensor) => (tensor.name === DOWN ? { ...tensor, data: withNaN(tensor.data) } : tensor)),
    /down_proj\.lora_A\.weight" holds a value that is no number/,
  ],
];

function withNaN(data: Uint8Array): Uint8Array {
  const changed = data.slice();
  changed.set([0, 0x7e], 10);
  return changed;
}

for (const [what, change, message] of changes) {
  test(`refused: ${what}`, async () => {
    const dir = copy();
    const file = path.join(dir, AdapterFiles.tensors);
    const { entries, read } = openSafetensors(file);
    const tensors = [...entries].map(([name, { type, shape }]) => ({ name, type, shape, data: read(name) }));
    writeSafetensors(file, change(tensors));
    await refused(dir, "adapterInvalid", message);
  });
}

test("a value that no half float holds is not written, and the old folder stays", async () => {
  const dir = copy();
  const [layer, { a, b }] = [...sample.matrices][0];
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 70_000]) {
    const broken = { ...sample, matrices: new Map([[layer, { a: a.with(3, value), b }]]) };
    assert.throws(() => writeAdapter(dir, broken, model, {}), /no half float/);
    assert.equal((await readAdapter(dir, model)).sha256, (await readAdapter(written, model)).sha256);
  }
});

test("a model's manifest names the adapter that it is opened with", async () => {
  const dir = mkdtempSync(path.join(scratch, "model-"));
  writeSmallModel(dir);
  const base = await openModel(dir);
  const small = { ...sampleAdapter(base), rank: 6 };
  writeAdapter(path.join(dir, "adapters", "fim"), small, base, {});
  const listed = Object.values(AdapterFiles).map((name) => `adapters/fim/${name}`);
  writeManifest(dir, ["config.json", "model.safetensors.index.json", ...SHARDS, ...listed]);
  assert.equal((await openAdapted(dir)).weightsSha256, base.weightsSha256, "not named, not used");

  const file = path.join(dir, "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...manifest, adapter: "adapters/fim" }));
  const adapted = await openAdapted(dir);
  assert.equal(adapted.adapterName, "fim");
  assert.notEqual(adapted.weightsSha256, base.weightsSha256);
  assert.notDeepEqual(adapted.dequantise(EMBEDDING), base.dequantise(EMBEDDING));
  assert.equal((await openAdapted(dir, NO_ADAPTER)).weightsSha256, base.weightsSha256);
  assert.equal((await openAdapted(dir, path.join(dir, "adapters", "fim"))).weightsSha256, adapted.weightsSha256);
  assert.equal((await openModel(dir)).weightsSha256, base.weightsSha256);

  const tensors = path.join(dir, listed[1]);
  const bytes = readFileSync(tensors);
  writeFileSync(tensors, bytes.with(bytes.length - 1, bytes[bytes.length - 1] ^ 1));
  await assert.rejects(openAdapted(dir), { code: "modelCorrupt", message: /adapter_model\.safetensors.*altered/ });
  writeFileSync(tensors, bytes);
  writeFileSync(file, JSON.stringify({ ...manifest, adapter: "adapters/other" }));
  await assert.rejects(openAdapted(dir), { code: "modelCorrupt", message: /does not list adapters\/other/ });
  writeFileSync(file, JSON.stringify({ ...manifest, adapter: "../elsewhere" }));
  await assert.rejects(openAdapted(dir), { code: "modelCorrupt", message: /"adapter"/ });
});
