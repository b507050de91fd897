// A model of the user's disk into the store: the same bytes, or nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Cancelled, modelUnsupported, UserError } from "../../../../common/errors.ts";
import { describeModel, listModels, verifyModel } from "../../../../server/engine/models/catalog.ts";
import { copyHashed } from "../../../../server/engine/models/copyHashed.ts";
import { idFrom, importModel } from "../../../../server/engine/models/importModel.ts";
import { openModel } from "../../../../server/engine/models/modelStore.ts";
import { Meter, type TransferProgress } from "../../../../server/engine/models/transfer.ts";
import {
  diskUse,
  removeUserModel,
  unfinishedModels,
  whileLocked,
} from "../../../../server/engine/models/userModels.ts";
import { f32Entry, ggufBytes, stringEntry, u32Entry } from "../../../support/ggufFile.ts";
import { writeSmallModel } from "../../../support/storedFolder.ts";
import { repositoryFiles, sha256 } from "../../../support/testHub.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-import-"));
process.env.SOTTO_STRONG_DIR = path.join(scratch, "none"); // what is listed is the same whether strong is whole here or not
after(() => rmSync(scratch, { recursive: true }));

let places = 0;
const place = (name: string) => path.join(scratch, `${places++}`, name);

function folderOf(files: Record<string, Buffer | string>, name = "My Model"): string {
  const dir = place(name);
  mkdirSync(dir, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(dir, file), content);
  return dir;
}

const metadata = [
  stringEntry("general.architecture", "llama"),
  stringEntry("general.name", "Tiny Coder"),
  stringEntry("general.license", "mit"),
  u32Entry("llama.block_count", 2),
  u32Entry("llama.embedding_length", 64),
  u32Entry("llama.attention.head_count", 4),
  u32Entry("llama.feed_forward_length", 96),
  u32Entry("llama.context_length", 128),
  u32Entry("llama.vocab_size", 10),
  f32Entry("llama.attention.layer_norm_rms_epsilon", 1e-5),
];
const gguf = ggufBytes({ metadata, tensors: [] });

