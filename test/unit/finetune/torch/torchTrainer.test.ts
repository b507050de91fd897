// The PyTorch trainer beside Sotto's own: the same request gives the same losses and the same adapter, but for rounding; it stops and goes on.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { singleProcess, torchTrainer } from "../../../../finetune/torch/torchTrainer.ts";
import { readAdapter } from "../../../../server/engine/adapters/readAdapter.ts";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import type { TrainingMessage, TrainingProgress, TrainingRequest } from "../../../../server/train/run/request.ts";
import { runRequest } from "../../../../server/train/run/runRequest.ts";
import { torchPython } from "../../../support/torchPython.ts";
import { cosine, STEPS, smallTraining } from "./smallTraining.ts";

const { python, skip } = await torchPython();
const scratch = mkdtempSync(path.join(tmpdir(), "sotto-torch-"));
after(() => rmSync(scratch, { recursive: true }));
const requestOf = smallTraining(scratch);
const train = torchTrainer(singleProcess(python), path.join(scratch, "base"));

async function run(request: TrainingRequest, stopAt = Number.POSITIVE_INFINITY) {
  const progress: TrainingProgress[] = [];
  const log: string[] = [];
  const stop = new AbortController();
  const { report } = await train(
    request,
    {
      log: (line) => log.push(line),
      progress(entry) {
        progress.push(entry);
        if (entry.step >= stopAt) stop.abort();
      },
    },
    stop.signal,
  );
  return { report, progress, log };
}

async function runOwn(request: TrainingRequest) {
  const messages: TrainingMessage[] = [];
  const report = await runRequest(request, (message) => messages.push(message), new AbortController().signal);
  const progress = messages.flatMap((message): TrainingProgress[] => ("progress" in message ? [message.progress] : []));
  return { report, progress };
}

async function factorsOf(dir: string, modelDir: string) {
  const adapter = await readAdapter(dir, await openAdapted(modelDir));
  return [...adapter.matrices.values()].flatMap(({ a, b }) => [a, b]);
}

const close = (one: number, other: number, relative: number) =>
  assert.ok(Math.abs(one - other) <= relative * Math.abs(other), `${one} and ${other}`);

test("PyTorch learns what Sotto's own trainer learns: the same steps, the same adapter but for rounding", {
  skip,
}, async () => {
  const request = requestOf({ earlyStop: { evaluations: 5 } });
  const [torch, own] = [await run(request), await runOwn({ ...request, outDir: `${request.outDir}-own` })];
  assert.deepEqual(
    torch.progress.map(({ step, trainedTokens }) => [step, trainedTokens]),
    own.progress.map(({ step, trainedTokens }) => [step, trainedTokens]),
  );
  for (const [i, entry] of own.progress.entries()) {
    const other = torch.progress[i];
    if (entry.loss !== undefined) close(other.loss!, entry.loss, 1e-4);
    if (entry.heldOutLoss !== undefined) close(other.heldOutLoss!, entry.heldOutLoss, 1e-4);
    if (entry.gradientNorm !== undefined) close(other.gradientNorm!, entry.gradientNorm, 1e-3);
    if (entry.learningRate !== undefined) close(other.learningRate!, entry.learningRate, 1e-9);
  }
  assert.equal(torch.report.ending, own.report.ending);
  assert.equal(torch.report.best?.step, own.report.best?.step);
  const [one, other] = await Promise.all(
    [torch, own].map(({ report }) => factorsOf(report.adapter!, request.modelDir)),
  );
  assert.ok(cosine(one, other) > 0.9999, String(cosine(one, other)));
  assert.ok(
    other.some((values) => values.some((value) => Math.abs(value) > 1e-3)),
    "nothing was learnt",
  );
});

test("a run that was stopped goes on as if it had not been, and a checkpoint of another run is refused", {
  skip,
}, async () => {
  const whole = await run(requestOf());
  const request = requestOf();
  const stopped = await run(request, 3);
  assert.equal(stopped.report.ending, "stopped");
  assert.ok(stopped.report.step >= 3 && stopped.report.step < STEPS, String(stopped.report.step));
  const rest = await run({ ...request, resume: true });
  assert.equal(rest.report.ending, "done");
  assert.equal(rest.report.loss, whole.report.loss);
  const tensors = (dir: string) => readFileSync(path.join(dir, "adapter_model.safetensors"));
  assert.ok(tensors(rest.report.adapter!).equals(tensors(whole.report.adapter!)), "the adapters differ");
  await assert.rejects(run({ ...request, resume: true, learningRate: 0.02 }), /another recipe/);
  await assert.rejects(run(request), /There is a training in/);
  const checkpoint = path.join(request.outDir, "checkpoint.safetensors");
  const bytes = readFileSync(checkpoint);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(checkpoint, bytes);
  await assert.rejects(run({ ...request, resume: true }), /altered/);
});

test("a pause ends with an evaluation, and data that cannot be used is one clear error", { skip }, async () => {
  const paused = await run(requestOf({ stopAfterSteps: 2 }));
  assert.equal(paused.report.ending, "paused");
  assert.equal(paused.report.step, 2);
  assert.ok(paused.report.heldOutLoss! < paused.report.firstHeldOutLoss!, "the short run did not lower the loss");
  const request = requestOf();
  await assert.rejects(run({ ...request, validationDir: request.dataDir }), /the training data itself/);
  await assert.rejects(run({ ...request, dataDir: path.join(scratch, "nothing") }), /dataset\.json.*missing/);
  assert.equal(existsSync(path.join(request.outDir, "checkpoint.safetensors")), false);
});
