// `sotto models` from a model's arrival to its removal, against a hub on the loopback; and what it refuses.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { runCli } from "../../../cli/run.ts";
import { progressLines } from "../../../cli/transferText.ts";
import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";
import { catalogEntries } from "../../../server/engine/models/catalogEntries.ts";
import { fakeModel } from "../../support/fakeModel.ts";
import { SMALL_CONFIG, writeSmallModel } from "../../support/storedFolder.ts";
import { openHub, repositoryFiles } from "../../support/testHub.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-models-"));
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
process.env.SOTTO_STRONG_DIR = path.join(scratch, "none");
process.env.SOTTO_RUNTIME_DIR = path.join(scratch, "run"); // where no host runs
for (const name of ["HF_TOKEN", "HF_ENDPOINT", "HTTP_PROXY", "http_proxy"]) delete process.env[name];
after(() => rmSync(scratch, { recursive: true }));

const storeDir = path.join(scratch, "data", "models");

const run = (...args: string[]) => runUntil(new AbortController().signal, ...args);

async function runUntil(signal: AbortSignal, ...args: string[]) {
  let stdout = "";
  let stderr = "";
  const status = await runCli(["models", ...args], {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    loadModel: async () => fakeModel(() => ""),
    signal,
  });
  const document = () => JSON.parse(stdout);
  return { status, stdout, stderr, document };
}

const source = path.join(scratch, "My Model");
mkdirSync(source);
for (const [name, content] of Object.entries(repositoryFiles())) writeFileSync(path.join(source, name), content);

test("a model is imported, listed, verified and removed", async () => {
  const imported = await run("import", source, "--id", "mine", "--json");
  assert.equal(imported.status, 0, imported.stderr);
  assert.match(imported.stderr, /100 % {2}0\.2 MB of 0\.2 MB/);
  const { id, dir, sizeBytes, source: from } = imported.document();
  assert.deepEqual([id, dir, from.kind, from.path], ["mine", path.join(storeDir, "mine"), "import", source]);

  const staged = path.join(storeDir, ".downloads", "half");
  mkdirSync(staged, { recursive: true });
  writeFileSync(path.join(staged, "a.part"), "123");
  const listed = (await run("list", "--json")).document();
  assert.deepEqual(
    listed.models.map((model: { id: string; state: string }) => [model.id, model.state]),
    [
      ["smollm2-135m", "usable"],
      ["mine", "usable"],
    ],
  );
  assert.deepEqual(listed.unfinished, [{ id: "half", kind: "download", sizeBytes: 3 }]);
  assert.equal(listed.diskBytes, listed.models[0].sizeBytes + sizeBytes + 3);
  assert.match((await run("list")).stdout, /mine {2}mine: 0M weights, 0\.2 MB, .*licence unknown, from .*My Model/);

  assert.equal((await run("verify", "mine", "--json")).document().ok, true);
  const tokenizer = path.join(dir, "tokenizer.json");
  writeFileSync(tokenizer, Buffer.alloc(statSync(tokenizer).size));
  const altered = await run("verify", "mine");
  assert.equal(altered.status, 1);
  assert.match(altered.stdout, /mine: damaged/);
  assert.match(altered.stderr, /tokenizer\.json is damaged: its content was altered/);
  writeFileSync(path.join(dir, "manifest.json"), "{");
  const broken = await run("verify");
  assert.equal(broken.status, 1);
  assert.match(broken.stdout, /smollm2-135m: whole[\s\S]*mine {2}cannot be used/);
  assert.match((await run("verify", "mine")).stderr, /cannot be used\. .*manifest\.json is damaged/);

  const removed = await run("remove", "mine", "--json");
  assert.equal(removed.document().removed, "mine");
  assert.ok(removed.document().freedBytes > sizeBytes);
  assert.equal((await run("remove", "half", "--json")).document().freedBytes, 3);
  assert.deepEqual((await run("list", "--json")).document().unfinished, []);
});

test("a tokenizer that does not belong to the weights is refused, and nothing stays", async () => {
  const other = path.join(scratch, "Other");
  mkdirSync(other);
  const files = repositoryFiles();
  const config = JSON.parse(files["config.json"].toString());
  const tokenizer = JSON.parse(files["tokenizer.json"].toString());
  for (let id = 257; id < config.vocab_size + 20; id++) tokenizer.model.vocab[`Ġ${"a".repeat(id)}`] = id;
  files["tokenizer.json"] = Buffer.from(JSON.stringify(tokenizer));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(other, name), content);
  const refused = await run("import", other, "--id", "other");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /500 tokens/);
  assert.doesNotMatch((await run("list")).stdout, /other/);
});

