// Whole requests: on top of a model's own adapter, on the last layers only, with a pause, with an early stop. What is written, and what it
// is worth.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { AdapterFiles } from "../../../../server/engine/adapters/adapter.ts";
import { withAdapter } from "../../../../server/engine/adapters/merge.ts";
import { readAdapter } from "../../../../server/engine/adapters/readAdapter.ts";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { openModel, type StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { openDataset } from "../../../../server/train/run/dataset.ts";
import type { TrainingMessage, TrainingProgress, TrainingRequest } from "../../../../server/train/run/request.ts";
import { runRequest } from "../../../../server/train/run/runRequest.ts";
import { createTrainer } from "../../../../server/train/trainer.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";
import { writeDataset } from "./fixtures.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-request-"));
after(() => rmSync(scratch, { recursive: true }));

const VOCABULARY = 16_384; // of the embedded model, whose tokenizer is used
const STEPS = 6;
const dataDir = path.join(scratch, "data");
const validationDir = path.join(scratch, "validation");
writeDataset(dataDir, { sequences: 8, vocabSize: VOCABULARY });
writeDataset(validationDir, { sequences: 2, vocabSize: VOCABULARY, first: 50 });

const modelDir = path.join(scratch, "model");
mkdirSync(path.join(modelDir, "adapters"), { recursive: true });
writeSmallModel(modelDir, { ...SMALL_CONFIG, layers: 3, vocabSize: VOCABULARY });
copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(modelDir, "tokenizer.json"));
const FILES = ["config.json", "model.safetensors.index.json", ...SHARDS, "tokenizer.json"];
writeManifest(modelDir, FILES);

let folders = 0;
const requestOf = (change: Partial<TrainingRequest> = {}): TrainingRequest => ({
  modelDir,
  dataDir,
  validationDir,
  outDir: path.join(scratch, `out-${folders++}`),
  resume: false,
  rank: 2,
  alpha: 4,
  dropout: 0,
  learningRate: 0.02,
  steps: STEPS,
  batchTokens: 24,
  evaluateEverySteps: 1,
  validationSequences: 2,
  seed: 1,
  precision: "fp32",
  device: "cpu",
  threads: 1,
  ...change,
});

async function run(request: TrainingRequest, signal = new AbortController().signal) {
  const messages: TrainingMessage[] = [];
  const report = await runRequest(request, (message) => messages.push(message), signal);
  const progress = messages.flatMap((message): TrainingProgress[] => ("progress" in message ? [message.progress] : []));
  return { report, progress };
}

const written = (dir: string) => readFileSync(path.join(dir, AdapterFiles.tensors));

/** The held-out loss of `model`, measured by itself. */
async function heldOutLoss(model: StoredModel): Promise<number> {
  const validation = await openDataset(validationDir, VOCABULARY);
  const options = {
    train: { lora: { rank: 1, alpha: 1 } },
    sequenceTokens: validation.sequenceTokens,
    seed: 1,
    threads: 1,
  };
  const judge = await createTrainer(model, options);
  let [lossSum, weightSum] = [0, 0];
  for (const sequence of [0, 1]) {
    const part = await judge.evaluate(validation.batch(sequence));
    lossSum += part.lossSum;
    weightSum += part.weightSum;
  }
  validation.close();
  await judge.dispose();
  return lossSum / weightSum;
}

// the model's own adapter, trained as any other is, and then named by its manifest
const own = await run(requestOf({ learningRate: 0.05 }));
mkdirSync(path.join(modelDir, "adapters", "own"));
const ownFiles = Object.values(AdapterFiles).map((name) => `adapters/own/${name}`);
for (const [i, name] of Object.values(AdapterFiles).entries())
  copyFileSync(path.join(own.report.adapter!, name), path.join(modelDir, ownFiles[i]));
writeManifest(modelDir, [...FILES, ...ownFiles]);
const manifestFile = path.join(modelDir, "manifest.json");
const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
writeFileSync(manifestFile, JSON.stringify({ ...manifest, adapter: "adapters/own" }));

