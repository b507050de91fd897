// The PyTorch trainer: beside Sotto's own the same request gives the same losses and the same adapter, but for rounding; so do several processes
// beside one. It stops and goes on, a process that dies ends all with one error and a whole checkpoint, and a device that is too small gets half of
// the sequences at a time.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { readAdapter } from "../../../../server/engine/adapters/readAdapter.ts";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import type { TrainingMessage, TrainingProgress, TrainingRequest } from "../../../../server/train/run/request.ts";
import { runRequest } from "../../../../server/train/run/runRequest.ts";
import { torchPython } from "../../../support/torchPython.ts";
import { type HowToRun, Launcher, type Ran } from "./launcher.ts";
import { cosine, STEPS, smallTraining } from "./smallTraining.ts";

const { python, skip: without } = await torchPython();
const skip = process.platform === "win32" ? "the launcher of this test forks" : without;
const scratch = mkdtempSync(path.join(tmpdir(), "sotto-torch-"));
const requestOf = smallTraining(scratch);
const { modelDir } = requestOf();
let launcher: Launcher;
let whole: Ran; // one process, from beginning to end
before(async () => {
  if (skip) return;
  launcher = new Launcher(python);
  whole = await run(requestOf());
});
after(() => {
  launcher?.close();
  rmSync(scratch, { recursive: true });
});

function run(request: TrainingRequest, options?: HowToRun): Promise<Ran> {
  return launcher.run(request, path.join(scratch, "base"), options);
}

async function runOwn(request: TrainingRequest) {
  const messages: TrainingMessage[] = [];
  const report = await runRequest(request, (message) => messages.push(message), new AbortController().signal);
  return { report, progress: messages.flatMap((message) => ("progress" in message ? [message.progress] : [])) };
}

async function factorsOf({ report }: Pick<Ran, "report">): Promise<Float32Array[]> {
  const { matrices } = await readAdapter(report!.adapter!, await openAdapted(modelDir));
  return [...matrices.values()].flatMap(({ a, b }) => [a, b]);
}

const FIGURES = ["loss", "heldOutLoss", "gradientNorm", "learningRate", "trainedTokens"] as const;

/** The same steps, with figures that differ by at most `relative`. @returns the largest difference of a loss */
function compare(one: readonly TrainingProgress[], other: readonly TrainingProgress[], relative: number): number {
  assert.deepEqual(
    one.map(({ step }) => step),
    other.map(({ step }) => step),
  );
  let largest = 0;
  for (const [i, entry] of one.entries())
    for (const name of FIGURES) {
      const [mine, theirs] = [entry[name], other[i][name]];
      if (mine === undefined) assert.equal(theirs, undefined, name);
      else {
        const difference = Math.abs(theirs! - mine) / Math.max(1e-9, Math.abs(mine));
        if (name.endsWith("oss")) largest = Math.max(largest, difference);
        assert.ok(difference <= (name === "gradientNorm" ? 100 : 1) * relative, `${name} ${mine} and ${theirs}`);
      }
    }
  return largest;
}

test("it learns what Sotto's own trainer learns: the same steps, the same adapter but for rounding", {
  skip,
}, async (t) => {
  const request = requestOf({ earlyStop: { evaluations: 5 } });
  const [torch, own] = [await run(request), await runOwn({ ...request, outDir: `${request.outDir}-own` })];
  assert.ok(torch.report, torch.lines.join("\n"));
  const difference = compare(own.progress, torch.progress, 1e-4);
  assert.equal(torch.report.ending, own.report.ending);
  assert.equal(torch.report.best?.step, own.report.best?.step);
  const [one, other] = [await factorsOf(own), await factorsOf(torch)];
  assert.ok(cosine(one, other) > 0.9999, String(cosine(one, other)));
  assert.ok(own.report.best!.heldOutLoss < own.report.firstHeldOutLoss!, "nothing was learnt");
  t.diagnostic(
    `losses differ by at most ${difference.toExponential(1)}, cosine 1 - ${(1 - cosine(one, other)).toExponential(1)}`,
  );
});

for (const [name, precision, relative] of [
  ["", "fp32", 1e-5],
  [", in half floats", "bf16", 0.02],
] as const)
  test(`the fast layers learn what the plain ones learn${name}`, { skip }, async (t) => {
    const [fast, plain] = [
      await run(requestOf(), { more: ["--precision", precision] }),
      await run(requestOf(), { more: ["--plain"] }),
    ];
    assert.ok(fast.report && plain.report, [...fast.lines, ...plain.lines].join("\n"));
    const losses = fast.progress.map(({ loss, heldOutLoss }) => [loss, heldOutLoss]);
    for (const [i, pair] of losses.entries())
      for (const [j, loss] of pair.entries()) {
        const wanted = [plain.progress[i].loss, plain.progress[i].heldOutLoss][j];
        if (loss !== undefined) assert.ok(Math.abs(loss - wanted!) <= relative * wanted!, `${loss} and ${wanted}`);
      }
    const angle = cosine(await factorsOf(fast), await factorsOf(plain));
    assert.ok(angle > 1 - relative, String(angle));
    t.diagnostic(`cosine 1 - ${(1 - angle).toExponential(1)}`);
  });

