// What `sotto finetune` says, and what it refuses. That it trains is test/host/finetune.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { planInWords, resultInWords } from "../../../cli/commands/finetune.ts";
import { progressInWords } from "../../../cli/fineTuneProcess.ts";
import { ExitStatus, runCli } from "../../../cli/run.ts";
import type { FineTuneResult, JobProgress } from "../../../finetune/protocol/fineTune.ts";
import { CORPUS } from "../finetune/job/fakeJob.ts";

async function refused(...args: string[]): Promise<string> {
  let stderr = "";
  const status = await runCli(["finetune", ...args], {
    stdout: () => {},
    stderr: (text) => {
      stderr += text;
    },
    loadModel: () => assert.fail("no model is loaded"),
    signal: new AbortController().signal,
  });
  assert.equal(status, ExitStatus.usage, stderr);
  return stderr;
}

test("what cannot be asked for is wrong usage", async () => {
  assert.match(await refused("--minutes", "0"), /--minutes takes a number above 0/);
  assert.match(await refused("--when", "sundays"), /--when takes always, mains or idle, not sundays/);
  assert.match(await refused("--adapter", "none"), /on top of the model as it is used/);
  assert.match(await refused("--trainer", "jax"), /--trainer takes own or pytorch, not jax/);
  assert.match(await refused("--trainer", "own", "--python", "/bin/python"), /--python is for --trainer pytorch/);
  assert.match(await refused("--steps", "4"), /sotto finetune: Unknown option '--steps'/);
});

test("the plan in words: what is learnt from, what was left out and why, what it takes, what speaks against it", () => {
  const plan = {
    corpus: CORPUS,
    minutes: 41.6,
    leastMinutes: 30.2,
    tokensPerSecond: 350,
    memoryBytes: 1.34e9,
    diskBytes: 0.5e9,
    passes: 1.24,
    warnings: ["Beware."],
  };
  assert.deepEqual(planInWords(plan).split("\n"), [
    "12 files, 0.03 MB, 7000 tokens of which 15 % are general code",
    "9 files to learn from, 2 to choose by, 1 to judge by (what was changed last is held out)",
    "left out: 1 licence",
    "about 42 minutes (the smallest useful job takes about 31), 1340 MB of memory, 500 MB on the disk; about 350 tokens/s, 1.2 passes over the data",
    "Beware.",
  ]);
  const bare = planInWords({ ...plan, corpus: { ...CORPUS, dropped: {}, byGitTime: false }, warnings: [] });
  assert.match(bare, /\(drawn by chance\)\nabout 42/);
  const refusal = { reason: "25 minutes are too short here.", action: "Give it 31 or more." };
  const refused = planInWords({ ...plan, refusal, warnings: [] });
  assert.match(refused, /\nNothing would be trained\. 25 minutes are too short here\. Give it 31 or more\.$/);
  assert.doesNotMatch(refused, /about 42 minutes/);
});

const result: FineTuneResult = {
  corpus: CORPUS,
  learningRates: [{ rate: 0.0004, heldOutLoss: 1.23456 }],
  heldOut: {
    cases: 240,
    before: { loss: 1, exactMatch: 0.3, editSimilarity: 0.6 },
    after: { loss: 0.8, exactMatch: 0.375, editSimilarity: 0.7 },
    interval: [0.02, 0.13],
  },
  forgetting: 0.83,
  accepted: true,
  reason: "Kept: it is better.",
  adapter: "shop-3",
  tokensPerSecond: 412,
  ms: 2_520_000,
  peakRssBytes: 1_380_000_000,
};

test("the result in words: the reason first, then the figures; of a cancelled one what there is", () => {
  assert.deepEqual(resultInWords(result).split("\n"), [
    "Kept: it is better.",
    "exact match 30.0 % → 37.5 % of 240 places, gain 2.0 % to 13.0 %",
    "forgetting: 0.8 points",
    "learning rates: 0.0004: 1.2346",
    "42 minutes, 412 tokens/s, peak 1380 MB",
    "adapter in use: shop-3",
  ]);
  const cancelled = {
    ...result,
    heldOut: null,
    forgetting: null,
    learningRates: [],
    adapter: null,
    tokensPerSecond: null,
  };
  assert.deepEqual(resultInWords({ ...cancelled, reason: "Cancelled." }).split("\n"), [
    "Cancelled.",
    "42 minutes, unknown tokens/s, peak 1380 MB",
  ]);
});

test("a line of progress is worth saying when something has moved but the time left", () => {
  const running: JobProgress = {
    pid: 1,
    updatedMs: 1,
    state: "running",
    stage: "training",
    share: 0.426,
    leftMs: 61_000,
  };
  const training = { rate: 4e-4, step: 7, steps: 90, loss: 1.5, heldOutLoss: 1.25, tokensPerSecond: 400 };
  const { key, text } = progressInWords({ ...running, training });
  assert.equal(
    text,
    "42 % training, rate 0.0004, step 7/90, loss 1.5000, held-out 1.2500, 400 tokens/s, 1 minute left",
  );
  assert.equal(progressInWords({ ...running, training, leftMs: 59_000 }).key, key);
  assert.notEqual(progressInWords({ ...running, training: { ...training, step: 8 } }).key, key);
  assert.equal(progressInWords({ ...running, leftMs: 12_300 }).text, "42 % training, 13 s left");
  const judging = progressInWords({ ...running, stage: "judging", leftMs: undefined, judging: { done: 3, cases: 9 } });
  assert.equal(judging.text, "42 % judging, 3 of 9 answers");
  const keyAt = (done: number) =>
    progressInWords({ ...running, stage: "judging", share: done / 200, judging: { done, cases: 200 } }).key;
  assert.equal(keyAt(41), keyAt(59), "a line for each tenth of the answers");
  assert.notEqual(keyAt(59), keyAt(60));
  assert.equal(progressInWords({ ...running, state: "pausing" }).text, "pausing (training, 42 %)");
  assert.equal(
    progressInWords({ ...running, state: "waiting", waitsFor: "mains power" }).text,
    "waiting for mains power (training, 42 %)",
  );
});
