import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { runCommand } from "../../../../finetune/commands.ts";
import { HYPERPARAMETERS } from "../../../../finetune/job/hyperparameters.ts";
import { speedToPlanBy, tierWarnings } from "../../../../finetune/job/plan.ts";
import { MINUTES_SLACK, type PlanFacts, planOf } from "../../../../finetune/job/planOf.ts";
import { checkMemory } from "../../../../finetune/job/startJob.ts";
import { shippedModelDir, singleModelDir, tierDir } from "../../../../server/engine/models/tiers.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";
import { CORPUS, REQUEST } from "./fakeJob.ts";

const corpus = { ...CORPUS, tokens: 300_000, split: { ...CORPUS.split, report: { files: 20, bytes: 40_000 } } };
const facts: PlanFacts = {
  corpus,
  cases: 240,
  generalCases: 360,
  speed: { tokensPerSecond: 350, secondsPerAnswer: 0.5 },
  resources: {
    memoryBytes: 1.3e9,
    leastMemoryBytes: 1.1e9,
    freeMemoryBytes: 4e9,
    machineMemoryBytes: 8e9,
    diskBytes: 0.6e9,
    freeDiskBytes: 10e9,
  },
  machine: { load: 0.4, cores: 2 },
};
const slow = { tokensPerSecond: 60, secondsPerAnswer: 3 };

test("the minutes that were asked for are used and not exceeded, and nothing is warned of without a reason", () => {
  const plan = planOf({ ...facts, speed: { tokensPerSecond: 900, secondsPerAnswer: 0.5 } }, 45);
  assert.deepEqual([plan.warnings, plan.refusal], [[], undefined]);
  assert.ok(plan.minutes > 20 && plan.minutes <= 45, `${plan.minutes}`);
  assert.ok(plan.passes > 0.9 && plan.passes <= HYPERPARAMETERS.mostPasses);
  assert.deepEqual([plan.memoryBytes, plan.diskBytes, plan.tokensPerSecond], [1.3e9, 0.6e9, 900]);
});

test("minutes are kept, or refused with the least that is useful: never exceeded silently", () => {
  const { leastMinutes } = planOf(facts, 1e6);
  for (const minutes of [2, 10, 25, Math.floor(leastMinutes / 1.2), Math.ceil(leastMinutes), 40, 60, 120]) {
    const plan = planOf(facts, minutes);
    assert.equal(plan.leastMinutes, leastMinutes);
    if (plan.refusal) assert.ok(minutes < leastMinutes, `${minutes} of ${leastMinutes}`);
    else assert.ok(plan.minutes <= MINUTES_SLACK * minutes, `${plan.minutes} in place of ${minutes}`);
  }
  const refused = planOf({ ...facts, speed: slow }, 25);
  const enough = Math.ceil(refused.leastMinutes);
  assert.equal(
    refused.refusal?.reason,
    `25 minutes are too short here: the smallest job that is useful takes about ${enough}, with 60 tokens/s in training and 3.0 s for each answer in judging.`,
  );
  assert.match(refused.refusal!.action, new RegExp(`^Give it ${enough} minutes or more \\(--minutes, sotto`));
  assert.equal(planOf({ ...facts, speed: slow }, enough).refusal, undefined);
});

test("where a slower model is refused, the quick one is offered with its minutes, and another machine", () => {
  const { refusal } = planOf({ ...facts, speed: slow, quickSpeed: facts.speed }, 40);
  const quick = Math.ceil(planOf(facts, 1e6).leastMinutes);
  assert.match(refusal!.action, new RegExp(`let the quick model learn \\(--model quick, from ${quick}\\)`));
  assert.match(refusal!.action, /train on another machine/);
  assert.doesNotMatch(planOf({ ...facts, speed: slow }, 40).refusal!.action, /quick/);
});

test("a model that the machine's memory cannot hold is refused before time is spoken of; one that is not free now is warned of", () => {
  const tight = { ...facts.resources, leastMemoryBytes: 9e9, memoryBytes: 12e9 };
  const { refusal } = planOf({ ...facts, resources: tight, quickSpeed: facts.speed }, 2);
  assert.equal(refusal?.reason, "Learning takes 9,000 MB of memory with this model, and this machine has 8,000 MB.");
  assert.match(refusal!.action, /^Let the quick model learn \(--model quick\), or train on another machine/);
  assert.throws(() => checkMemory(9e9, 8e9, false), { code: "badInput", action: /^Instead, train on another machine/ });
  checkMemory(7e9, 8e9, false);
  const { refusal: none, warnings } = planOf({ ...facts, resources: { ...facts.resources, freeMemoryBytes: 1e9 } }, 60);
  assert.equal(none, undefined);
  assert.ok(warnings.includes("It needs 1,300 MB of memory, and 1,000 MB are free."));
});