for (const [processes, microBatch] of [
  [2, 2], // each has one of two parts
  [3, 1], // one has two of four parts
])
  test(`${processes} processes learn what one learns`, { skip }, async (t) => {
    const several = await run({ ...requestOf(), microBatch } as TrainingRequest, { processes });
    assert.ok(several.report, several.lines.join("\n"));
    assert.ok(
      several.log.some((line) => line.includes(`on ${processes} × cpu, float32, ${microBatch} sequences at a time`)),
    );
    const difference = compare(whole.progress, several.progress, 1e-5);
    const angle = cosine(await factorsOf(whole), await factorsOf(several));
    assert.ok(angle > 0.9999, String(angle));
    t.diagnostic(`losses differ by at most ${difference.toExponential(1)}, cosine 1 - ${(1 - angle).toExponential(1)}`);
  });

for (const rank of [0, 1])
  test(`process ${rank} dies: one error, and what was kept before stays`, { skip }, async () => {
    const request = requestOf();
    await run({ ...request, stopAfterSteps: 2 }, { processes: 2 });
    const killed = await run({ ...request, resume: true }, { processes: 2, fault: ["kill", rank, 2] });
    assert.match(killed.error?.message ?? killed.lines.join("\n"), /One of the 2 processes of the training has ended/);
    assert.equal(killed.lines.filter((line) => line.startsWith('{"error"')).length, 1);
    assert.notEqual(killed.status, 0);
    const rest = await run({ ...request, resume: true }, { processes: 2 });
    assert.equal(rest.report?.ending, "done", rest.lines.join("\n"));
    assert.ok(rest.progress[0].step > 2, `it began again at step ${rest.progress[0].step}`);
    assert.ok(Math.abs(rest.report.loss! - whole.report!.loss!) <= 1e-5 * whole.report!.loss!);
  });

test("out of memory once: half of the sequences at a time, said once, and the same result", { skip }, async () => {
  const { report, log, lines } = await run(requestOf(), { processes: 2, fault: ["oom", 1, 3] });
  assert.equal(report?.step, STEPS, lines.join("\n"));
  const said = log.filter((line) => line.includes("Out of memory with 2 sequences at a time: it goes on with 1"));
  assert.equal(said.length, 1);
  assert.ok(Math.abs(report.loss! - whole.report!.loss!) <= 1e-5 * whole.report!.loss!);
});

test("out of memory again: one error that says what to do", { skip }, async () => {
  const request = requestOf();
  const { error, lines } = await run(request, { processes: 2, fault: ["oom-always", 0, 1] });
  assert.match(error?.message ?? lines.join("\n"), /memory of the device \(cpu\) is too small for 1 sequences/);
  assert.equal(lines.filter((line) => line.startsWith('{"error"')).length, 1);
  assert.equal(existsSync(path.join(request.outDir, "adapter")), false);
});

test("told to stop in one process, all end after a checkpoint and go on as if they had not", { skip }, async () => {
  const request = requestOf();
  const stopped = await run(request, { processes: 2, fault: ["stop", 1, 5] });
  assert.equal(stopped.report?.ending, "stopped", stopped.lines.join("\n"));
  assert.ok(stopped.report.step > 0 && stopped.report.step < STEPS, String(stopped.report.step));
  const rest = await run({ ...request, resume: true });
  assert.equal(rest.report?.ending, "done", rest.lines.join("\n"));
  compare(whole.progress.slice(-1), rest.progress.slice(-1), 1e-5);
  const again = { ...request, resume: true };
  assert.match((await run({ ...again, learningRate: 0.02 })).error!.message, /of a run with another recipe/);
  assert.match((await run(request)).error!.message, /There is a training in/);
  const checkpoint = path.join(request.outDir, "checkpoint.safetensors");
  const bytes = readFileSync(checkpoint);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(checkpoint, bytes);
  assert.match((await run(again)).error!.message, /altered/);
});

test("a pause ends with an evaluation, and data that cannot be used is one clear error", { skip }, async () => {
  const paused = await run(requestOf({ stopAfterSteps: 2 }));
  assert.equal(paused.report?.ending, "paused", paused.lines.join("\n"));
  assert.equal(paused.report.step, 2);
  assert.ok(paused.report.heldOutLoss! < paused.report.firstHeldOutLoss!, "the short run did not lower the loss");
  const request = requestOf();
  assert.match((await run({ ...request, validationDir: request.dataDir })).error!.message, /the training data itself/);
  const missing = await run({ ...request, dataDir: path.join(scratch, "nothing") }, { processes: 2 });
  assert.match(missing.error!.message, /dataset\.json.*missing/);
  assert.equal(missing.lines.filter((line) => line.startsWith('{"error"')).length, 1);
  assert.equal(existsSync(path.join(request.outDir, "checkpoint.safetensors")), false);
});
