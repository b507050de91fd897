// Several processes of one training: two give what one gives, one that dies ends all with one error and a whole checkpoint, and a device that is
// too small gets half of the sequences at a time.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { type TrainerCommand, torchTrainer } from "../../../../finetune/torch/torchTrainer.ts";
import { readAdapter } from "../../../../server/engine/adapters/readAdapter.ts";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import type { TrainingProgress, TrainingRequest } from "../../../../server/train/run/request.ts";
import { torchPython } from "../../../support/torchPython.ts";
import { cosine, STEPS, smallTraining } from "./smallTraining.ts";

const { python, skip } = await torchPython();
const scratch = mkdtempSync(path.join(tmpdir(), "sotto-processes-"));
after(() => rmSync(scratch, { recursive: true }));
const requestOf = smallTraining(scratch);

const torchrun = (processes: number, ...program: string[]): TrainerCommand => ({
  file: python,
  args: ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", String(processes), ...program],
});
const faulty = (fault: string, rank: number, pass: number) => [
  path.join(import.meta.dirname, "faults.py"),
  fault,
  String(rank),
  String(pass),
];

async function run(command: TrainerCommand, request: TrainingRequest) {
  const progress: TrainingProgress[] = [];
  const log: string[] = [];
  const train = torchTrainer(command, path.join(scratch, "base"));
  const events = { log: (line: string) => log.push(line), progress: (entry: TrainingProgress) => progress.push(entry) };
  const outcome = await train(request, events, new AbortController().signal).then(
    ({ report }) => ({ report, error: undefined }),
    (error: Error) => ({ report: undefined, error }),
  );
  return { ...outcome, progress, log };
}

const MODULE = ["-m", "sotto_trainer"];

test("two processes learn what one learns", { skip }, async () => {
  const [one, two, three] = [
    await run(torchrun(1, ...MODULE), requestOf()),
    await run(torchrun(2, ...MODULE), requestOf()),
    await run(torchrun(3, ...MODULE), requestOf()), // four sequences on three processes: one has two of them
  ];
  for (const several of [two, three]) {
    assert.equal(several.progress.length, one.progress.length);
    for (const [i, { loss, heldOutLoss, trainedTokens }] of one.progress.entries()) {
      const other = several.progress[i];
      for (const [mine, theirs] of [
        [loss, other.loss],
        [heldOutLoss, other.heldOutLoss],
      ])
        if (mine !== undefined) assert.ok(Math.abs(theirs! - mine) <= 1e-5 * mine, `${mine} and ${theirs}`);
      assert.equal(other.trainedTokens, trainedTokens);
    }
    const { modelDir } = requestOf();
    const [first, second] = await Promise.all(
      [one, several].map(async ({ report }) => {
        const { matrices } = await readAdapter(report!.adapter!, await openAdapted(modelDir));
        return [...matrices.values()].flatMap(({ a, b }) => [a, b]);
      }),
    );
    assert.ok(cosine(first, second) > 0.9999, String(cosine(first, second)));
  }
});

for (const rank of [0, 1])
  test(`process ${rank} dies: one error, and what was kept before stays`, { skip }, async () => {
    const request = requestOf();
    await run(torchrun(2, ...MODULE), { ...request, stopAfterSteps: 2 });
    // two passes of the held-out sequences are due only after step 4: each process makes its third pass in the fourth step or so
    const { error, log } = await run(torchrun(2, ...faulty("kill", rank, 3)), { ...request, resume: true });
    assert.match(error!.message, /One of the 2 processes of the training has ended/);
    assert.equal(log.filter((line) => line.includes("has ended")).length, 0, "it was told more than once");
    const rest = await run(torchrun(2, ...MODULE), { ...request, resume: true });
    assert.equal(rest.report?.ending, "done", rest.error?.message);
    assert.ok(rest.progress[0].step > 2, `it began again at step ${rest.progress[0].step}`);
    const whole = await run(torchrun(2, ...MODULE), requestOf());
    assert.equal(rest.report?.loss, whole.report?.loss);
  });

test("out of memory once: half of the sequences at a time, said once, and the same result", { skip }, async () => {
  const whole = await run(torchrun(2, ...MODULE), requestOf());
  const { report, log } = await run(torchrun(2, ...faulty("oom", 1, 4)), requestOf());
  assert.equal(report?.step, STEPS);
  assert.equal(
    log.filter((line) => line.includes("Out of memory with 2 sequences at a time: it goes on with 1")).length,
    1,
  );
  assert.ok(Math.abs(report!.loss! - whole.report!.loss!) <= 1e-5 * whole.report!.loss!);
});

test("out of memory again: one error that says what to do", { skip }, async () => {
  const request = requestOf();
  const { error } = await run(torchrun(2, ...faulty("oom-always", 0, 1)), request);
  assert.match(error!.message, /memory of the device \(cpu\) is too small for 1 sequences/);
  assert.equal(existsSync(path.join(request.outDir, "adapter")), false);
});
