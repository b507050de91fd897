// The embedded model as it lies in the repository: complete, within its sizes, with a tokenizer and golden data that belong to it.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import { embeddedModelDir, listModels, verifyModel } from "../../../../server/engine/models/catalog.ts";
import { openModel } from "../../../../server/engine/models/modelStore.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";

const dir = embeddedModelDir();

test("the catalog lists the embedded model first", async () => {
  const [first] = await listModels();
  assert.ok(first.state === "usable");
  assert.equal(first.id, "smollm2-135m");
  assert.equal(first.dir, dir);
  assert.equal(first.licence, "Apache-2.0");
  assert.equal(first.vocabSize, 16_384);
  assert.equal(first.parameters, 115_640_640);
});

test("every file is as the manifest says; none is above 48 MB, all are below 95 MB", async () => {
  assert.equal((await verifyModel(dir)).ok, true);
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).map((file) => statSync(path.join(dir, file)));
  const sizes = files.filter((file) => file.isFile()).map(({ size }) => size);
  assert.ok(Math.max(...sizes) <= 48e6);
  assert.ok(sizes.reduce((sum, size) => sum + size) <= 95e6);
});

test("its adapter fits its weights and teaches it to fill in the middle; it takes no more than 20 MB", async () => {
  const model = await openAdapted(dir);
  assert.equal(model.adapterName, "fill-in-the-middle");
  assert.equal(model.promptFormat, 1);
  const folder = path.join(dir, "adapters", "fill-in-the-middle");
  assert.ok(readdirSync(folder).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0) <= 20e6);
});

test("its tensors have the values that the golden logits were computed from", async () => {
  const model = await openModel(dir);
  const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, "../../../golden/logits-golden.json"), "utf8"));
  const manifest = JSON.parse(readFileSync(path.join(dir, "manifest.json"), "utf8"));
  for (const [file, sha256] of Object.entries(golden.weights)) {
    assert.equal(manifest.files.find((entry: { path: string }) => entry.path === file)?.sha256, sha256);
  }
  assert.equal(model.tensors.size, 272);
  assert.equal(golden.cases.length, 20);
});

test("its tokenizer has one token for each row of the embedding, special tokens first", async () => {
  const tokenizer = await loadTokenizer(dir);
  assert.equal(tokenizer.vocabSize, 16_384);
  assert.deepEqual(tokenizer.endOfTextIds, [...Array(17).keys()]);
  assert.equal(tokenizer.specialId("<|endoftext|>"), 0);
  assert.equal(tokenizer.specialId("<repo_name>"), 3);
  assert.equal(tokenizer.specialId("<file_sep>"), 5);
});