test("a busy machine is told of, with what it does to the job; a load of its cores is not busy", () => {
  const busyAt = (load: number, minutes: number) =>
    planOf({ ...facts, machine: { load, cores: 2 } }, minutes).warnings.filter((warning) => /busy/.test(warning));
  assert.deepEqual([busyAt(0, 60), busyAt(2, 60)], [[], []]);
  const [less] = busyAt(3.4, 100);
  const quiet = Math.round(100 * planOf(facts, 100).passes);
  assert.match(
    less,
    /^This machine is busy \(load 3\.4 on 2 cores\): while that lasts, everything takes at least 2\.7 times as long/,
  );
  const [, taught] = /100 minutes teach (\d+) % of the code, not (\d+) %/.exec(less)!.map(Number);
  assert.ok(taught > 10 && taught < quiet, less);
  assert.match(busyAt(3.4, 1000)[0], /2\.7 times as long, and the job takes about \d+ minutes\.$/);
  assert.match(
    busyAt(6, 40)[0],
    /4\.0 times as long, and the smallest useful job takes about \d+ minutes, and one of 40 ends as soon as/,
  );
});

test("a job that is refused on a busy machine says that it is busy", () => {
  const refused = planOf({ ...facts, speed: slow, machine: { load: 9, cores: 2 } }, 25);
  assert.ok(refused.refusal);
  assert.ok(
    refused.warnings.includes("This machine is busy (load 9.0 on 2 cores): when it is quiet, less time may be enough."),
  );
  assert.ok(!planOf({ ...facts, speed: slow }, 25).warnings.some((warning) => /busy/.test(warning)));
});

test("where hardly half of the code is learnt from, that is told", () => {
  const { passes, warnings } = planOf({ ...facts, corpus: { ...corpus, tokens: 900_000 } }, 60);
  assert.ok(passes > 0.3 && passes < 0.9, `${passes}`);
  assert.deepEqual(warnings, [
    `In 60 minutes ${Math.round(100 * passes)} % of the code is learnt from: more minutes give an adapter that helps more.`,
  ]);
});

test("little data takes less than the minutes that there are", () => {
  const plan = planOf({ ...facts, corpus: { ...corpus, tokens: 50_000 } }, 500);
  assert.ok(plan.minutes < 60, `${plan.minutes}`);
  assert.ok(Math.abs(plan.passes - HYPERPARAMETERS.mostPasses) < 0.3);
});

test("what speaks against it is told in sentences", () => {
  const poor = { ...facts.resources, freeMemoryBytes: 1e9, freeDiskBytes: 0.1e9 };
  const { warnings } = planOf({ ...facts, corpus: { ...corpus, tokens: 9000, byGitTime: false }, resources: poor }, 2);
  for (const pattern of [
    /^There is little to learn from \(9,000 tokens\)/,
    /^There is no git history/,
    /^It needs 1,300 MB of memory, and 1,000 MB are free\.$/,
    /^It needs 600 MB on the disk, and 100 MB are free\.$/,
  ])
    assert.ok(
      warnings.some((warning) => pattern.test(warning)),
      `${pattern}: ${warnings.join("\n")}`,
    );
});

test("a speed that was measured on a busy machine is forgotten, and one on a slow machine is not", () => {
  const guessed = { tokensPerSecond: 150, secondsPerAnswer: 1 };
  const quiet = { tokensPerSecond: 250, secondsPerAnswer: 0.6 };
  const slower = { tokensPerSecond: 80, secondsPerAnswer: 2 };
  assert.equal(speedToPlanBy(quiet, guessed), quiet);
  assert.equal(speedToPlanBy(slower, guessed), slower);
  assert.equal(speedToPlanBy({ tokensPerSecond: 20, secondsPerAnswer: 9 }, guessed), guessed);
  assert.equal(speedToPlanBy(undefined, guessed), guessed);
});

test("of two models one learns, and that is told; a model that does not fill in the middle is refused with what to do", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "sotto-plan-"));
  t.after(() => rmSync(dir, { recursive: true }));
  process.env.SOTTO_STRONG_DIR = dir;
  const planFor = (modelDir: string) =>
    runCommand("plan", { ...REQUEST, root: dir, modelDir }, new AbortController().signal, () => {});
  assert.equal(singleModelDir("strong"), tierDir("quick"), "there is no strong one yet");
  assert.deepEqual(tierWarnings(tierDir("quick")), []);

  writeSmallModel(dir, { ...SMALL_CONFIG, vocabSize: 28_672 });
  copyFileSync(path.join(shippedModelDir("strong"), "tokenizer.json"), path.join(dir, "tokenizer.json"));
  const files = ["config.json", "model.safetensors.index.json", ...SHARDS, "tokenizer.json"];
  writeManifest(dir, files);
  assert.equal(singleModelDir("auto"), tierDir("quick"));
  assert.match(tierWarnings(singleModelDir("auto")).join(), /quick model that learns/);
  assert.match(tierWarnings(tierDir("strong")).join(), /strong model that learns: what the quick one writes/);
  assert.deepEqual(tierWarnings("/models/of-my-own"), []);
  await assert.rejects(planFor("strong"), { code: "badInput", message: /too little source code/ }, "it could learn");
  writeManifest(dir, files, "smollm2-plain"); // a name of a family whose markers mean nothing without an adapter
  await assert.rejects(planFor("strong"), {
    code: "modelUnsupported",
    message: /^This model cannot be fine-tuned: it has learnt no format for filling in the middle/,
    action: /set sotto\.model to quick or auto/,
  });
});
