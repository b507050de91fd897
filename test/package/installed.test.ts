// The command line of an installed package, and the processes that it starts, with an empty PATH and this repository out of sight: completing, the
// trial of devices, the trainer, a fine-tuning; and where the machine is not as it should be.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { nodeIn } from "../../scripts/package/targets.ts";
import { root } from "../../scripts/steps.ts";
import { hidingRepository } from "../../scripts/withoutRepository.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../support/storedFolder.ts";
import { writeDataset } from "../unit/train/run/fixtures.ts";
import { ownTarget, unpack, vsixFile } from "./support.ts";

const TIMEOUT_MS = 400_000; // on a busy machine
const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-installed-"));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));
const extension = path.join(scratch, "extensions", "sotto.sotto-0.1.0");
const home = path.join(scratch, "home");
const work = path.join(scratch, "work");
const empty = path.join(scratch, "empty");
const place = ["--file", "add.ts", "--line", "2", "--column", "12"];

before(() => {
  for (const folder of [home, work, empty]) mkdirSync(folder);
  unpack(vsixFile(), extension);
  writeFileSync(path.join(work, "package.json"), '{"name":"work","license":"MIT"}');
  writeFileSync(path.join(work, "add.ts"), "export function add(a: number, b: number): number {\n  return a \n}\n");
});

const isPosix = process.platform !== "win32";

/** Runs the installed `sotto` in the workspace. @param from the extension's folder */
function sotto(args: string[], from = extension, within?: readonly string[]) {
  const [file, ...rest] = commandOf(args, from, within);
  const { status, stdout, stderr } = spawnSync(file!, rest, { cwd: work, encoding: "utf8", timeout: TIMEOUT_MS });
  return { status, stdout, stderr, document: () => JSON.parse(stdout) };
}

/** The same, ended as by Ctrl+C once it has said what is waited for. @returns everything that it said */
function sottoUntil(said: RegExp, args: string[]): Promise<{ status: number | null; stderr: string }> {
  const [file, ...rest] = commandOf(args, extension);
  const child = spawn(file!, rest, { cwd: work, stdio: ["ignore", "ignore", "pipe"], timeout: TIMEOUT_MS });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const before = said.test(stderr);
    stderr += text;
    if (!before && said.test(stderr)) child.kill("SIGINT");
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, stderr })));
}

/** Each part replaces itself by the next, so that the process is the command line's. */
function commandOf(args: string[], from: string, within: readonly string[] = hidingRepository(empty) ?? []): string[] {
  const variables = [`HOME=${home}`, `SOTTO_RUNTIME_DIR=${path.join(scratch, "run")}`];
  const clean = isPosix ? ["/usr/bin/env", "-i", ...variables, "/bin/sh", "-c", `cd "${work}" && exec "$@"`, "sh"] : [];
  return [...within, ...clean, path.join(from, nodeIn(ownTarget)), path.join(from, "dist", "cli.cjs"), ...args];
}

test("help answers at once: its bundle holds no command", (t) => {
  const times = Array.from({ length: 5 }, () => {
    const startMs = performance.now();
    const { stdout } = sotto(["--help"], extension, []);
    assert.match(stdout, /^Usage: sotto COMMAND/);
    return performance.now() - startMs;
  });
  t.diagnostic(`sotto --help: ${Math.round(times.sort((a, b) => a - b)[2]!)} ms, median of 5`);
  assert.ok(statSync(path.join(extension, "dist", "cli.cjs")).size < 20_000);
});

test("it completes with the quick model, which is all that it has", () => {
  const completed = sotto(["complete", ...place, "--json"]);
  assert.equal(completed.status, 0, completed.stderr);
  const { outcome, text } = completed.document();
  assert.deepEqual({ outcome, text }, { outcome: "shown", text: "+ b;" });
  const listed = sotto(["models", "list", "--json"]).stdout;
  assert.match(listed, /smollm2-135m/);
  assert.doesNotMatch(listed, /qwen2\.5-coder-0\.5b/);
  assert.match(sotto(["complete", ...place, "--model", "strong"]).stderr, /not part of this installation/);
});