test("on top of the model as it is used: begins with its loss, trains no rows, and fits it and not the base", async () => {
  const asUsed = await openAdapted(modelDir);
  const before = await heldOutLoss(asUsed);
  assert.ok(
    Math.abs(before - (await heldOutLoss(await openModel(modelDir)))) > 1e-3,
    "the model's own adapter does something",
  );

  const { report } = await run(requestOf({ onModelAdapter: true }));
  assert.ok(Math.abs(report.firstHeldOutLoss! - before) < 1e-6 * before);
  const adapter = await readAdapter(report.adapter!, asUsed);
  assert.equal(adapter.embeddingRows.size, 0);
  assert.equal(adapter.matrices.size, 3 * 7);
  const after = await heldOutLoss(withAdapter(asUsed, adapter));
  const difference = Math.abs(after - report.heldOutLoss!);
  const learnt = Math.abs(report.firstHeldOutLoss! - report.heldOutLoss!);
  assert.ok(difference < learnt / 20, `but for half floats: ${difference}, and ${learnt} was learnt`);
  await assert.rejects(readAdapter(report.adapter!, await openModel(modelDir)), { code: "adapterOfOtherBase" });
});

test("data of another prompt format than the model has learnt, or than the validation data, is refused", async () => {
  const other = path.join(scratch, "other-format");
  const otherValidation = path.join(scratch, "other-validation");
  writeDataset(other, { sequences: 8, vocabSize: VOCABULARY }, (_, about) => Object.assign(about, { promptFormat: 2 }));
  writeDataset(otherValidation, { sequences: 2, vocabSize: VOCABULARY, first: 50 }, (_, about) =>
    Object.assign(about, { promptFormat: "qwen" }),
  );
  const asUsed = { dataDir: other, onModelAdapter: true };
  await assert.rejects(run(requestOf({ ...asUsed, validationDir: otherValidation })), {
    code: "datasetInvalid",
    message: /prompts are of format qwen, and those of the training data of 2/,
  });
  writeDataset(otherValidation, { sequences: 2, vocabSize: VOCABULARY, first: 50 }, (_, about) =>
    Object.assign(about, { promptFormat: 2 }),
  );
  await assert.rejects(run(requestOf({ ...asUsed, validationDir: otherValidation })), {
    code: "datasetInvalid",
    message: /prompts are of format 2, and the model has learnt format 1/,
  });
});

test("an adapter says the format of its data where it is one of ours, and the markers are learnt in the first alone", async () => {
  const written = async (promptFormat: number | string) => {
    const folders = {
      dataDir: path.join(scratch, `of-${promptFormat}`),
      validationDir: path.join(scratch, `by-${promptFormat}`),
    };
    const change = (_: unknown, about: object) => Object.assign(about, { promptFormat });
    writeDataset(folders.dataDir, { sequences: 8, vocabSize: VOCABULARY }, change);
    writeDataset(folders.validationDir, { sequences: 2, vocabSize: VOCABULARY, first: 50 }, change);
    const { report } = await run(requestOf({ ...folders, steps: 1 }));
    return readAdapter(report.adapter!, await openModel(modelDir));
  };
  const [first, second, family] = [await written(1), await written(2), await written("qwen")];
  assert.deepEqual([first.promptFormat, second.promptFormat, family.promptFormat], [1, 2, undefined]);
  assert.ok(first.embeddingRows.size >= 3);
  assert.deepEqual([second.embeddingRows.size, family.embeddingRows.size], [0, 0]);
});

test("recomputing in place of saving learns the same but for rounding", async () => {
  const [saving, recomputing] = [await run(requestOf({})), await run(requestOf({ keep: "recompute" }))];
  assert.ok(Math.abs(saving.report.heldOutLoss! - recomputing.report.heldOutLoss!) < 1e-4);
});

test("the last layers only: the others have no matrices, and the adapter is worth what the run reports", async () => {
  const asUsed = await openAdapted(modelDir);
  const { report } = await run(requestOf({ onModelAdapter: true, trainedLayers: 2 }));
  const adapter = await readAdapter(report.adapter!, asUsed);
  const layers = new Set([...adapter.matrices.keys()].map((name) => name.split(".")[2]));
  assert.deepEqual([adapter.matrices.size, [...layers]], [2 * 7, ["1", "2"]]);
  const difference = Math.abs((await heldOutLoss(withAdapter(asUsed, adapter))) - report.heldOutLoss!);
  const learnt = Math.abs(report.firstHeldOutLoss! - report.heldOutLoss!);
  assert.ok(difference < learnt / 20, `${difference}, and ${learnt} was learnt`);
});