test("what is brought in under a licence that forbids some uses needs its acceptance", async (t) => {
  const hub = await openHub();
  t.after(() => hub.close());
  hub.repository = "deepseek-ai/deepseek-coder-1.3b-base";
  const pulled = await run("pull", "deepseek-coder-1.3b", "--yes", "--accept-licence", "--mirror", hub.mirror);
  assert.equal(pulled.status, 0, pulled.stderr);
  await run("remove", "deepseek-coder-1.3b");

  const bound = path.join(scratch, "Bound");
  mkdirSync(bound);
  const files = { ...repositoryFiles(), "README.md": "---\nlicense: openrail\n---\n" };
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(bound, name), content);
  const refused = await run("import", bound);
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    /licence of bound \(openrail\) is none that is known to allow every use.*--accept-licence/,
  );
  assert.equal((await run("import", bound, "--accept-licence")).status, 0);
  assert.match((await run("list")).stdout, /bound {2}bound: .*licence openrail/);
  await run("remove", "bound");
});

test("the catalog says what each model takes and allows", async () => {
  const { models } = (await run("catalog", "--json")).document();
  assert.deepEqual(
    models.map(({ installed: _, ...entry }: { installed: boolean }) => entry),
    JSON.parse(JSON.stringify(catalogEntries)),
  );
  assert.match(
    (await run("catalog")).stdout,
    /qwen2\.5-coder-3b .*licence LicenseRef-Qwen-Research\n {2}It may be used for research/,
  );
});

test("no model of the user's own takes the name of a choice, or of a model that comes with Sotto", async () => {
  for (const id of ["auto", "quick", "strong", "smollm2-135m", "qwen2.5-coder-0.5b"]) {
    const refused = await run("import", source, "--id", id);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, new RegExp(`No model of your own can be called ${id}`));
  }
});

test("a folder of the user's that has the id of such a model is told, and can be removed; Sotto's own cannot", async () => {
  const strong = process.env.SOTTO_STRONG_DIR!;
  mkdirSync(strong);
  writeSmallModel(strong, SMALL_CONFIG, "qwen2.5-coder-0.5b");
  for (const [id, dir] of [
    ["smollm2-135m", embeddedModelDir()],
    ["qwen2.5-coder-0.5b", strong],
  ] as const) {
    const own = path.join(storeDir, id);
    mkdirSync(own);
    writeSmallModel(own, SMALL_CONFIG, id);
    const { models } = (await run("list", "--json")).document();
    const found = models.filter((model: { id: string; dir: string }) => model.id === id || model.dir === dir);
    assert.deepEqual(
      found.map((model: { dir: string; state: string }) => [model.dir, model.state]),
      [
        [dir, "usable"],
        [own, "broken"],
      ],
    );
    assert.match(found[1].problem, /a model that comes with Sotto has that id/);
    assert.equal((await run("remove", id)).status, 0);
    assert.equal(existsSync(own), false);
    assert.match((await run("remove", id)).stderr, /comes with Sotto/);
    assert.ok(existsSync(dir));
  }
  rmSync(strong, { recursive: true });
});

test("a pull tells what it brings, and downloads when that was agreed to", async () => {
  const hub = await openHub();
  const real = catalogEntries.find(({ id }) => id === "mellum-4b")!;
  const at = { ...process.env };
  process.env.HF_ENDPOINT = `${hub.mirror}never/asked`; // the option stands above it
  hub.repository = real.repository;
  const unasked = await run("pull", real.id, "--mirror", hub.mirror);
  assert.equal(unasked.status, 1);
  assert.match(unasked.stderr, /Mellum 4B from http.*JetBrains\/Mellum-4b-base, version aaaaaaaaaaaa/);
  assert.match(unasked.stderr, /model-00001-of-00002\.safetensors {2}0\.1 MB {2}sha256 [0-9a-f]{64}/);
  assert.match(unasked.stderr, /0\.2 MB to download; about 5\.02 GB of memory/);
  assert.match(unasked.stderr, /licence Apache-2\.0\n/);
  assert.match(unasked.stderr, /no hash is published for config\.json, .*: checked by length only/);
  assert.match(unasked.stderr, /Nobody can be asked .* Give --yes\./);
  assert.deepEqual(
    hub.fetched.map(({ path: name }) => name),
    ["model.safetensors.index.json"],
  );

  const interrupt = new AbortController();
  hub.instead = (name, _, response) => {
    if (!name.endsWith("00001-of-00002.safetensors")) return false;
    response.writeHead(200, { "content-length": hub.files[name].length });
    response.write(hub.files[name].subarray(0, 30_000), () => setTimeout(() => interrupt.abort(), 20));
    return true;
  };
  const stopped = await runUntil(interrupt.signal, "pull", real.id, "--mirror", hub.mirror, "--yes");
  assert.equal(stopped.status, 130);
  assert.match(stopped.stderr, /What has come is kept/);
  assert.match((await run("list")).stdout, /mellum-4b {2}unfinished download, 0\.1 MB/);
  hub.instead = undefined;

  const pulled = await run("pull", real.id, "--mirror", hub.mirror, "--yes", "--json");
  assert.equal(pulled.status, 0, pulled.stderr);
  const document = pulled.document();
  assert.equal(document.dir, path.join(storeDir, real.id));
  assert.equal(document.source.revision, hub.commit);
  assert.match((await run("list")).stdout, /mellum-4b {2}Mellum 4B: .*licence Apache-2\.0, from http.*, aaaaaaaaaaaa/);
  assert.match((await run("catalog")).stdout, /^\* mellum-4b/m);
  assert.match((await run("pull", real.id, "--yes")).stderr, /There is a model mellum-4b already/);
  await run("remove", real.id);
  hub.close();
  process.env = at;
});

