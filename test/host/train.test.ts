// Training as a process: the command line from data to adapter, stopped and resumed, killed at any moment.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os, { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readAdapter } from "../../server/engine/adapters/readAdapter.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { openModel } from "../../server/engine/models/modelStore.ts";
import { loadCheckpoint } from "../../server/train/run/checkpoint.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../support/storedFolder.ts";
import { FakeTrainer, IDENTITY, writeDataset } from "../unit/train/run/fixtures.ts";
import { type NodeProcess, outcomeOf, startNode } from "./support/nodeProcess.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-train-"));
after(() => rmSync(scratch, { recursive: true }));

const VOCABULARY = 16_384; // of the embedded model, whose tokenizer is used
const modelDir = path.join(scratch, "model");
mkdirSync(modelDir);
writeSmallModel(modelDir, { ...SMALL_CONFIG, vocabSize: VOCABULARY });
copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(modelDir, "tokenizer.json"));
writeManifest(modelDir, ["config.json", "model.safetensors.index.json", ...SHARDS, "tokenizer.json"]);
const data = path.join(scratch, "data");
const validation = path.join(scratch, "validation");
writeDataset(data, { sequences: 8, vocabSize: VOCABULARY });
writeDataset(validation, { sequences: 2, vocabSize: VOCABULARY, first: 50 });

/** Runs `sotto train`; `onLine` hears each line of progress. */
async function train(args: string[], onLine: (line: string, cli: NodeProcess) => void = () => {}) {
  const common = ["--model", modelDir, "--data", data, "--validation", validation, "--batch-tokens", "24", "--json"];
  const cli = startNode("cli/main.ts", ["train", ...common, "--rank", "2", "--threads", "1", ...args]);
  const outcome = await outcomeOf(cli, (piece) => {
    for (const line of piece.trim().split("\n")) onLine(line, cli);
  });
  return { ...outcome, report: outcome.stdout === "" ? undefined : JSON.parse(outcome.stdout) };
}