async function refused(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

/** Nothing but the locks, which are empty files. */
async function assertEmpty(storeDir: string): Promise<void> {
  assert.equal(await diskUse(storeDir), 0);
  assert.deepEqual(await unfinishedModels(storeDir), []);
}

test("a folder of Hugging Face's files is copied as it is, with its hashes and the licence of its card", async () => {
  const files = {
    ...repositoryFiles(),
    "README.md": Buffer.from("---\nlanguage: en\nlicense: apache-2.0\n---\n# It\n"),
  };
  const source = folderOf({ ...files, "pytorch_model.bin": "not ours", ".gitattributes": "" });
  const storeDir = place("models");
  const told: TransferProgress[] = [];
  const model = await importModel(source, { storeDir, onProgress: (progress) => told.push(progress) });
  assert.equal(model.id, "my-model");
  assert.equal(model.licence, "apache-2.0");
  assert.equal(model.parameters, 55_488);
  assert.deepEqual(model.source?.kind === "import" && model.source.path, source);
  assert.deepEqual(readdirSync(model.dir).sort(), [...Object.keys(files), "manifest.json"].sort());
  for (const [name, content] of Object.entries(files))
    assert.ok(readFileSync(path.join(model.dir, name)).equals(content));
  assert.equal((await verifyModel(model.dir)).ok, true);
  assert.equal(told.at(-1)?.receivedBytes, model.sizeBytes);
  assert.equal((await listModels(storeDir))[1].id, "my-model");
  await refused(importModel(source, { storeDir }), "modelPresent", /a model my-model already/);
  assert.equal((await importModel(source, { storeDir, id: "other" })).id, "other");
});

test("a licence that forbids some uses has to be accepted before anything is copied", async () => {
  const boundGguf = (licence: string, name?: string) =>
    folderOf({
      "a.gguf": ggufBytes({
        metadata: [
          ...metadata.filter(({ key }) => key !== "general.license"),
          stringEntry("general.license", licence),
          ...(name === undefined ? [] : [stringEntry("general.license.name", name)]),
        ],
        tensors: [],
      }),
    });
  const carded = (...lines: string[]) =>
    folderOf({ ...repositoryFiles(), "README.md": `---\n${lines.join("\n")}\n---\n` });
  for (const [source, licence] of [
    [carded("license: bigcode-openrail-m"), "bigcode-openrail-m"],
    [carded("license: gemma"), "gemma"],
    [carded("license: other", "license_name: deepseek-license"), "deepseek-license"],
    [boundGguf("llama3.2"), "llama3.2"],
    [boundGguf("other", "deepseek"), "deepseek"],
  ]) {
    const storeDir = place("models");
    await refused(importModel(source, { storeDir }), "licenceNotAccepted", new RegExp(`\\(${licence}\\)`));
    await assertEmpty(storeDir);
    assert.equal((await importModel(source, { storeDir, acceptsLicence: true })).licence, licence);
  }
});

test("what is imported is opened as any model", async () => {
  const source = place("stored");
  mkdirSync(source, { recursive: true });
  writeSmallModel(source);
  writeFileSync(path.join(source, "tokenizer.json"), "{}");
  const checked: string[] = [];
  const model = await importModel(source, {
    storeDir: place("models"),
    async check(dir) {
      checked.push((await openModel(dir)).id); // a check finds a manifest
      return { name: "Checked", parameters: 1, contextLength: 2, vocabSize: 3 };
    },
  });
  assert.deepEqual(checked, ["stored"]);
  assert.deepEqual([model.name, model.licence, model.parameters], ["Checked", "unknown", 1]);
  assert.equal((await openModel(model.dir)).tensors.size, 11);
});

test("a GGUF file is taken with all of its parts, under names that a manifest may have", async () => {
  const storeDir = place("models");
  const single = folderOf({ "Tiny-Coder.Q8_0.gguf": gguf });
  const model = await importModel(path.join(single, "Tiny-Coder.Q8_0.gguf"), { storeDir });
  assert.deepEqual([model.id, model.name, model.licence], ["tiny-coder.q8-0", "Tiny Coder", "mit"]);
  assert.equal(model.contextLength, 128);
  assert.ok(readFileSync(path.join(model.dir, "Tiny-Coder.Q8_0.gguf")).equals(gguf));

  const second = ggufBytes({ metadata: [], tensors: [] });
  const parts = folderOf({ "a (b)-00001-of-00002.gguf": gguf, "a (b)-00002-of-00002.gguf": second });
  for (const source of [path.join(parts, "a (b)-00002-of-00002.gguf"), parts]) {
    const split = await importModel(source, { storeDir, id: `split${places}` });
    const names = ["a-b--00001-of-00002.gguf", "a-b--00002-of-00002.gguf"];
    assert.deepEqual(readdirSync(split.dir).sort(), [...names, "manifest.json"]);
    assert.ok(readFileSync(path.join(split.dir, names[1])).equals(second));
    places++;
  }
  rmSync(path.join(parts, "a (b)-00002-of-00002.gguf"));
  await refused(importModel(parts, { storeDir, id: "part" }), "importRefused", /00002-of-00002.gguf is missing/);
});

test("what is no model is refused with its reason, and leaves nothing", async () => {
  const storeDir = place("models");
  const files = repositoryFiles();
  const without = (name: string) => Object.fromEntries(Object.entries(files).filter(([file]) => file !== name));
  const [shard] = Object.keys(files).filter((name) => name.endsWith("00002-of-00002.safetensors"));
  for (const [source, code, message] of [
    [place("nowhere"), "importRefused", /no such file/],
    [folderOf({ "a.txt": "" }), "importRefused", /neither config.json nor a .gguf/],
    [path.join(folderOf({ "a.bin": "" }), "a.bin"), "importRefused", /neither a .gguf file nor a folder/],
    [folderOf({ "a.gguf": gguf, "b.gguf": gguf }), "importRefused", /several .gguf/],
    [folderOf(without("tokenizer.json")), "importRefused", /tokenizer.json is missing/],
    [folderOf(without(shard)), "importRefused", /00002-of-00002.safetensors is missing/],
    [folderOf(without("model.safetensors.index.json")), "importRefused", /neither model.safetensors nor/],
    [folderOf({ ...files, "config.json": "{" }), "modelCorrupt", /not JSON/],
    [folderOf({ ...files, "config.json": '{"model_type": "mamba"}' }), "modelUnsupported", /mamba/],
    [folderOf({ "a.gguf": gguf.subarray(0, 100) }), "ggufInvalid", /claims 10 metadata entries/],
    [folderOf({ "a-00001-of-00000.gguf": gguf }), "importRefused", /is missing/],
    [
      folderOf({ ...files, "model.safetensors.index.json": '{"weight_map": {"a": "../up.safetensors"}}' }),
      "importRefused",
      /names the file "..\/up.safetensors"/,
    ],
  ] as [string, string, RegExp][]) {
    await refused(importModel(source, { storeDir }), code, message);
  }
  const source = folderOf(files);
  const check = async () => {
    throw modelUnsupported("it is of no use");
  };
  await refused(importModel(source, { storeDir, check }), "modelUnsupported", /no use/);
  await refused(importModel(source, { storeDir, freeBytes: () => 1_000 }), "diskTooSmall", /0 MB are free/);
  for (const id of ["../up", "A", "", ".hidden", "a".repeat(65)])
    await refused(importModel(source, { storeDir, id }), "badInput", /cannot be the name of a model/);
  await refused(importModel(source, { storeDir, id: "smollm2-135m" }), "badInput", /can be called smollm2-135m/);
  const abort = new AbortController();
  const stopped = importModel(source, { storeDir, signal: abort.signal, onProgress: () => abort.abort() });
  await assert.rejects(stopped, Cancelled);
  await whileLocked(storeDir, "my-model", () =>
    refused(importModel(source, { storeDir }), "modelBusy", /my-model is being/),
  );
  await assertEmpty(storeDir);
});

test("what a killed import has left is thrown away by the next", async () => {
  const storeDir = place("models");
  const staged = path.join(storeDir, ".imports", "my-model");
  mkdirSync(staged, { recursive: true });
  writeFileSync(path.join(staged, "config.json"), "{");
  assert.deepEqual(await unfinishedModels(storeDir), [{ id: "my-model", kind: "import", sizeBytes: 1 }]);
  const model = await importModel(folderOf(repositoryFiles()), { storeDir });
  assert.equal((await verifyModel(model.dir)).ok, true);
  assert.deepEqual(await unfinishedModels(storeDir), []);
});

test("symbolic links are followed, and --link shares the bytes", { skip: process.platform === "win32" }, async () => {
  const storeDir = place("models");
  const blobs = folderOf(repositoryFiles(), "blobs");
  const snapshot = place("snapshot");
  mkdirSync(snapshot, { recursive: true });
  for (const name of readdirSync(blobs)) symlinkSync(path.join(blobs, name), path.join(snapshot, name));
  const copied = await importModel(snapshot, { storeDir });
  const linked = await importModel(snapshot, { storeDir, id: "linked", link: true });
  const inode = (dir: string) => statSync(path.join(dir, "tokenizer.json")).ino;
  assert.notEqual(inode(copied.dir), inode(blobs));
  assert.equal(inode(linked.dir), inode(blobs));
  assert.equal((await verifyModel(linked.dir)).ok, true);
});

test("a copy has its source's bytes and hash, at every length around a chunk's", async () => {
  const source = place("source");
  mkdirSync(path.dirname(source), { recursive: true });
  for (const length of [0, 1, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 9 << 20]) {
    const bytes = Buffer.alloc(length, `${length}-`);
    writeFileSync(source, bytes);
    let counted = 0;
    const copy = await copyHashed(source, `${source}-${length}`, { onBytes: (count) => (counted += count) });
    assert.deepEqual(copy, { sizeBytes: length, sha256: sha256(bytes) });
    assert.ok(readFileSync(`${source}-${length}`).equals(bytes));
    assert.equal(counted, length);
  }
  linkSync(source, `${source}-there`);
  await assert.rejects(copyHashed(source, `${source}-there`), { code: "EEXIST" });
});

test("a broken folder is listed as that, with its reason, and hides no other", async () => {
  const storeDir = place("models");
  const good = await importModel(folderOf(repositoryFiles()), { storeDir, id: "good" });
  const put = (id: string, manifest?: string | object) => {
    mkdirSync(path.join(storeDir, id));
    if (manifest === undefined) return;
    const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
    writeFileSync(path.join(storeDir, id, "manifest.json"), text);
  };
  const manifest = JSON.parse(readFileSync(path.join(good.dir, "manifest.json"), "utf8"));
  put("empty");
  put("half", '{"formatVersion": 1');
  put("newer", { ...manifest, id: "newer", formatVersion: 2 });
  put("other", manifest);
  put("smollm2-135m", { ...manifest, id: "smollm2-135m" });
  put("without-config", { ...manifest, id: "without-config", facts: undefined });
  const found = (await listModels(storeDir)).map((model) => [
    model.id,
    model.state === "broken" ? /: ([^.]*)\.|(missing)/.exec(model.problem)?.slice(1).join("") : "usable",
  ]);
  assert.deepEqual(found, [
    ["smollm2-135m", "usable"],
    ["empty", "missing"],
    ["good", "usable"],
    ["half", "it is not JSON"],
    ["newer", '"formatVersion": Invalid input: expected 1'],
    ["other", "it is that of the model good"],
    ["smollm2-135m", "a model that comes with Sotto has that id"],
    ["without-config", "missing"],
  ]);
  assert.deepEqual(await listModels(place("nowhere")), [await describeModel((await listModels())[0].dir)]);
});

test("a removed model is gone with what was unfinished of it", async () => {
  const storeDir = place("models");
  const model = await importModel(folderOf(repositoryFiles()), { storeDir });
  const staged = path.join(storeDir, ".downloads", "my-model");
  mkdirSync(staged, { recursive: true });
  writeFileSync(path.join(staged, "a.part"), "12345");
  const size = (await diskUse(model.dir)) + 5;
  await whileLocked(storeDir, "my-model", () => refused(removeUserModel(storeDir, "my-model"), "modelBusy", /removed/));
  assert.equal(await removeUserModel(storeDir, "my-model"), size);
  await assertEmpty(storeDir);
  assert.equal(await removeUserModel(storeDir, "my-model"), undefined);
});

test("names become ids", () => {
  for (const [name, id] of [
    ["Qwen2.5-Coder-0.5B", "qwen2.5-coder-0.5b"],
    ["a (b)  c_d", "a-b-c-d"],
    ["--x--", "x"],
    ["...", "model"],
    ["模型", "model"],
    [`${"a".repeat(63)}-b`, "a".repeat(63)],
  ]) {
    assert.equal(idFrom(name), id);
  }
});

test("progress is told a few times a second, with the speed of the last seconds, and at the end", () => {
  let nowMs = 0;
  const told: TransferProgress[] = [];
  const meter = new Meter(
    1_000,
    (progress) => told.push(progress),
    () => nowMs,
  );
  meter.add("a", 100, false);
  for (let i = 0; i < 8; i++) {
    nowMs += 100;
    meter.add("a", 100);
  }
  meter.add("b", -100, false);
  meter.add("b", 200);
  assert.deepEqual(
    told.map(({ file, receivedBytes, bytesPerSecond }) => [file, receivedBytes, bytesPerSecond]),
    [
      ["a", 100, 0],
      ["a", 300, 1_000],
      ["a", 500, 1_000],
      ["a", 700, 1_000],
      ["a", 900, 1_000],
      ["b", 1_000, 1_250],
    ],
  );
});

test("a pipe or a ring of links in place of a model's file ends in one error; neither a card nor a tokenizer of 900 MB is copied", {
  skip: process.platform === "win32",
}, async () => {
  const storeDir = place("store");
  const pipe = place("model.gguf");
  mkdirSync(path.dirname(pipe), { recursive: true });
  execFileSync("mkfifo", [pipe]);
  await refused(importModel(pipe, { storeDir }), "importRefused", /neither a \.gguf file nor a folder/);
  for (const name of [...Object.keys(repositoryFiles()), "README.md"]) {
    const dir = folderOf(repositoryFiles());
    rmSync(path.join(dir, name), { force: true });
    execFileSync("mkfifo", [path.join(dir, name)]);
    await assert.rejects(importModel(dir, { storeDir }), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /it is not a (regular )?file/, name);
      return true;
    });
  }
  const dir = folderOf({ ...repositoryFiles(), "README.md": "" });
  truncateSync(path.join(dir, "README.md"), 900e6);
  await refused(importModel(dir, { storeDir }), "importRefused", /README\.md.*900 MB/);
  truncateSync(path.join(dir, "README.md"), 0);
  truncateSync(path.join(dir, "tokenizer.json"), 900e6);
  await refused(importModel(dir, { storeDir }), "importRefused", /tokenizer\.json.*900 MB, and 100 MB are the most/);
  for (const name of ["tokenizer.json", "README.md", "model-00001-of-00002.safetensors"]) {
    const ring = folderOf(repositoryFiles());
    rmSync(path.join(ring, name), { force: true });
    symlinkSync(name, path.join(ring, name));
    await refused(importModel(ring, { storeDir }), "importRefused", /cannot be read \(ELOOP\)/);
  }
  assert.deepEqual(await listModels(storeDir).then((models) => models.filter(({ id }) => id === "my-model")), []);
});
