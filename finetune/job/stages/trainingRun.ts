// Runs the training process with one learning rate, continuing where an earlier run ended. Shared by the stages.

import { existsSync } from "node:fs";
import path from "node:path";
import { Cancelled } from "../../../common/errors.ts";
import { RunFiles, type TrainingReport, type TrainingRequest } from "../../../server/train/run/request.ts";
import { HYPERPARAMETERS } from "../hyperparameters.ts";
import type { Keep } from "../need.ts";
import type { RunningJob } from "../runningJob.ts";
import { JobFolders } from "../state.ts";
import { type StepPlan, validationSequencesFor } from "../steps.ts";

export const runDir = (job: RunningJob, rate: number): string => path.join(job.folder("runs"), `rate-${rate}`);

export interface RunOptions {
  rate: number;
  plan: StepPlan;
  stopAfterSteps?: number;
  sequenceTokens: number;
  outDir?: string; // default: the rate's folder
  validationSequences?: number; // default: enough to tell which rate is better
  keep?: Keep; // before the trial has decided it
  onStep: (step: number) => void; // called after each step
}

/**
 * @returns the report of a run that has finished
 * @throws UserError; Cancelled when `signal` fired first, after a checkpoint
 */
export async function trainingRun(job: RunningJob, options: RunOptions, signal: AbortSignal): Promise<TrainingReport> {
  const {
    rate,
    plan,
    stopAfterSteps,
    sequenceTokens,
    onStep,
    validationSequences = validationSequencesFor(sequenceTokens),
  } = options;
  const { request, tools } = job;
  const outDir = options.outDir ?? runDir(job, rate);
  const asked: TrainingRequest = {
    modelDir: request.modelDir,
    onModelAdapter: true,
    dataDir: path.join(job.folder("data"), "train"),
    validationDir: path.join(job.folder("data"), "validation"),
    outDir,
    resume: existsSync(path.join(outDir, RunFiles.checkpoint)),
    rank: HYPERPARAMETERS.rank,
    alpha: HYPERPARAMETERS.alpha,
    dropout: job.state.speed?.dropout ?? HYPERPARAMETERS.dropout,
    learningRate: rate,
    steps: plan.steps,
    stopAfterSteps,
    earlyStop: { evaluations: HYPERPARAMETERS.patience },
    batchTokens: plan.sequencesPerStep * sequenceTokens,
    evaluateEverySteps: plan.evaluateEverySteps,
    validationSequences,
    seed: request.seed,
    keep: job.state.speed?.keep ?? options.keep,
    precision: HYPERPARAMETERS.precision,
    device: "cpu",
    threads: request.threads,
  };
  const { report, peakRssBytes } = await tools.train(
    asked,
    {
      log: job.log,
      progress({ step, loss, heldOutLoss, tokensPerSecond, firstHeldOutLoss, steps }) {
        const before = job.live.training?.rate === rate ? job.live.training : undefined;
        job.live.training = {
          rate,
          step,
          steps,
          loss: loss ?? before?.loss,
          heldOutLoss: heldOutLoss ?? before?.heldOutLoss,
          firstHeldOutLoss,
          tokensPerSecond: tokensPerSecond ?? before?.tokensPerSecond,
        };
        onStep(step);
      },
    },
    signal,
  );
  job.noteMemory(peakRssBytes);
  if (report.ending === "stopped") throw new Cancelled();
  return report;
}

/** The path within the job's runs folder, so that a job's folder may be moved. */
export const relativeToRuns = (job: RunningJob, dir: string): string => path.relative(job.folder("runs"), dir);

export const inRuns = (jobDir: string, name: string): string => path.join(jobDir, JobFolders.runs, name);
