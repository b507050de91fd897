// The training process's request and messages. Types and defaults only.

import type { UserErrorData } from "../../../common/errors.ts";
import type { AdapterDir } from "../../host/protocol/adapters.ts";
import type { Precision } from "../layerGraph.ts";
import type { LogEntry, RunResult } from "./train.ts";

/** Sent by the process that starts the training. */
export interface TrainingRequest {
  modelDir: string; // the base model: the adapter that its manifest names is left out, unless `onModelAdapter`
  /** Trains on top of the model with its own adapter merged, which is then the new adapter's base. No row of the embedding is trained. */
  onModelAdapter?: boolean;
  dataDir: string;
  validationDir: string;
  outDir: string; // receives checkpoint, log and adapter
  resume: boolean; // continue from the checkpoint in outDir
  startDir?: AdapterDir; // an adapter to start from: its values, rank and alpha
  rank: number;
  alpha: number;
  dropout: number; // on the input of A
  learningRate: number; // the maximum
  steps?: number; // default: one pass over the data
  /** Pauses after this many of the `steps` ("paused"), with a checkpoint that can be continued with a larger number or none. */
  stopAfterSteps?: number;
  /** Ends ("early") after this many evaluations without a better held-out loss. The adapter is then that of the best step. */
  earlyStop?: { evaluations: number };
  trainedLayers?: number; // trains only this many of the last layers, and no row of the embedding; default: all
  batchTokens: number; // tokens per step; rounded to whole sequences
  sequenceTokens?: number; // the trainer's sequence length; default: the data's
  evaluateEverySteps?: number; // default: twenty evaluations in the run
  validationSequences: number; // the most that are evaluated
  seed: number;
  /** What is saved for the backward pass: see `TrainerOptions`. Default: what the trainer does by itself. */
  keep?: "selective" | "recompute";
  /** Of the products with frozen matrices. On WebGPU, which has no kernels for "int8", it is "fp32", and the log says so. */
  precision: Precision;
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
  precision: "fp32",
} as const;

/** File and folder names in a run's folder. */
export const RunFiles = { checkpoint: "checkpoint.safetensors", log: "log.jsonl", adapter: "adapter" } as const;

export interface TrainingReport extends RunResult {
  steps: number; // planned for the whole run
  adapter: AdapterDir | null; // null where nothing was learnt yet, or where with `earlyStop` nothing lowered the held-out loss
  checkpoint: string | null; // path of the file
}

/** A line of the log, sent when it is written. */
export interface TrainingProgress extends LogEntry {
  steps: number; // planned for the whole run
  firstHeldOutLoss: number; // before the training
}

/** Message to the process: end after a checkpoint. Signals do the same on systems that have them. */
export const STOP_TRAINING = "stop";

/** A message from the process. The last one is a report or an error. */
export type TrainingMessage =
  | { log: string }
  | { progress: TrainingProgress }
  | { report: TrainingReport; peakRssBytes: number }
  | { error: UserErrorData };