test("what cannot be is one sentence and what to do", async () => {
  for (const [args, status, said] of [
    [["pull"], 2, /models pull takes ID/],
    [["import"], 2, /models import takes PATH/],
    [["rename"], 2, /models has no "rename"/],
    [["list", "x"], 2, /models list takes no x/],
    [["remove", "a", "b"], 2, /models remove takes no b/],
    [["list", "--link"], 2, /models list takes no --link/],
    [["pull", "a", "--id", "b"], 2, /models pull takes no --id/],
    [["pull", "gpt"], 1, /catalog has no model gpt\. Choose one of: qwen2\.5-coder-0\.5b-base, /],
    [
      ["pull", "qwen2.5-coder-3b", "--yes"],
      1,
      /licence of Qwen2\.5-Coder 3B \(LicenseRef-Qwen-Research\).*research.*--accept-licence/,
    ],
    [["pull", "starcoder2-3b", "--yes"], 1, /licence of StarCoder2 3B .*OpenRAIL.*--accept-licence/],
    [["pull", "deepseek-coder-1.3b", "--yes"], 1, /licence of DeepSeek-Coder 1\.3B .*--accept-licence/],
    [["pull", "codegemma-2b", "--yes"], 1, /licence of CodeGemma 2B .*Gemma.*--accept-licence/],
    ...["qwen2.5-coder-3b", "starcoder2-3b", "deepseek-coder-1.3b", "codegemma-2b"].map((id) => [
      ["pull", id, "--accept-licence", "--mirror", "nowhere"],
      1,
      /setting sotto\.download\.mirror must be/,
    ]),
    [["import", path.join(scratch, "none")], 1, /cannot be imported: there is no such file/],
    [["import", source, "--id", "../x"], 1, /cannot be the name of a model/],
    [["remove", "smollm2-135m"], 1, /comes with Sotto/],
    [["remove", "gpt"], 1, /no model gpt\. Choose one of: smollm2-135m\./],
    [["remove", "../data"], 1, /cannot be the name/],
    [["verify", "gpt"], 1, /no model gpt/],
  ] as [string[], number, RegExp][]) {
    const result = await run(...args);
    assert.equal(result.status, status, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, said);
    assert.equal(result.stdout, "");
  }
});

test("progress in a terminal: a line each twentieth, and after ten seconds without one", () => {
  let nowMs = 0;
  const lines: string[] = [];
  const tell = progressLines(
    (line) => lines.push(line),
    () => nowMs,
  );
  for (const [ms, receivedBytes, bytesPerSecond] of [
    [100, 0, 0],
    [200, 40e6, 1e6],
    [300, 50e6, 1e6],
    [10_200, 60e6, 1e6],
    [10_400, 65.5e6, 5e6],
    [10_500, 1e9, 5e6],
  ]) {
    nowMs = ms;
    tell({ file: "w", totalBytes: 1e9, receivedBytes, bytesPerSecond });
  }
  assert.deepEqual(lines, [
    "5 %  50.0 MB of 1.00 GB, 1.0 MB/s, 16 min left  w",
    "6 %  65.5 MB of 1.00 GB, 5.0 MB/s, 4 min left  w",
    "100 %  1.00 GB of 1.00 GB, 5.0 MB/s, 0 s left  w",
  ]);
});
