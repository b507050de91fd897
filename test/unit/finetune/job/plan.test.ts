import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { runCommand } from "../../../../finetune/commands.ts";
import { HYPERPARAMETERS } from "../../../../finetune/job/hyperparameters.ts";
import { planOf, speedToPlanBy, tierWarnings } from "../../../../finetune/job/plan.ts";
import { shippedModelDir, singleModelDir, tierDir } from "../../../../server/engine/models/tiers.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";
import { CORPUS, REQUEST } from "./fakeJob.ts";

const corpus = { ...CORPUS, tokens: 300_000, split: { ...CORPUS.split, report: { files: 20, bytes: 40_000 } } };
const speed = { tokensPerSecond: 350, secondsPerAnswer: 0.7 };
const resources = { memoryBytes: 1.3e9, diskBytes: 0.6e9, freeMemoryBytes: 4e9, freeDiskBytes: 10e9 };

test("the minutes that were asked for are used and not exceeded, and nothing is warned of without a reason", () => {
  const plan = planOf(corpus, 45, speed, resources);
  assert.deepEqual(plan.warnings, []);
  assert.ok(plan.minutes > 35 && plan.minutes <= 45, `${plan.minutes}`);
  assert.ok(plan.passes > 0.3 && plan.passes <= HYPERPARAMETERS.mostPasses);
  assert.deepEqual([plan.memoryBytes, plan.diskBytes], [1.3e9, 0.6e9]);
});

test("where hardly half of the code is learnt from, that is told", () => {
  const { passes, warnings } = planOf({ ...corpus, tokens: 900_000 }, 45, speed, resources);
  assert.ok(passes > 0.3 && passes < 0.9, `${passes}`);
  assert.deepEqual(warnings, [
    `In 45 minutes ${Math.round(100 * passes)} % of the code is learnt from: more minutes give an adapter that helps more.`,
  ]);
});

test("little data takes less than the minutes that there are", () => {
  const plan = planOf({ ...corpus, tokens: 50_000 }, 500, speed, resources);
  assert.ok(plan.minutes < 60, `${plan.minutes}`);
  assert.ok(Math.abs(plan.passes - HYPERPARAMETERS.mostPasses) < 0.3);
});

test("what speaks against it is told in sentences", () => {
  const poor = { ...resources, freeMemoryBytes: 1e9, freeDiskBytes: 0.1e9 };
  const { warnings } = planOf({ ...corpus, tokens: 9000, byGitTime: false }, 2, speed, poor);
  for (const pattern of [
    /^There is little to learn from \(9,000 tokens\)/,
    /^There is no git history/,
    /^2 minutes are too short here: at least 24 steps and the judging take about \d+\.$/,
    /^It needs 1,300 MB of memory, and 1,000 MB are free\.$/,
    /^It needs 600 MB on the disk, and 100 MB are free\.$/,
  ])
    assert.ok(
      warnings.some((warning) => pattern.test(warning)),
      `${pattern}: ${warnings.join("\n")}`,
    );
});

test("a speed that was measured on a busy machine is forgotten, and one on a slow machine is not", () => {
  const guessed = 150;
  const quiet = { tokensPerSecond: 250, secondsPerAnswer: 0.6 };
  const slower = { tokensPerSecond: 80, secondsPerAnswer: 2 };
  assert.equal(speedToPlanBy(quiet, guessed), quiet);
  assert.equal(speedToPlanBy(slower, guessed), slower);
  const known = speedToPlanBy({ tokensPerSecond: 20, secondsPerAnswer: 9 }, guessed);
  assert.equal(known.tokensPerSecond, guessed);
  assert.ok(known.secondsPerAnswer < 2);
  assert.deepEqual(speedToPlanBy(undefined, guessed), known);
});

test("of two models quick learns, and that is told; where strong is set, a plan says why there is none, and what to do", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "sotto-plan-"));
  t.after(() => rmSync(dir, { recursive: true }));
  process.env.SOTTO_STRONG_DIR = dir;
  const planFor = (modelDir: string) =>
    runCommand("plan", { ...REQUEST, root: dir, modelDir }, new AbortController().signal, () => {});
  assert.equal(singleModelDir("strong"), tierDir("quick"), "there is no strong one yet");
  assert.deepEqual(tierWarnings(tierDir("quick")), []);

  writeSmallModel(dir, { ...SMALL_CONFIG, vocabSize: 28_672 });
  copyFileSync(path.join(shippedModelDir("strong"), "tokenizer.json"), path.join(dir, "tokenizer.json"));
  writeManifest(dir, ["config.json", "model.safetensors.index.json", ...SHARDS, "tokenizer.json"]);
  assert.equal(singleModelDir("auto"), tierDir("quick"));
  assert.match(tierWarnings(singleModelDir("auto")).join(), /quick model that learns/);
  await assert.rejects(planFor("strong"), {
    code: "modelUnsupported",
    message: /^This model cannot be fine-tuned: its vocabulary lacks the special tokens/,
    action: /set sotto\.model to quick or auto/,
  });
});
