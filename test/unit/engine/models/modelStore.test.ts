// Opening a stored model: what is read, and that a missing, truncated or altered file gives one error that names it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { verifyModel } from "../../../../server/engine/models/catalog.ts";
import { configToJson } from "../../../../server/engine/models/configFile.ts";
import { openModel } from "../../../../server/engine/models/modelStore.ts";
import { openSafetensors, writeSafetensors } from "../../../../server/engine/models/safetensors.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-model-"));
after(() => rmSync(scratch, { recursive: true }));
const original = mkdtempSync(path.join(scratch, "original-"));
writeSmallModel(original);

function copyOfModel(): string {
  const dir = mkdtempSync(path.join(scratch, "copy-"));
  cpSync(original, dir, { recursive: true });
  return dir;
}

function changeJson(dir: string, file: string, change: (json: Record<string, never>) => unknown): void {
  writeFileSync(path.join(dir, file), JSON.stringify(change(JSON.parse(readFileSync(path.join(dir, file), "utf8")))));
}

test("a stored model is opened with its config and all of its tensors", async () => {
  const model = await openModel(original);
  assert.equal(model.id, "small");
  assert.deepEqual(model.config, SMALL_CONFIG);
  assert.equal(model.tensors.size, 11);
  assert.deepEqual(model.tensors.get("model.embed_tokens.weight"), {
    name: "model.embed_tokens.weight",
    encoding: "q8_0",
    rows: 10,
    cols: 32,
  });
  assert.equal(model.tensors.get("model.norm.weight")?.encoding, "f32");
  assert.equal(model.tensors.get("model.layers.0.mlp.down_proj.weight")?.encoding, "q4_1");
});

test("dequantised values are those of the blocks, one by one", async () => {
  const model = await openModel(original);
  for (const { name, encoding, rows, cols } of model.tensors.values()) {
    const values = model.dequantise(name);
    assert.equal(values.length, rows * cols);
    if (encoding === "f32") {
      assert.equal(values[3], Math.fround(1.03));
      assert.throws(() => model.blocks(name), /not stored in blocks/);
      continue;
    }
    const { q, scale, min } = model.blocks(name);
    assert.equal(min !== undefined, encoding === "q4_1");
    for (let i = 0; i < values.length; i++) {
      const block = i >> 5;
      const j = i % 32;
      const code = min ? (j < 16 ? q[block * 16 + j] & 15 : q[block * 16 + j - 16] >> 4) : q[i];
      assert.equal(values[i], Math.fround(scale[block] * code + (min?.[block] ?? 0)));
    }
  }
});

test("an unknown tensor's name is a bug, not bad input", async () => {
  const model = await openModel(original);
  assert.throws(() => model.dequantise("lm_head.weight"), /no tensor lm_head\.weight/);
});

test("the key of derived files depends on weights and config, not on other files", async () => {
  const { weightsSha256 } = await openModel(original);
  const dir = copyOfModel();
  writeFileSync(path.join(dir, "notes.txt"), "hello");
  writeManifest(dir, ["config.json", "model.safetensors.index.json", ...SHARDS, "notes.txt"]);
  assert.equal((await openModel(dir)).weightsSha256, weightsSha256);
  changeJson(dir, "config.json", (json) => ({ ...json, rope_theta: 20_000 }));
  writeManifest(dir);
  assert.notEqual((await openModel(dir)).weightsSha256, weightsSha256);
});

async function openFails(dir: string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(openModel(dir), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.notEqual(error.action, "");
    return true;
  });
}

for (const file of ["config.json", "model.safetensors.index.json", ...SHARDS]) {
  const named = new RegExp(file.replaceAll(".", "\\."));

  test(`${file} missing: modelMissing, and verify says which`, async () => {
    const dir = copyOfModel();
    renameSync(path.join(dir, file), path.join(dir, "elsewhere"));
    await openFails(dir, "modelMissing", named);
    const result = await verifyModel(dir);
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.files.filter(({ state }) => state !== "ok").map(({ path: name, state }) => [name, state]),
      [[file, "missing"]],
    );
  });

  test(`${file} truncated or longer: modelCorrupt`, async () => {
    const { length } = readFileSync(path.join(original, file));
    for (const size of [0, 1, 7, 8, 9, 100, Math.floor(length / 2), length - 1]) {
      const dir = copyOfModel();
      truncateSync(path.join(dir, file), size);
      await openFails(dir, "modelCorrupt", named);
      assert.equal((await verifyModel(dir)).files.find((check) => check.path === file)?.state, "wrongSize");
    }
    const dir = copyOfModel();
    appendFileSync(path.join(dir, file), " ");
    await openFails(dir, "modelCorrupt", named);
  });

  test(`${file} with one altered byte: modelCorrupt`, async () => {
    const bytes = readFileSync(path.join(original, file));
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 20)) {
      const dir = copyOfModel();
      const altered = Buffer.from(bytes);
      altered[at] ^= 1;
      writeFileSync(path.join(dir, file), altered);
      await openFails(dir, "modelCorrupt", named);
      assert.equal((await verifyModel(dir)).files.find((check) => check.path === file)?.state, "altered");
    }
  });
}

