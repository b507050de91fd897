// What a fine-tuning job is asked for, what it says while it runs, and what it leaves behind: the contract between the job's process
// (finetune/), the agent and the command line. They meet in files of the job's folder, so that a job may outlive whoever started it.
// Types and names only.

import type { UserErrorData } from "../../common/errors.ts";
import type { AdapterId } from "../../server/host/protocol/adapters.ts";

/** When the job may compute: always, only on mains power, only while nobody types in any window (and on mains power). */
export type WhenToTrain = "always" | "mains" | "idle";

export interface FineTuneRequest {
  root: string; // the workspace
  modelDir: string; // the model as it is used, with its own adapter, is what the new adapter is trained on; "" for the embedded one
  minutes: number; // about, on this machine while nobody else uses it: training and judging
  when: WhenToTrain;
  seed: number;
  threads?: number;
  exclude?: string[]; // the setting sotto.exclude
  /** Ends, after a checkpoint, when the process that started it ends; else it goes on. */
  endsWithParent: boolean;
}

/** In the user's data folder: touched while somebody types in any window, at most every 10 s. */
export const TYPING_FILE = "typing";

/** Names in the job's folder. Every one is replaced whole, so that a reader finds the old or the new one. */
export const JobFiles = {
  lock: "job.lock", // held by the job's process for life: an exclusive lock of SQLite
  request: "request.json", // FineTuneRequest
  state: "state.json", // what is done, for going on after a restart; the job's own business
  progress: "progress.json", // JobProgress, about once a second
  control: "control.json", // JobControl; written by others
  result: "result.json", // FineTuneResult, at the end
  report: "report.html",
} as const;

export interface JobControl {
  wish: "run" | "pause" | "cancel"; // cancel: everything of the job is removed but its result
}

export const JOB_STAGES = ["data", "speed", "rates", "training", "judging"] as const;
export type JobStage = (typeof JOB_STAGES)[number];

export interface JobProgress {
  pid: number;
  updatedMs: number; // since 1970; a running job is silent for a few seconds at most
  /** waiting: for what `waitsFor` says; interrupted: its process ended before the job did, and it can go on. */
  state: "running" | "paused" | "waiting" | "interrupted" | "done" | "failed" | "cancelled";
  stage: JobStage;
  waitsFor?: string; // in words, while it is waiting: "mains power"
  share: number; // of the whole job that is done, 0 to 1
  leftMs?: number; // about
  /** In the stage "rates" and "training". */
  training?: {
    rate: number; // learning rate
    step: number;
    steps: number;
    loss?: number; // nats a token, of the last step
    heldOutLoss?: number;
    firstHeldOutLoss?: number; // before the training
    tokensPerSecond?: number;
  };
  /** In the stage "judging". */
  judging?: { done: number; cases: number };
  error?: UserErrorData; // where it failed
}

/** What there is to learn from, counted before anything runs. */
export interface CorpusFacts {
  files: number; // that are learnt from or held out
  bytes: number;
  tokens: number; // of the examples of one pass, general code included
  generalShare: number; // of the tokens
  split: Record<"train" | "validation" | "report", { files: number; bytes: number }>;
  byGitTime: boolean; // false: there is no git, and chance decides what is held out
  dropped: Record<string, number>; // by reason
  /** Some of each reason, so that a person can check; paths relative to the root. */
  droppedFiles: { path: string; reason: string }[];
}

/** Before a person says yes. */
export interface FineTunePlan {
  corpus: CorpusFacts;
  minutes: number; // in all, while nobody else uses the machine
  memoryBytes: number; // the most at a time
  diskBytes: number; // while it runs
  passes: number; // over the data
  warnings: string[]; // sentences, for example that there is little to learn from
}

export interface CompletionFigures {
  loss: number; // nats a character of the expected text
  exactMatch: number; // 0 to 1
  editSimilarity: number; // 0 to 1
}

/** The JSON document of `sotto finetune`. */
export interface FineTuneResult {
  corpus: CorpusFacts;
  learningRates: { rate: number; heldOutLoss: number }[];
  heldOut: {
    cases: number;
    before: CompletionFigures;
    after: CompletionFigures;
    interval: [number, number]; // of the gain in exact match, 95 %
  } | null;
  forgetting: number | null; // points lost on the general set, by exact match or edit similarity, whichever lost more; below 0 where both won
  accepted: boolean;
  reason: string; // a sentence
  adapter: AdapterId | null; // where it was accepted
  tokensPerSecond: number | null;
  ms: number; // of work, without pauses
  peakRssBytes: number;
}
