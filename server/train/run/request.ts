// What the training process is asked for, and what it says. Types and defaults only.

import type { UserErrorData } from "../../../common/errors.ts";
import type { AdapterDir } from "../../host/protocol/adapters.ts";
import type { LogEntry, RunResult } from "./train.ts";

/** Asked for by whoever starts the process. */
export interface TrainingRequest {
  modelDir: string; // the base: an adapter that its manifest names is left out, unless `onModelAdapter`
  /** Trains on top of the model as it is used, its own adapter merged: that is the new adapter's base. No row of the embedding is trained. */
  onModelAdapter?: boolean;
  dataDir: string;
  validationDir: string;
  outDir: string; // gets checkpoint, log and adapter
  resume: boolean; // go on from the checkpoint in outDir
  startDir?: AdapterDir; // of an adapter whose values the training begins with, and whose rank and alpha it takes
  rank: number;
  alpha: number;
  dropout: number; // on the input of A
  learningRate: number; // the highest
  steps?: number; // default: one pass over the data
  /** Ends after so many steps of `steps`, "paused", with a checkpoint that goes on with a larger number or none. */
  stopAfterSteps?: number;
  /** Ends, "early", once the held-out loss was not improved in so many evaluations. The adapter is then that of the best step. */
  earlyStop?: { evaluations: number };
  trainedLayers?: number; // only so many of the last layers, and no row of the embedding; default: all
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
  adapter: AdapterDir | null; // null where nothing was learnt yet, or nothing that lowered the held-out loss with `earlyStop`
  checkpoint: string | null; // the file
}

/** A line of the log, when it is written. */
export interface TrainingProgress extends LogEntry {
  steps: number; // that the run is to have
  firstHeldOutLoss: number; // before the training
}

/** Said to the process: end after a checkpoint. Signals do the same, where the system has them. */
export const STOP_TRAINING = "stop";

/** Said by the process. The last message is a report or an error. */
export type TrainingMessage =
  | { log: string }
  | { progress: TrainingProgress }
  | { report: TrainingReport; peakRssBytes: number }
  | { error: UserErrorData };
