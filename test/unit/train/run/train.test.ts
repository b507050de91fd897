// The training run: what each step is given, what is logged and kept, and that a resumed run is the uninterrupted one.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { withAdapter } from "../../../../server/engine/adapters/merge.ts";
import { readAdapter } from "../../../../server/engine/adapters/readAdapter.ts";
import { writeAdapter } from "../../../../server/engine/adapters/writeAdapter.ts";
import {
  loadCheckpoint,
  type RunIdentity,
  type RunState,
  saveCheckpoint,
} from "../../../../server/train/run/checkpoint.ts";
import { openDataset } from "../../../../server/train/run/dataset.ts";
import { dropoutSeed, learningRateOfStep, sequencesOfStep } from "../../../../server/train/run/schedule.ts";
import { type LogEntry, type RunParts, runTraining } from "../../../../server/train/run/train.ts";
import { trainedAdapter } from "../../../../server/train/run/trainedAdapter.ts";
import { createTrainer } from "../../../../server/train/trainer.ts";
import type { Trainer } from "../../../../server/train/types.ts";
import { tinyModel } from "../../../support/tinyModel.ts";
import { FakeTrainer, IDENTITY, stateAt, stateOf, writeDataset } from "./fixtures.ts";
import { MemoryDisk } from "./memoryDisk.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-run-"));
after(() => rmSync(scratch, { recursive: true }));
const trainingDir = path.join(scratch, "training");
const validationDir = path.join(scratch, "validation");
writeDataset(trainingDir, { sequences: 5 });
writeDataset(validationDir, { sequences: 3, first: 100 });
const training = await openDataset(trainingDir, 260);
const validation = await openDataset(validationDir, 260);
const identity: RunIdentity = { ...IDENTITY, datasetSha256: training.sha256 };
const { recipe } = identity;
const fresh: RunState = { ...stateAt(0, identity), firstHeldOutLoss: null, heldOutLoss: null, heldOutStep: null };
const never = new AbortController().signal;

let files = 0;
function partsOf(trainer: Trainer, change: Partial<RunParts> = {}): RunParts {
  return {
    trainer,
    training,
    validation,
    state: fresh,
    isResumed: false,
    checkpointFile: path.join(scratch, `checkpoint-${files++}.safetensors`),
    checkpointEveryMs: 0,
    evaluateEverySteps: 3,
    validationSequences: 2,
    ...change,
  };
}

/** Events that are kept, and a signal that `stopAt` fires after so many log lines. */
function listener(stopAt = Number.POSITIVE_INFINITY) {
  const stop = new AbortController();
  const entries: LogEntry[] = [];
  const lines: string[] = [];
  const record = (entry: LogEntry) => {
    entries.push(entry);
    if (entry.step >= stopAt) stop.abort();
  };
  return { entries, lines, events: { record, log: (line: string) => lines.push(line) }, signal: stop.signal };
}

test("each step takes its sequences with its dropout seeds and its learning rate", async () => {
  const trainer = new FakeTrainer();
  await runTraining(partsOf(trainer), listener().events, never);
  const steps = [...Array(recipe.steps).keys()];
  const wanted = steps.flatMap((step) =>
    sequencesOfStep(step, { seed: recipe.seed, sequences: 5, perStep: 2 }).map(
      (sequence, i) => `${training.batch(sequence).tokens[0]} ${dropoutSeed(recipe.seed, step, i)}`,
    ),
  );
  assert.deepEqual(trainer.seen, wanted);
  assert.deepEqual(
    trainer.rates,
    steps.map((step) => learningRateOfStep(step, recipe)),
  );
});

test("the log has one line a step, held-out loss where it is due, and the totals", async () => {
  const heard = listener();
  const result = await runTraining(partsOf(new FakeTrainer()), heard.events, never);
  assert.deepEqual(
    heard.entries.map(({ step, loss, heldOutLoss, trainedTokens }) => [
      step,
      loss?.toFixed(3),
      heldOutLoss,
      trainedTokens,
    ]),
    [
      [0, undefined, 2, 0],
      [1, "2.995", undefined, 22],
      [2, "2.975", undefined, 44],
      [3, "2.955", 1.7, 66],
      [4, "2.935", undefined, 88],
      [5, "2.915", undefined, 110],
      [6, "2.895", 1.4, 132],
      [7, "2.875", 1.3, 154],
    ],
  );
  for (const { gradientNorm, learningRate, tokensPerSecond } of heard.entries.slice(1)) {
    assert.equal(gradientNorm, 1);
    assert.ok(learningRate! > 0 && Number.isInteger(tokensPerSecond));
  }
  const { loss, ...rest } = result;
  assert.equal(loss?.toFixed(3), "2.875");
  assert.deepEqual(rest, {
    ending: "done",
    step: 7,
    trainedTokens: 154,
    firstHeldOutLoss: 2,
    heldOutLoss: 1.3,
    best: null,
  });
  assert.match(heard.lines[3], /^step 3\/7: loss 2\.9550, held-out 1\.7000, \d+ tokens\/s, \d+ s left$/);
});

