// Carries out one training request, from its folders to the exported adapter: opens, checks, trains, exports. Knows no process and no command
// line.

import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { badInput, datasetInvalid } from "../../../common/errors.ts";
import type { Adapter } from "../../engine/adapters/adapter.ts";
import { readAdapter } from "../../engine/adapters/readAdapter.ts";
import { writeAdapter } from "../../engine/adapters/writeAdapter.ts";
import { openAdapted } from "../../engine/load/openAdapted.ts";
import { openModel, type StoredModel } from "../../engine/models/modelStore.ts";
import { promptFormats, versionOfFormat } from "../../engine/prompt/promptFormat.ts";
import { loadTokenizer } from "../../engine/tokenizer/bpeTokenizer.ts";
import { createTrainer } from "../trainer.ts";
import type { TrainableParameter } from "../types.ts";
import { type BestValues, loadCheckpoint, type Recipe, type RunIdentity, type RunState } from "./checkpoint.ts";
import { type Dataset, openDataset, type PromptFormatId } from "./dataset.ts";
import { RunFiles, type TrainingMessage, type TrainingReport, type TrainingRequest } from "./request.ts";
import { type RunEvents, runTraining } from "./train.ts";
import { trainedAdapter } from "./trainedAdapter.ts";

const CHECKPOINT_EVERY_MS = 2 * 60_000;
const WARMUP_SHARE = 0.02; // share of the steps
const WEIGHT_DECAY = 0.01;
const EVALUATIONS = 20; // evaluations in a run whose number of steps is not given

/**
 * Trains an adapter according to `request`, until the run is done or `signal` fires, and writes it.
 * @param send receives the progress messages
 * @throws UserError for any fault of the folders or the training; an earlier checkpoint is then still there
 */
export async function runRequest(
  request: TrainingRequest,
  send: (message: TrainingMessage) => void,
  signal: AbortSignal,
): Promise<TrainingReport> {
  const log = (line: string) => send({ log: line });
  const checkpointFile = path.join(request.outDir, RunFiles.checkpoint);
  prepareFolder(request.outDir, checkpointFile, request.resume);
  const base = await (request.onModelAdapter ? openAdapted : openModel)(request.modelDir);
  const training = await openDataset(request.dataDir, base.config.vocabSize);
  const validation = await openDataset(request.validationDir, base.config.vocabSize);
  if (training.sha256 === validation.sha256)
    throw datasetInvalid(validation.dir, "it is the training data itself, and cannot show what was learnt");
  const start = request.startDir === undefined ? undefined : await readAdapter(request.startDir, base);
  checkFormats(training, validation, request.onModelAdapter ? base.promptFormat : undefined);
  const markers = await markerIds(request.modelDir, training.promptFormat);
  const recipe = recipeOf(request, training, base.config.layers, start, markers);
  checkTrainedLayers(recipe, base.config.layers, start);
  for (const data of [training, validation]) checkLength(data, recipe.sequenceTokens);
  const identity: RunIdentity = {
    base: { id: base.id, weightsSha256: base.weightsSha256 },
    datasetSha256: training.sha256,
    recipe,
  };

  log("loading the weights …");
  const { rank, alpha, dropout, embeddingRows, sequenceTokens, seed, trainedLayers: layers, precision } = recipe;
  if (precision !== request.precision) log(`training in ${precision}: WebGPU has no products in ${request.precision}`);
  const trainer = await createTrainer(base, {
    train: { lora: { rank, alpha, dropout, embeddingRows, layers } },
    sequenceTokens,
    seed,
    keep: request.keep,
    device: request.device,
    precision,
    threads: request.threads,
  });
  try {
    if (start) copyValues(start, trainedAdapter(trainer.parameters, recipe, base.config, training.promptFormat));
    const fresh: RunState = {
      ...identity,
      formatVersion: 2,
      step: 0,
      position: 0,
      trainedTokens: 0,
      firstHeldOutLoss: null,
      heldOutLoss: null,
      heldOutStep: null,
      best: null,
      evaluationsSinceBest: 0,
    };
    const { state, best: loaded } = request.resume
      ? loadCheckpoint(checkpointFile, identity, trainer)
      : { state: fresh, best: undefined };
    const best = loaded ?? trainer.parameters.map(({ data }) => data.slice());
    const parts = {
      trainer,
      training,
      validation,
      state,
      isResumed: request.resume,
      checkpointFile,
      checkpointEveryMs: CHECKPOINT_EVERY_MS,
      evaluateEverySteps: request.evaluateEverySteps ?? Math.max(1, Math.round(recipe.steps / EVALUATIONS)),
      validationSequences: request.validationSequences,
      stopAfterSteps: request.stopAfterSteps,
      earlyStop: request.earlyStop && { ...request.earlyStop, best },
    };
    log(planOf(recipe, training, state.step));
    const append = logInto(path.join(request.outDir, RunFiles.log), log);
    let { firstHeldOutLoss } = state;
    const record: RunEvents["record"] = (entry) => {
      append(entry);
      firstHeldOutLoss ??= entry.heldOutLoss!; // the first log line is that of step 0
      send({ progress: { ...entry, steps: recipe.steps, firstHeldOutLoss } });
    };
    const result = await runTraining(parts, { log, record }, signal);
    const adapter = (result.best ?? result).step === 0 ? null : path.join(request.outDir, RunFiles.adapter);
    if (adapter) {
      const values = result.best ? withValues(trainer.parameters, best) : trainer.parameters;
      const learnt = trainedAdapter(values, recipe, base.config, training.promptFormat);
      exportAdapter(adapter, learnt, base, { ...recipe, datasetSha256: training.sha256, ...result });
    }
    return { ...result, steps: recipe.steps, adapter, checkpoint: result.step === 0 ? null : checkpointFile };
  } finally {
    training.close();
    validation.close();
    await trainer.dispose();
  }
}