const stepsIn = (dir: string): number[] =>
  readFileSync(path.join(dir, "log.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).step);

/** So many that a signal after the second always comes before the last. */
const STEPS = 80;
const whole = path.join(scratch, "whole");

test("from data to an adapter that fits the model; the folder is not trained into twice", async () => {
  const { status, report, stderr } = await train(["--out", whole, "--steps", `${STEPS}`, "--learning-rate", "0.01"]);
  assert.equal(status, 0, stderr);
  const { ending, step, steps, trainedTokens, adapter } = report;
  assert.deepEqual(
    { ending, step, steps, trainedTokens },
    { ending: "done", step: STEPS, steps: STEPS, trainedTokens: 22 * STEPS },
  );
  assert.match(stderr, /training: 80 steps of 2 × 12 tokens, 20\.0 passes over 8 sequences, rank 2/);
  assert.match(stderr, /step 80\/80: loss \d+\.\d+, held-out/);
  const read = await readAdapter(adapter, await openModel(modelDir));
  assert.deepEqual([read.rank, read.alpha, [...read.embeddingRows.keys()]], [2, 4, [5, 7, 8, 9]]);
  assert.deepEqual(stepsIn(whole), [...Array(STEPS + 1).keys()]);

  const again = await train(["--out", whole]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /There is a training in .*whole already\. Go on with --resume/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`stopped by ${signal} and resumed: the adapter of a training without a stop, byte by byte`, {
    skip: process.platform === "win32",
  }, async () => {
    const out = path.join(scratch, signal);
    const args = ["--out", out, "--steps", `${STEPS}`, "--learning-rate", "0.01"];
    const stopped = await train(args, (line, cli) => line.startsWith("step 2/") && cli.kill(signal));
    // Ctrl+C waits for the checkpoint; a command line that is ended at once leaves the training process to end itself
    assert.equal(stopped.status, signal === "SIGINT" ? 130 : null, stopped.stderr);
    if (signal === "SIGINT") assert.equal(stopped.report.ending, "stopped");
    const adapter = path.join(out, "adapter", "sotto.json"); // written last
    for (let waited = 0; !existsSync(adapter) && waited < 100; waited++) await sleep(100);
    const { step } = JSON.parse(readFileSync(adapter, "utf8")).training;
    assert.ok(step >= 2 && step < STEPS, `stopped after step ${step}`);

    const { status, report, stderr } = await train([...args, "--resume"]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, new RegExp(`going on after step ${step}: ${STEPS} steps`));
    assert.equal(report.ending, "done");
    for (const file of ["adapter_model.safetensors", "adapter_config.json"])
      assert.ok(readFileSync(path.join(whole, "adapter", file)).equals(readFileSync(path.join(out, "adapter", file))));
  });
}

test("a training can begin with an adapter's values", async () => {
  const out = path.join(scratch, "further");
  const { report, stderr } = await train(["--out", out, "--steps", "1", "--start", path.join(whole, "adapter")]);
  const before = JSON.parse(readFileSync(path.join(whole, "adapter", "sotto.json"), "utf8")).training;
  assert.ok(report, stderr);
  const learnt = before.firstHeldOutLoss - before.heldOutLoss;
  assert.ok(learnt > 1, `${learnt}`);
  const difference = Math.abs(report.firstHeldOutLoss - before.heldOutLoss);
  assert.ok(difference < learnt / 1000, `it begins where the other one ended, but for half floats: ${difference}`);
});

test("what cannot be trained is status 1 with one sentence and what to do", async () => {
  const empty = path.join(scratch, "empty");
  writeDataset(empty, { sequences: 0, vocabSize: VOCABULARY });
  for (const [args, said] of [
    [["--data", empty], /empty cannot be trained on: it is empty/],
    [["--validation", data], /it is the training data itself/],
    [["--sequence", "8"], /its sequences have 12 tokens, and the trainer's have 8/],
    [["--resume"], /checkpoint.*cannot be resumed: it is missing/],
    [["--start", modelDir], /adapter.*cannot be used/],
  ] as const) {
    const { status, stdout, stderr } = await train(["--out", path.join(scratch, "refused"), ...args]);
    assert.equal(status, 1, stderr);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.equal(stdout, "");
  }
  const changed = await train(["--out", whole, "--steps", "7", "--resume"]);
  assert.match(changed.stderr, /cannot be resumed: its steps is 80, and 7 was asked for/);
});

test("the process has the lowest priority", { skip: process.platform === "win32" }, async () => {
  const request = {
    modelDir,
    dataDir: data,
    validationDir: validation,
    outDir: path.join(scratch, "nice"),
    steps: 1e6,
  };
  const options = {
    rank: 2,
    alpha: 4,
    dropout: 0,
    learningRate: 1e-3,
    batchTokens: 24,
    validationSequences: 2,
    seed: 1,
  };
  const text = JSON.stringify({ ...request, ...options, resume: false, device: "cpu", threads: 1 });
  const child = startNode("server/train/main.ts", [text]);
  const ended = new Promise((resolve) => child.on("close", resolve));
  for (let waited = 0; os.getPriority(child.pid) !== 19 && waited < 100; waited++) await sleep(50);
  const priority = os.getPriority(child.pid);
  const log = path.join(request.outDir, "log.jsonl");
  for (let waited = 0; !existsSync(log) && waited < 200; waited++) await sleep(50);
  child.kill("SIGTERM");
  assert.equal(await ended, 0);
  assert.equal(priority, 19);
});

test("killed at 15 moments while it saves: each time the last or the one before, whole, and never an older one", {
  skip: process.platform === "win32",
}, async () => {
  const file = path.join(scratch, "killed.safetensors");
  let step = 1;
  for (let round = 0; round < 15; round++) {
    const child = startNode("test/host/support/saveForever.ts", [file, String(step)]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await sleep(round * 7); // spread over the writing of several checkpoints
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("close", resolve));
    const trainer = new FakeTrainer(1 << 17);
    const { state, best } = loadCheckpoint(file, IDENTITY, trainer);
    assert.ok(state.step >= step, `${state.step} after ${step}`);
    for (const { data: values, m, v } of trainer.parameters)
      assert.ok([values, m, v].every((part) => part.every((value) => value === state.step)));
    assert.equal(state.best?.step, state.step);
    assert.ok(best?.every((part) => part.every((value) => value === state.step + 0.5)));
    step = state.step + 1;
  }
});
