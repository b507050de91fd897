// What the training process is asked for, and what it says. Types and defaults only.

import type { UserErrorData } from "../../protocol/errors.ts";
import type { RunResult } from "./train.ts";

/** Asked for by whoever starts the process. */
export interface TrainingRequest {
  modelDir: string; // the base: an adapter that its manifest names is left out
  dataDir: string;
  validationDir: string;
  outDir: string; // gets checkpoint, log and adapter
  resume: boolean; // go on from the checkpoint in outDir
  startDir?: string; // an adapter whose values the training begins with, and whose rank and alpha it takes
  rank: number;
  alpha: number;
  dropout: number; // on the input of A
  learningRate: number; // the highest
  steps?: number; // default: one pass over the data
  batchTokens: number; // of a step; rounded to whole sequences
  sequenceTokens?: number; // of the trainer; default: of the data
  evaluateEverySteps?: number; // default: twenty times in the run
  validationSequences: number; // at most as many are evaluated
  seed: number;
  device: "cpu" | "webgpu";
  threads?: number;
}

export const TRAINING_DEFAULTS = {
  rank: 16,
  dropout: 0,
  learningRate: 3e-4,
  batchTokens: 16_384,
  validationSequences: 32,
  seed: 1,
} as const;

/** Where things lie in the folder of a run. */
export const RunFiles = { checkpoint: "checkpoint.safetensors", log: "log.jsonl", adapter: "adapter" } as const;

export interface TrainingReport extends RunResult {
  steps: number; // that the run is to have
  adapter: string | null; // the folder; null where nothing was learnt yet
  checkpoint: string | null; // the file
}

/** Said by the process. The last message is a report or an error. */
export type TrainingMessage = { say: string } | { report: TrainingReport } | { error: UserErrorData };