for (const stopAt of [0, 1, 4, 6]) {
  test(`stopped after step ${stopAt} and resumed: the same numbers as without a stop`, async () => {
    const whole = new FakeTrainer();
    const uninterrupted = await runTraining(partsOf(whole), listener().events, never);
    const first = listener(stopAt);
    const parts = partsOf(new FakeTrainer(), { checkpointEveryMs: 1e9 });
    const stopped = await runTraining(parts, first.events, first.signal);
    assert.deepEqual([stopped.ending, stopped.step], ["stopped", stopAt]);
    const second = new FakeTrainer();
    if (stopAt === 0) return assert.ok(!existsSync(parts.checkpointFile), "nothing was learnt, nothing is kept");
    const { state } = loadCheckpoint(parts.checkpointFile, identity, second);
    second.lossOf = (call) => 3 - (call + 2 * stopAt) / 100;
    const result = await runTraining({ ...parts, trainer: second, state, isResumed: true }, listener().events, never);
    assert.deepEqual(stateOf(second), stateOf(whole));
    assert.deepEqual(result, uninterrupted);

    const { state: finished } = loadCheckpoint(parts.checkpointFile, identity, second);
    const again = await runTraining(
      { ...parts, trainer: second, state: finished, isResumed: true },
      listener().events,
      never,
    );
    assert.deepEqual(again, { ...uninterrupted, loss: null }, "a finished run has no step left");
  });
}

for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`a loss of ${value} stops the run, keeps the last checkpoint and says so`, async () => {
    const trainer = new FakeTrainer();
    trainer.lossOf = (call) => (call === 7 ? value : 1); // the second sequence of step 4
    const parts = partsOf(trainer);
    await assert.rejects(runTraining(parts, listener().events, never), {
      code: "trainingDiverged",
      message: /stopped in step 4, because the loss is not a finite number; the checkpoint of step 3 is kept/,
    });
    assert.equal(loadCheckpoint(parts.checkpointFile, identity, new FakeTrainer()).state.step, 3);
  });
}

test("so does a gradient or a held-out loss that is no number", async () => {
  const gradient = new FakeTrainer();
  gradient.update = () => ({ gradientNorm: Number.NaN });
  await assert.rejects(runTraining(partsOf(gradient), listener().events, never), {
    code: "trainingDiverged",
    message: /in step 1, because the gradient .* there is none from before/,
  });
  const heldOut = new FakeTrainer();
  heldOut.evaluate = async () => ({ lossSum: heldOut.step < 3 ? 1 : Number.NaN, weightSum: 1 });
  await assert.rejects(runTraining(partsOf(heldOut), listener().events, never), { code: "trainingDiverged" });
});

/** As runRequest makes them: the values before the training, and room for better ones. */
const stoppingEarly = (trainer: Trainer, evaluations: number): RunParts["earlyStop"] => ({
  evaluations,
  best: trainer.parameters.map(({ data }) => data.slice()),
});

/** A trainer whose held-out loss after so many steps is that of `losses`, with `calls` steps behind it. */
function trainerWithHeldOut(losses: readonly number[], calls = 0): FakeTrainer {
  const trainer = new FakeTrainer();
  trainer.lossOf = (call) => 3 - (call + 2 * calls) / 100;
  trainer.evaluate = async () => ({ lossSum: losses[trainer.step], weightSum: 1 });
  return trainer;
}

const HELD_OUT = [2, 1.5, 1.2, 1.2, 1.4, 1.1, 1.3, 1.2]; // best after 5 of 7 steps