function prepareFolder(outDir: string, checkpointFile: string, resume: boolean): void {
  try {
    mkdirSync(outDir, { recursive: true });
  } catch (error) {
    throw badInput(`The folder ${outDir} cannot be made: ${(error as Error).message}.`, "Give another one with --out.");
  }
  if (!resume && existsSync(checkpointFile))
    throw badInput(
      `There is a training in ${outDir} already.`,
      "Go on with --resume, or give another folder with --out.",
    );
}

/**
 * @param learnt the version of our prompt format that the model as it is used has learnt, if it has
 * @throws UserError where the two folders, or the data and the model, are of different prompt formats
 */
function checkFormats(training: Dataset, validation: Dataset, learnt: number | undefined): void {
  if (validation.promptFormat !== training.promptFormat)
    throw datasetInvalid(
      validation.dir,
      `its prompts are of format ${validation.promptFormat}, and those of the training data of ${training.promptFormat}`,
    );
  if (learnt !== undefined && training.promptFormat !== learnt)
    throw datasetInvalid(
      training.dir,
      `its prompts are of format ${training.promptFormat}, and the model has learnt format ${learnt}`,
    );
}

/**
 * Token ids of the markers whose rows of the embedding are trained: those of our first format, which no model has seen before. A family's own
 * markers were learnt with the model.
 */
async function markerIds(modelDir: string, promptFormat: PromptFormatId): Promise<number[]> {
  if (promptFormat !== versionOfFormat("fim")) return [];
  const tokenizer = await loadTokenizer(modelDir);
  const segments = promptFormats.fim.file({ path: "", before: "", line: "", suffix: "" });
  const ids = segments.map((segment) => ("marker" in segment ? tokenizer.specialId(segment.marker) : undefined));
  return [...new Set(ids.filter((id) => id !== undefined))].sort((a, b) => a - b);
}

