// A model from a hub into the store: what lies there is what was served, and it is there whole or not at all.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Cancelled, modelUnsupported, UserError } from "../../../common/errors.ts";
import { sourceFlags } from "../../../common/util/ownProcess.ts";
import { type PullPlan, planPull } from "../../../server/download/planPull.ts";
import { type PullRun, pullModel } from "../../../server/download/pullModel.ts";
import { listModels, verifyModel } from "../../../server/engine/models/catalog.ts";
import type { TransferProgress } from "../../../server/engine/models/transfer.ts";
import { unfinishedModels } from "../../../server/engine/models/userModels.ts";
import { ENTRY, openHub, repositoryFiles, sha256, type TestHub } from "../../support/testHub.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-pull-"));
process.env.SOTTO_STRONG_DIR = path.join(scratch, "none"); // what is listed is the same whether strong is whole here or not
after(() => rmSync(scratch, { recursive: true }));

let stores = 0;

/** A hub, a store, and what pulls from the one into the other. */
async function setUp({ prefix = "", entry = ENTRY } = {}) {
  const hub = await openHub(prefix);
  const storeDir = path.join(scratch, `store-${stores++}`);
  const network = { mirror: hub.mirror, token: "", patience: { tries: 2, firstPauseMs: 1 }, storeDir };
  const plan = () => planPull(entry, network);
  const run = (what: PullPlan, more: PullRun = {}) => pullModel(what, { ...network, ...more });
  const pull = async (more: PullRun = {}) => run(await plan(), more);
  return { hub, storeDir, network, plan, run, pull };
}

const modelDir = (storeDir: string) => path.join(storeDir, ENTRY.id);

function assertStored(storeDir: string, { files }: Pick<TestHub, "files">): void {
  const names = readdirSync(modelDir(storeDir)).filter((name) => name !== "manifest.json");
  assert.deepEqual(names.sort(), Object.keys(files).sort());
  for (const name of names) assert.ok(readFileSync(path.join(modelDir(storeDir), name)).equals(files[name]), name);
}