test("ends early when nothing better was found in so many evaluations; what is best then are the values of that step", async () => {
  for (const [evaluations, ending, step, bestStep] of [
    [1, "early", 3, 2],
    [2, "early", 4, 2],
    [3, "done", 7, 5],
  ] as const) {
    const trainer = trainerWithHeldOut(HELD_OUT);
    const earlyStop = stoppingEarly(trainer, evaluations);
    const values: number[][][] = [];
    const heard = listener();
    const record = (entry: LogEntry) => {
      values.push(trainer.parameters.map(({ data }) => [...data]));
      heard.events.record(entry);
    };
    const parts = partsOf(trainer, { evaluateEverySteps: 1, earlyStop });
    const result = await runTraining(parts, { ...heard.events, record }, never);
    const best = { step: bestStep, heldOutLoss: HELD_OUT[bestStep] };
    assert.deepEqual([result.ending, result.step, result.best], [ending, step, best]);
    assert.equal(result.heldOutLoss, HELD_OUT[step]);
    assert.deepEqual(
      earlyStop!.best.map((part) => [...part]),
      values[bestStep],
    );
  }
});

test("a run that never gains has its best values before the first step", async () => {
  const trainer = trainerWithHeldOut([1, 2, 3, 4, 5, 6, 7, 8]);
  const earlyStop = stoppingEarly(trainer, 2);
  const first = trainer.parameters.map(({ data }) => [...data]);
  const result = await runTraining(partsOf(trainer, { evaluateEverySteps: 2, earlyStop }), listener().events, never);
  assert.deepEqual([result.ending, result.step, result.best], ["early", 4, { step: 0, heldOutLoss: 1 }]);
  assert.deepEqual(
    earlyStop!.best.map((part) => [...part]),
    first,
  );
});

/** Runs `parts` again and again from the checkpoint, each time with what `change` gives, to the ending that is none of a break. */
async function inPieces(
  losses: readonly number[],
  evaluations: number,
  change: (round: number, heard: ReturnType<typeof listener>) => Partial<RunParts>,
  signalOf: (round: number) => AbortSignal = () => never,
) {
  let trainer = trainerWithHeldOut(losses);
  let earlyStop = stoppingEarly(trainer, evaluations)!;
  let parts = partsOf(trainer, { earlyStop, evaluateEverySteps: 2, checkpointEveryMs: 1e9 });
  for (let round = 0; ; round++) {
    const heard = listener();
    const result = await runTraining({ ...parts, ...change(round, heard) }, heard.events, signalOf(round));
    if (result.ending === "done" || result.ending === "early")
      return { result, trainer, best: earlyStop.best, rounds: round + 1, file: parts.checkpointFile };
    assert.ok(round < 20, "it goes on for ever");
    trainer = trainerWithHeldOut(losses, result.step);
    if (!existsSync(parts.checkpointFile)) continue;
    const { state, best } = loadCheckpoint(parts.checkpointFile, identity, trainer);
    earlyStop = { evaluations, best: best ?? stoppingEarly(trainer, 1)!.best };
    parts = { ...parts, trainer, state, earlyStop, isResumed: true };
  }
}

test("paused after each step and resumed: the same numbers, the same best values, the same checkpoint", async () => {
  for (const [evaluations, ending] of [
    [1, "early"],
    [9, "done"],
  ] as const) {
    const whole = await inPieces(HELD_OUT, evaluations, () => ({}));
    assert.deepEqual([whole.result.ending, whole.rounds], [ending, 1]);
    const pieces = await inPieces(HELD_OUT, evaluations, (round) => ({ stopAfterSteps: round + 1 }));
    assert.ok(pieces.rounds >= 4, `${pieces.rounds}`);
    assert.deepEqual({ ...pieces.result, loss: null }, { ...whole.result, loss: null });
    assert.deepEqual(stateOf(pieces.trainer), stateOf(whole.trainer));
    assert.deepEqual(pieces.best, whole.best);
    assert.ok(readFileSync(pieces.file).equals(readFileSync(whole.file)));
  }
});

test("stopped within an evaluation and resumed: it is made up for", async () => {
  const whole = await inPieces(HELD_OUT, 1, () => ({}));
  const stop = new AbortController();
  const pieces = await inPieces(
    HELD_OUT,
    1,
    (round) => {
      if (round > 0) return {};
      const trainer = trainerWithHeldOut(HELD_OUT);
      trainer.evaluate = async () => {
        if (trainer.step === 4) stop.abort(); // of two sequences the first is measured
        return { lossSum: HELD_OUT[trainer.step], weightSum: 1 };
      };
      return { trainer, earlyStop: stoppingEarly(trainer, 1) };
    },
    () => (stop.signal.aborted ? never : stop.signal),
  );
  assert.equal(pieces.rounds, 2);
  assert.deepEqual({ ...pieces.result, loss: null }, { ...whole.result, loss: null });
  assert.deepEqual(pieces.best, whole.best);
});