function recipeOf(
  request: TrainingRequest,
  data: Dataset,
  layers: number,
  start: Adapter | undefined,
  markers: number[],
): Recipe {
  const { learningRate, dropout, seed, sequenceTokens = data.sequenceTokens, trainedLayers = layers } = request;
  const rows = request.onModelAdapter || trainedLayers < layers ? [] : markers;
  const sequencesPerStep = Math.max(1, Math.round(request.batchTokens / data.sequenceTokens));
  const steps = request.steps ?? Math.ceil(data.sequences / sequencesPerStep);
  return {
    rank: start?.rank ?? request.rank,
    alpha: start?.alpha ?? request.alpha,
    dropout,
    embeddingRows: start ? [...start.embeddingRows.keys()] : rows,
    startSha256: start?.sha256 ?? null,
    trainedLayers,
    sequenceTokens,
    sequencesPerStep,
    steps,
    warmupSteps: Math.ceil(steps * WARMUP_SHARE),
    learningRate,
    weightDecay: WEIGHT_DECAY,
    seed,
    precision: request.device === "cpu" ? request.precision : "fp32",
  };
}

function checkLength({ dir, sequenceTokens }: Dataset, trainerTokens: number): void {
  if (sequenceTokens > trainerTokens)
    throw datasetInvalid(dir, `its sequences have ${sequenceTokens} tokens, and the trainer's have ${trainerTokens}`);
}

/** @throws UserError where the model has fewer layers, or the adapter to start from has parts that would not be trained */
function checkTrainedLayers({ trainedLayers }: Recipe, layers: number, start: Adapter | undefined): void {
  if (!Number.isInteger(trainedLayers) || trainedLayers < 1 || trainedLayers > layers)
    throw badInput(`${trainedLayers} layers cannot be trained.`, `Train 1 to ${layers}: so many has the model.`);
  if (trainedLayers < layers && start)
    throw badInput("A training that starts with an adapter trains all layers.", "Leave the number of layers out.");
}

const withValues = (parameters: readonly TrainableParameter[], values: BestValues) =>
  parameters.map(({ name }, i) => ({ name, data: values[i] }));

/** Copies the values of `from` to their places in `to`; layers that `from` lacks stay unchanged. */
function copyValues(from: Adapter, to: Pick<Adapter, "matrices" | "embeddingRows">): void {
  for (const [layer, { a, b }] of from.matrices) {
    to.matrices.get(layer)!.a.set(a);
    to.matrices.get(layer)!.b.set(b);
  }
  for (const [id, row] of from.embeddingRows) to.embeddingRows.get(id)!.set(row);
}

function planOf({ steps, sequencesPerStep, sequenceTokens, rank }: Recipe, data: Dataset, done: number): string {
  const passes = (steps * sequencesPerStep) / data.sequences;
  return (
    `${done === 0 ? "training" : `going on after step ${done}`}: ${steps} steps of ${sequencesPerStep} × ${sequenceTokens} tokens, ` +
    `${passes.toFixed(1)} passes over ${data.sequences} sequences, rank ${rank}`
  );
}

/**
 * Appends JSON lines. A log that cannot be written is reported once and never ends a training. A resumed run repeats the steps after its
 * checkpoint.
 */
function logInto(file: string, log: (line: string) => void): RunEvents["record"] {
  let isTold = false;
  return (entry) => {
    try {
      appendFileSync(file, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      if (!isTold) log(`The log ${file} cannot be written (${(error as Error).message}). The training goes on.`);
      isTold = true;
    }
  };
}

function exportAdapter(
  dir: string,
  learnt: ReturnType<typeof trainedAdapter>,
  base: StoredModel,
  facts: Record<string, unknown>,
): void {
  try {
    writeAdapter(dir, learnt, base, facts);
  } catch (error) {
    throw badInput(
      `The adapter ${dir} cannot be written: ${(error as Error).message}.`,
      "The checkpoint is whole: make room, and write the adapter with --resume.",
    );
  }
}