test("the strong model is found once its package is installed beside", () => {
  const strong = path.join(path.dirname(extension), "sotto.sotto-strong-0.1.0");
  unpack(vsixFile("strong"), strong);
  const models = sotto(["models", "verify", "qwen2.5-coder-0.5b", "--json"]);
  assert.equal(models.status, 0, models.stderr + models.stdout);
  assert.ok(models.stdout.includes(strong));
  rmSync(strong, { recursive: true }); // the tests below are of the quick model's package alone
});

test("a native parser that does not load is replaced by WebAssembly, and devices are tried in a process of their own", () => {
  const broken = path.join(scratch, "extensions", "sotto.sotto-0.1.1");
  cpSync(extension, broken, { recursive: true });
  const native = path.join(broken, "dist", "node_modules", "tree-sitter", "prebuilds", ownTarget, "tree-sitter.node");
  writeFileSync(native, "no library, or one for a younger C library");
  const doctor = sotto(["doctor", "--json"], broken);
  assert.equal(doctor.status, 0, doctor.stderr);
  const { syntax, devices, otherDevices, versions } = doctor.document();
  assert.equal(syntax.build, "wasm");
  assert.match(syntax.reason, /The native build does not load/);
  assert.ok(devices.some(({ works }: { works: boolean }) => works));
  assert.ok(otherDevices.length > 0, "the trial's process told nothing");
  assert.doesNotMatch(JSON.stringify(otherDevices), /Cannot find|ended with/);
  assert.match(versions.node, /^2[24]\./);
  const completed = sotto(["complete", ...place, "--json"], broken);
  assert.equal(completed.document().text, "+ b;");
  rmSync(broken, { recursive: true });
});

const VOCABULARY = 16_384; // of the quick model, whose tokenizer is used
function tinyModel(): string {
  const dir = path.join(scratch, "model");
  mkdirSync(dir);
  writeSmallModel(dir, { ...SMALL_CONFIG, vocabSize: VOCABULARY, contextLength: 4096 });
  copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(dir, "tokenizer.json"));
  writeManifest(dir, ["config.json", "model.safetensors.index.json", ...SHARDS, "tokenizer.json"]);
  return dir;
}

test("the trainer runs to its end, and a fine-tuning until its trainer has made a step", async () => {
  const model = ["--model", tinyModel(), "--threads", "1", "--json"];
  const [data, validation, out] = ["data", "validation", "out"].map((name) => path.join(scratch, name));
  writeDataset(data!, { sequences: 8, vocabSize: VOCABULARY });
  writeDataset(validation!, { sequences: 2, vocabSize: VOCABULARY, first: 50 });
  const folders = ["--data", data!, "--validation", validation!, "--out", out!];
  const trained = sotto(["train", ...model, ...folders, "--batch-tokens", "24", "--rank", "2", "--steps", "3"]);
  assert.equal(trained.status, 0, trained.stderr);
  assert.equal(trained.document().ending, "done");
  assert.ok(existsSync(path.join(out!, "adapter", "sotto.json")));

  cpSync(path.join(root, "server", "train", "run"), path.join(work, "run"), { recursive: true });
  const { status, stderr } = await sottoUntil(/rate 0\.\d+, step [1-9]/, [
    "finetune",
    ...model,
    "--minutes",
    "10000",
    "--yes",
  ]);
  assert.equal(status, 130, stderr);
  assert.match(stderr, /Stopped after a checkpoint/);
});

test("what only a clone of the repository has is said", () => {
  const { status, stderr } = sotto(["bench", "engine"]);
  assert.equal(status, 1);
  assert.match(stderr, /not part of the installed package\. Run them in a clone of the repository/);
});

test("a home that cannot be written to is told in one message", (t) => {
  const hides = hidingRepository(empty);
  if (hides === undefined) return t.skip("no file system can be mounted here");
  const readOnly = [...hides, "sh", "-c", `mount -t tmpfs -o ro none "${home}" && exec "$@"`, "sh"];
  const { status, stderr } = sotto(["complete", ...place], extension, readOnly);
  assert.equal(status, 1);
  assert.match(stderr, /^sotto: The cache folder .* cannot be written: .*SOTTO_CACHE_DIR\.\n$/);
});