test("a number of layers that the model has not, or that the adapter to start with does not allow, is refused", async () => {
  for (const trainedLayers of [0, 4, 1.5])
    await assert.rejects(run(requestOf({ trainedLayers })), { code: "badInput", message: /layers cannot be trained/ });
  const startDir = own.report.adapter!;
  await assert.rejects(run(requestOf({ trainedLayers: 1, startDir })), { code: "badInput", message: /starts with/ });
});

for (const precision of ["fp32", "int8"] as const) {
  test(`paused and resumed, twice, in ${precision}: the adapter of the training without a pause, byte by byte`, async () => {
    const whole = await run(requestOf({ onModelAdapter: true, precision }));
    assert.equal(whole.report.ending, "done");
    const request = requestOf({ onModelAdapter: true, precision, stopAfterSteps: 2 });
    const first = await run(request);
    assert.deepEqual([first.report.ending, first.report.step, first.report.steps], ["paused", 2, STEPS]);
    const second = await run({ ...request, resume: true, stopAfterSteps: 3 });
    assert.deepEqual([second.report.ending, second.report.step], ["paused", 3]);
    assert.ok(!written(second.report.adapter!).equals(written(whole.report.adapter!)));
    const last = await run({ ...request, resume: true, stopAfterSteps: undefined });
    assert.equal(last.report.ending, "done");
    assert.ok(written(last.report.adapter!).equals(written(whole.report.adapter!)));
    assert.equal(last.report.heldOutLoss, whole.report.heldOutLoss);
  });
}

test("on WebGPU 8 bits become floats, and the log says why", async () => {
  const lines: string[] = [];
  const request = requestOf({ device: "webgpu", precision: "int8", steps: 1 });
  const send = (message: TrainingMessage) => "log" in message && lines.push(message.log);
  await runRequest(request, send, new AbortController().signal).catch((error) => {
    if (!(error instanceof UserError)) throw error; // there is no such device here
  });
  assert.ok(lines.includes("training in fp32: WebGPU has no products in int8"), lines.join("\n"));
});

test("an early stop writes the adapter of the best step, also after a resume", async () => {
  // the held-out loss falls at first and then rises
  const request = requestOf({ onModelAdapter: true, learningRate: 0.02, steps: 40, earlyStop: { evaluations: 3 } });
  const whole = await run(request);
  const { best, ending, step, heldOutLoss: last } = whole.report;
  assert.equal(ending, "early");
  assert.ok(best && best.step > 0 && best.step === step - 3 && best.heldOutLoss < last!, JSON.stringify(whole.report));
  const asUsed = await openAdapted(modelDir);
  const worth = await heldOutLoss(withAdapter(asUsed, await readAdapter(whole.report.adapter!, asUsed)));
  assert.ok(Math.abs(worth - best.heldOutLoss) < Math.abs(last! - best.heldOutLoss) / 5, `${worth}`);

  const { outDir } = requestOf();
  const paused = await run({ ...request, outDir, stopAfterSteps: best.step + 1 });
  assert.deepEqual([paused.report.ending, paused.report.best], ["paused", best]);
  const resumed = await run({ ...request, outDir, resume: true });
  assert.deepEqual({ ...resumed.report, adapter: 0, checkpoint: 0 }, { ...whole.report, adapter: 0, checkpoint: 0 });
  assert.ok(written(resumed.report.adapter!).equals(written(whole.report.adapter!)));
  const twice = await run({ ...request, outDir, resume: true });
  assert.deepEqual([twice.report.ending, twice.report.step], ["early", step], "it has ended already");
});

test("nothing that lowers the held-out loss: no adapter", async () => {
  const { report } = await run(requestOf({ learningRate: 30, steps: 40, earlyStop: { evaluations: 2 } }));
  assert.deepEqual([report.ending, report.step, report.best?.step, report.adapter], ["early", 2, 0, null]);
});

test("each line of the log is sent as well, with the steps in all and the loss before the training", async () => {
  const request = requestOf({ stopAfterSteps: 2 });
  const first = await run(request);
  const { progress } = await run({ ...request, resume: true, stopAfterSteps: 4 });
  const lines = readFileSync(path.join(request.outDir, "log.jsonl"), "utf8").trim().split("\n");
  const { firstHeldOutLoss } = first.report;
  assert.deepEqual(
    [...first.progress, ...progress].map((entry) => JSON.parse(JSON.stringify(entry))),
    lines.map((line) => ({ ...JSON.parse(line), steps: STEPS, firstHeldOutLoss })),
  );
  assert.deepEqual(
    progress.map(({ step }) => step),
    [3, 4],
  );
});