async function refused(work: Promise<unknown>, code: string, message: RegExp): Promise<UserError> {
  const error = await work.then(
    () => assert.fail("it went through"),
    (thrown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return error;
}

test("a licence that forbids some uses has to be accepted before a byte of the model comes", async (t) => {
  const licence = { spdx: "LicenseRef-OpenRAIL", mayBeUsed: "withConditions", note: "It names some." } as const;
  const { hub, storeDir, plan, run } = await setUp({ entry: { ...ENTRY, licence } });
  t.after(() => hub.close());
  const found = await plan();
  const before = hub.fetched.length;
  await refused(run(found), "licenceNotAccepted", /licence of Small \(LicenseRef-OpenRAIL\) .*: It names some\./);
  assert.equal(hub.fetched.length, before);
  assert.equal(existsSync(storeDir), false);
  assert.equal((await run(found, { acceptsLicence: true })).licence, "LicenseRef-OpenRAIL");
});

test("a plan says what there is, in one version; the model is stored as it was served, and listed", async () => {
  const { hub, storeDir, plan, run } = await setUp();
  const found = await plan();
  assert.equal(hub.fetched.map((one) => one.path).join(), "model.safetensors.index.json"); // nothing else was downloaded
  assert.equal(found.revision, hub.commit);
  assert.equal(found.from, `${hub.mirror}owner/small`);
  assert.deepEqual(found.files.map((file) => file.path).sort(), Object.keys(hub.files).sort());
  assert.equal(found.files[0].path, "config.json");
  assert.equal(
    found.totalBytes,
    Object.values(hub.files).reduce((sum, bytes) => sum + bytes.length, 0),
  );

  const told: TransferProgress[] = [];
  const model = await run(found, { onProgress: (progress) => told.push(progress) });
  hub.close();
  assertStored(storeDir, hub);
  assert.equal(model.id, "small");
  assert.equal(model.parameters, 55_488);
  assert.equal(model.source?.kind, "pull");
  assert.equal(told.at(-1)?.receivedBytes, found.totalBytes);
  assert.ok(told.every(({ totalBytes, bytesPerSecond }) => totalBytes === found.totalBytes && bytesPerSecond >= 0));
  assert.deepEqual(
    (await listModels(storeDir)).map(({ id, state }) => [id, state]),
    [
      ["smollm2-135m", "usable"],
      ["small", "usable"],
    ],
  );
  assert.equal((await verifyModel(modelDir(storeDir))).ok, true);
  const manifest = JSON.parse(readFileSync(path.join(modelDir(storeDir), "manifest.json"), "utf8"));
  assert.equal(manifest.source.revision, hub.commit);
  assert.equal(manifest.licence, "Apache-2.0");
  for (const file of manifest.files) {
    assert.equal(file.sha256, sha256(hub.files[file.path]));
    assert.equal(file.sha256From, file.path.endsWith(".safetensors") ? "hub" : "computed", file.path);
  }
  assert.deepEqual(await unfinishedModels(storeDir), []);
  await refused(run(found), "modelPresent", /a model small already/);
});

test("weights in one file are found, a mirror may have a path, and a token is told to it alone", async () => {
  const { hub, storeDir, pull } = await setUp({ prefix: "api/models/" });
  const { "config.json": config, "tokenizer.json": tokenizer } = hub.files;
  hub.files = { "config.json": config, "tokenizer.json": tokenizer, "model.safetensors": Buffer.from("weights") };
  await pull({ token: "hf_secret" });
  hub.close();
  assertStored(storeDir, hub);
  const byHost = (large: boolean) =>
    hub.fetched.filter((one) => one.path.endsWith(".safetensors") === large).map((one) => one.authorization);
  assert.deepEqual(byHost(true), [undefined]);
  assert.deepEqual(byHost(false), ["Bearer hf_secret", "Bearer hf_secret"]);
});

test("a file that is missing, an index that leads elsewhere, and a mirror that is none are refused", async () => {
  const { hub, plan } = await setUp();
  for (const [change, code, message] of [
    [{ "tokenizer.json": undefined }, "downloadFailed", /owner\/small\/tokenizer.json could not .* does not have it/],
    [{ "model.safetensors.index.json": undefined }, "downloadFailed", /does not have it/],
    [{ "model-00002-of-00002.safetensors": undefined }, "downloadFailed", /00002.* does not have it/],
    [{ "model.safetensors.index.json": Buffer.from("{") }, "importRefused", /weight_map/],
    [{ "model.safetensors.index.json": Buffer.from('{"weight_map": {}}') }, "importRefused", /names 0 files/],
    ...["../../x.safetensors", "/etc/passwd", "manifest.json", "a.bin", ""].map((name) => [
      { "model.safetensors.index.json": Buffer.from(JSON.stringify({ weight_map: { a: name } })) },
      "importRefused",
      /names the file/,
    ]),
  ] as [Record<string, Buffer | undefined>, string, RegExp][]) {
    hub.files = repositoryFiles();
    for (const [name, content] of Object.entries(change)) {
      if (content) hub.files[name] = content;
      else delete hub.files[name];
    }
    await refused(plan(), code, message);
  }
  hub.close();
  for (const mirror of ["ftp://there", "there", `https://user:${"word"}@there`, "https://there/?a=1"])
    await refused(planPull(ENTRY, { mirror }), "settingInvalid", /sotto.download.mirror/);
});

test("a model that cannot be run is refused before its weights come, and nothing is kept", async () => {
  const { hub, storeDir, plan, run } = await setUp();
  hub.files["config.json"] = Buffer.from('{"model_type": "mamba"}');
  await refused(run(await plan()), "modelUnsupported", /"mamba"/);
  assert.ok(hub.fetched.every((one) => !one.path.endsWith(".safetensors")));
  assert.deepEqual(readdirSync(storeDir).sort(), [".downloads", ".locks"]);
  assert.deepEqual(await unfinishedModels(storeDir), []);
  hub.files = repositoryFiles();
  const check = async () => {
    throw modelUnsupported("it is of no use");
  };
  await refused(run(await plan(), { check }), "modelUnsupported", /no use/);
  hub.close();
  assert.deepEqual(await unfinishedModels(storeDir), []);
});

test("bytes that are not those that were announced are refused", async () => {
  const { hub, storeDir, plan, run } = await setUp();
  const found = await plan();
  const [name] = Object.keys(hub.files).filter((file) => file.endsWith("00002.safetensors"));
  hub.files[name] = Buffer.from(hub.files[name]).fill(0, 5, 9);
  await refused(run(found), "downloadCorrupt", /came twice/);
  hub.close();
  assert.equal(existsSync(modelDir(storeDir)), false);
});

test("what the catalog has pinned stands above what the hub says", async () => {
  const files = repositoryFiles();
  const pinned = (hash: string) => ({
    ...ENTRY,
    files: [{ path: "config.json", sha256: hash }, { path: "tokenizer.json" }],
  });
  const right = await setUp({ entry: pinned(sha256(files["config.json"])) });
  await right.pull();
  right.hub.close();
  const manifest = JSON.parse(readFileSync(path.join(modelDir(right.storeDir), "manifest.json"), "utf8"));
  assert.equal(manifest.files.find((file: { path: string }) => file.path === "config.json").sha256From, "pinned");
  const wrong = await setUp({ entry: pinned("0".repeat(64)) });
  await refused(wrong.pull(), "downloadCorrupt", /config.json/);
  wrong.hub.close();
});

test("too small a disk is told before anything comes; one that becomes full, in the middle", async () => {
  const { hub, storeDir, plan, run } = await setUp();
  const found = await plan();
  hub.fetched.length = 0;
  await refused(run(found, { freeBytes: () => 1e6 }), "diskTooSmall", /needs 64 MB more .* 1 MB are free/);
  assert.equal(hub.fetched.length, 0);
  let written = 0;
  const full: PullRun = {
    async write(handle, chunk, position) {
      if ((written += chunk.length) > 100_000) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      await handle.write(chunk, 0, chunk.length, position);
    },
  };
  await refused(run(found, full), "diskTooSmall", /it is full/);
  const [{ sizeBytes }] = await unfinishedModels(storeDir);
  assert.ok(sizeBytes > 0);
  await run(found);
  hub.close();
  assertStored(storeDir, hub);
});

test("a cancelled pull is gone on with; of what is published meanwhile only what is new comes", async () => {
  const { hub, storeDir, pull } = await setUp();
  const abort = new AbortController();
  hub.instead = (name, _, response) => {
    if (!name.endsWith("00001-of-00002.safetensors")) return false;
    response.writeHead(200, { etag: '"x"', "content-length": hub.files[name].length });
    response.write(hub.files[name].subarray(0, 50_000), () => setTimeout(() => abort.abort(), 20));
    return true;
  };
  await assert.rejects(pull({ signal: abort.signal }), Cancelled);
  assert.equal((await unfinishedModels(storeDir))[0].kind, "download");
  hub.instead = undefined;
  hub.fetched.length = 0;
  hub.commit = "b".repeat(40);
  hub.files["tokenizer.json"] = Buffer.from("{}");
  await pull();
  hub.close();
  assertStored(storeDir, hub);
  const weights = hub.fetched.filter((one) => one.path.endsWith(".safetensors"));
  assert.deepEqual(
    weights.map(({ path: name, range }) => [name, range]),
    [["model-00001-of-00002.safetensors", "bytes=50000-"]],
  );
});

test("a pull whose process is killed is gone on with by the next", async () => {
  const { hub, storeDir, network, pull } = await setUp();
  const reached = new Promise<void>((resolve) => {
    hub.instead = (name, _, response) => {
      if (!name.endsWith("00001-of-00002.safetensors")) return false;
      response.writeHead(200, { etag: '"x"', "content-length": hub.files[name].length });
      response.write(hub.files[name].subarray(0, 50_000), () => setTimeout(resolve, 30));
      return true;
    };
  });
  const module = (name: string) => JSON.stringify(new URL(`../../../server/download/${name}.ts`, import.meta.url).href);
  const script = `
    import { planPull } from ${module("planPull")};
    import { pullModel } from ${module("pullModel")};
    const network = ${JSON.stringify(network)};
    await pullModel(await planPull(${JSON.stringify(ENTRY)}, network), network);`;
  const child = spawn(process.execPath, [...sourceFlags, "--input-type=module", "-e", script], { stdio: "inherit" });
  await reached;
  await refused(pull(), "modelBusy", /small is being downloaded/); // its lock holds among processes
  child.kill("SIGKILL");
  await once(child, "exit");
  hub.instead = undefined;
  hub.fetched.length = 0;
  await pull();
  hub.close();
  assertStored(storeDir, hub);
  const { range } = hub.fetched.find((one) => one.path.endsWith("00001-of-00002.safetensors"))!;
  assert.match(range!, /^bytes=[1-9]\d*-$/);
  assert.ok(hub.fetched.every((one) => !one.path.endsWith("00002-of-00002.safetensors"))); // it was finished
});

test("of two pulls at once one downloads, and the other is told", async () => {
  const { hub, storeDir, plan, run } = await setUp();
  const found = await plan();
  const [first, second] = await Promise.allSettled([run(found), run(found)]);
  hub.close();
  const [done, told] = first.status === "fulfilled" ? [first, second] : [second, first];
  assert.equal(done.status, "fulfilled");
  assert.equal(told.status === "rejected" && told.reason.code, "modelBusy");
  assertStored(storeDir, hub);
});

test("what another version has left in the unfinished download goes", async () => {
  const { hub, storeDir, pull } = await setUp();
  const staged = path.join(storeDir, ".downloads", ENTRY.id);
  mkdirSync(staged, { recursive: true });
  writeFileSync(path.join(staged, "model-00003-of-00003.safetensors.part"), "old");
  writeFileSync(path.join(staged, "model-00001-of-00002.safetensors"), "spoilt");
  await pull();
  hub.close();
  assertStored(storeDir, hub);
});

test("a store that cannot be written is one error", { skip: process.platform === "win32" }, async () => {
  const { hub, plan, run } = await setUp();
  const found = await plan();
  const file = path.join(scratch, "a-file");
  writeFileSync(file, "");
  await refused(run(found, { storeDir: path.join(file, "models") }), "storeUnwritable", /cannot be changed: ENOTDIR/);
  hub.close();
});