test("a pause measures the held-out loss where it stands, which decides nothing", async () => {
  const trainer = trainerWithHeldOut([2, 0.1, 1.5, 0.2, 1.2, 3, 3, 3]);
  const parts = partsOf(trainer, { evaluateEverySteps: 2, stopAfterSteps: 3, earlyStop: stoppingEarly(trainer, 1) });
  const heard = listener();
  const result = await runTraining(parts, heard.events, never);
  assert.deepEqual(
    [result.ending, result.step, result.heldOutLoss, result.best],
    ["paused", 3, 0.2, { step: 2, heldOutLoss: 1.5 }],
  );
  assert.deepEqual([heard.entries.at(-1)?.step, heard.entries.at(-1)?.heldOutLoss], [3, 0.2]);
  const { state } = loadCheckpoint(parts.checkpointFile, identity, new FakeTrainer());
  assert.deepEqual([state.heldOutLoss, state.heldOutStep], [1.5, 2]);
});

test("a full disk: the training says so and goes on from the checkpoint that is kept; at the end it is an error", async () => {
  const operations = new MemoryDisk({}, { writeAtMost: 1e6, roomBytes: 6700 });
  const heard = listener();
  await assert.rejects(runTraining(partsOf(new FakeTrainer(), { operations }), heard.events, never), {
    code: "checkpointUnwritable",
    message: /of step 7 cannot be written \(ENOSPC\); the checkpoint of step \d is kept/,
  });
  const told = heard.lines.filter((line) => /ENOSPC.*the checkpoint of step 3 is kept.*goes on/.test(line));
  assert.ok(told.length > 0, heard.lines.join("\n"));
  assert.equal(heard.entries.at(-1)?.step, 7);
});

const model = tinyModel();
const embeddingRows = [7, 8];
const trainedLayers = model.config.layers;
const lora: RunIdentity = {
  ...identity,
  recipe: { ...recipe, dropout: 0.1, embeddingRows, trainedLayers, learningRate: 0.02 },
};
const realTrainer = () =>
  createTrainer(model, {
    train: { lora: { rank: 4, alpha: 8, dropout: 0.1, embeddingRows } },
    sequenceTokens: training.sequenceTokens,
    seed: recipe.seed,
    threads: 1,
  });

test("with the real trainer: resumed = uninterrupted to the bit, and the adapter gives the loss that the run reports", async () => {
  const state = { ...fresh, recipe: lora.recipe };
  const whole = await realTrainer();
  const uninterrupted = await runTraining(partsOf(whole, { state }), listener().events, never);

  const first = await realTrainer();
  const stop = listener(3);
  const parts = partsOf(first, { state });
  assert.equal((await runTraining(parts, stop.events, stop.signal)).step, 3);
  const second = await realTrainer();
  const { state: loaded } = loadCheckpoint(parts.checkpointFile, lora, second);
  const resumed = await runTraining(
    { ...parts, trainer: second, state: loaded, isResumed: true },
    listener().events,
    never,
  );
  assert.deepEqual(stateOf(second), stateOf(whole));
  assert.deepEqual(resumed, uninterrupted);
  const wholeFile = path.join(scratch, "whole.safetensors");
  saveCheckpoint(
    wholeFile,
    { ...loaded, step: 7, position: 14, trainedTokens: 154, heldOutLoss: resumed.heldOutLoss, heldOutStep: 7 },
    whole.parameters,
  );
  assert.ok(readFileSync(wholeFile).equals(readFileSync(parts.checkpointFile)), "also on the disk");
  assert.ok(resumed.heldOutLoss! !== resumed.firstHeldOutLoss!);

  const dir = path.join(scratch, "adapter");
  writeAdapter(dir, trainedAdapter(second.parameters, lora.recipe, model.config, 1), model, {});
  const merged = withAdapter(model, await readAdapter(dir, model));
  const judge = await createTrainer(merged, {
    train: { lora: { rank: 1, alpha: 1 } },
    sequenceTokens: validation.sequenceTokens,
    seed: 1,
    threads: 1,
  });
  let [lossSum, weightSum] = [0, 0];
  for (const sequence of [0, 1]) {
    const part = await judge.evaluate(validation.batch(sequence));
    lossSum += part.lossSum;
    weightSum += part.weightSum;
  }
  const difference = Math.abs(lossSum / weightSum - resumed.heldOutLoss!);
  assert.ok(difference < 2e-3, `half floats change the loss a little: ${difference}`);
  const changed = Math.abs(resumed.firstHeldOutLoss! - resumed.heldOutLoss!);
  assert.ok(changed > 20 * difference, `but much less than the training did: ${changed}`);
  for (const trainer of [whole, first, second, judge]) await trainer.dispose();
});