test("a pipe or a folder in place of a shard: nobody waits", { skip: process.platform === "win32" }, async () => {
  for (const make of [(file: string) => execFileSync("mkfifo", [file]), (file: string) => mkdirSync(file)]) {
    const dir = copyOfModel();
    rmSync(path.join(dir, SHARDS[1]));
    make(path.join(dir, SHARDS[1]));
    await openFails(dir, "modelCorrupt", /model-00002/);
  }
});

test("an intact model is verified file by file", async () => {
  const result = await verifyModel(original);
  assert.equal(result.ok, true);
  assert.deepEqual(
    result.files.map((file) => file.state),
    ["ok", "ok", "ok", "ok"],
  );
});

test("a manifest that is missing, broken or names files outside the folder", async () => {
  const dir = copyOfModel();
  changeJson(dir, "manifest.json", (json) => ({ ...json, formatVersion: 2 }));
  await openFails(dir, "modelCorrupt", /manifest\.json.*formatVersion/);
  writeManifest(dir);
  changeJson(dir, "manifest.json", (json) => ({
    ...json,
    files: [{ path: "../secret", bytes: 1, sha256: "0".repeat(64) }],
  }));
  await openFails(dir, "modelCorrupt", /manifest\.json/);
  writeFileSync(path.join(dir, "manifest.json"), "{");
  await openFails(dir, "modelCorrupt", /manifest\.json.*not JSON/);
  rmSync(path.join(dir, "manifest.json"));
  await openFails(dir, "modelMissing", /manifest\.json/);
  await openFails(path.join(scratch, "nowhere"), "modelMissing", /nowhere/);
});

test("a manifest that leaves a needed file out", async () => {
  const dir = copyOfModel();
  writeManifest(dir, ["model.safetensors.index.json", ...SHARDS]);
  await openFails(dir, "modelCorrupt", /does not list config\.json/);
  writeManifest(dir, ["config.json", "model.safetensors.index.json", SHARDS[0]]);
  await openFails(dir, "modelCorrupt", /names the shard model-00002.*does not list/);
});

test("another architecture: one clear error", async () => {
  const dir = copyOfModel();
  changeJson(dir, "config.json", (json) => ({ ...json, model_type: "gpt_neox" }));
  writeManifest(dir);
  await openFails(dir, "modelUnsupported", /architecture is "gpt_neox"/);
});

test("an index that does not fit the shards", async () => {
  const dir = copyOfModel();
  changeJson(dir, "model.safetensors.index.json", () => ({ weight_map: { "model.norm.weight": SHARDS[1] } }));
  writeManifest(dir);
  await openFails(dir, "modelCorrupt", /index\.json.*does not place/);
  changeJson(dir, "model.safetensors.index.json", () => ({ weights: {} }));
  writeManifest(dir);
  await openFails(dir, "modelCorrupt", /index\.json.*weight_map/);
});

test("an index that names files outside of the folder, or that are not there", async () => {
  const names = ["../outside.safetensors", "/etc/hosts", "..\\outside.safetensors", "sub/model.safetensors", "", "."];
  for (const shard of [...names, "model-00003-of-00002.safetensors", "constructor"]) {
    const dir = copyOfModel();
    changeJson(dir, "model.safetensors.index.json", (json) => ({
      weight_map: { ...(json.weight_map as object), "model.norm.weight": shard },
    }));
    writeManifest(dir);
    await openFails(dir, "modelCorrupt", /index\.json.*names the shard .*which the manifest does not list/);
  }
});

test("an index that places a tensor where it is not", async () => {
  const dir = copyOfModel();
  changeJson(dir, "model.safetensors.index.json", (json) => ({
    weight_map: { ...(json.weight_map as object), "model.norm.weight": SHARDS[0] },
  }));
  writeManifest(dir);
  await openFails(dir, "modelCorrupt", /index\.json.*does not place "model\.norm\.weight"/);
  for (const index of [[], null, { weight_map: [] }, { weight_map: { "model.norm.weight": 1 } }, { weight_map: {} }]) {
    changeJson(dir, "model.safetensors.index.json", () => index);
    writeManifest(dir);
    await openFails(dir, "modelCorrupt", /index\.json/);
  }
});

test("a tensor of another shape, or none of its parts", async () => {
  const dir = copyOfModel();
  changeJson(dir, "config.json", () => configToJson({ ...SMALL_CONFIG, vocabSize: 11 }));
  writeManifest(dir);
  await openFails(dir, "modelCorrupt", /"model\.embed_tokens\.weight" is missing or has the wrong shape/);
});

test("a shard that became shorter after it was verified: modelCorrupt at the read", async () => {
  const dir = copyOfModel();
  const model = await openModel(dir);
  truncateSync(path.join(dir, SHARDS[1]), 100);
  assert.throws(() => model.dequantise("model.norm.weight"), { code: "modelCorrupt" });
});

test("a shard that holds a tensor no model of this kind has is read all the same", async () => {
  const dir = copyOfModel();
  const file = path.join(dir, SHARDS[1]);
  const shard = openSafetensors(file);
  const tensors = [...shard.entries].map(([name, { type, shape }]) => ({ name, type, shape, data: shard.read(name) }));
  writeSafetensors(file, [...tensors, { name: "extra", type: "U8", shape: [3], data: new Uint8Array(3) }]);
  changeJson(dir, "model.safetensors.index.json", (json) => ({
    weight_map: { ...(json.weight_map as object), extra: SHARDS[1] },
  }));
  writeManifest(dir);
  assert.equal((await openModel(dir)).tensors.has("extra"), false);
});
