// The request, the progress and the result of a fine-tuning job: the contract between the job's process (finetune/), the agent and the command
// line. They communicate through files in the job's folder, so that a job may outlive the process that started it. Types and names only.

import type { UserErrorData } from "../../common/errors.ts";
import type { AdapterId } from "../../server/host/protocol/adapters.ts";

/** When the job may compute: always, only on mains power, only while nobody types in any window (and on mains power). */
export type WhenToTrain = "always" | "mains" | "idle";

/** Of commits that are learnt from: all alike, or those of the repository's own `user.email` more. */
export const COMMIT_WEIGHTS = ["alike", "ownMore"] as const;
export type CommitWeights = (typeof COMMIT_WEIGHTS)[number];

export interface FineTuneRequest {
  root: string; // the workspace
  modelDir: string; // the new adapter is trained on this model as it is used, with its own adapter; "" for the embedded model
  minutes: number; // approximate, on this machine while nobody else uses it: training and judging
  when: WhenToTrain;
  seed: number;
  threads?: number;
  python?: string; // a Python with PyTorch, which then trains; absent: Sotto's own trainer
  exclude?: string[]; // the setting sotto.exclude
  /** Whether it also learns from the suggestions that were kept (the setting sotto.keepExamples). */
  examples?: boolean;
  /** How the edits of git's last commits count that it also learns from (the setting sotto.fineTune.commits); absent: it does not. */
  commits?: CommitWeights;
  /** The job ends, after a checkpoint, with the process that started it; otherwise it continues. */
  endsWithParent: boolean;
}

/** A file in the user's data folder, touched while somebody types in any window, at most every 10 s. */
export const TYPING_FILE = "typing";

/** File names in the job's folder. Every file is replaced as a whole, so that a reader finds the old or the new one. */
export const JobFiles = {
  lock: "job.lock", // an exclusive SQLite lock, held by the job's process as long as it lives
  request: "request.json", // FineTuneRequest
  state: "state.json", // the finished work, for resuming; internal to the job
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
  updatedMs: number; // since 1970; a running job updates it at least every few seconds
  /**
   * pausing: a pause was asked for, and the work under way ends first; waiting: for what `waitsFor` says; interrupted: its process ended before
   * the job did, and it can be resumed.
   */
  state: "running" | "pausing" | "paused" | "waiting" | "interrupted" | "done" | "failed" | "cancelled";
  stage: JobStage;
  waitsFor?: string; // while it is waiting, in words: "mains power"
  share: number; // the part of the whole job that is done, 0 to 1
  leftMs?: number; // approximate
  /** In the stages "rates" and "training". */
  training?: {
    rate: number; // learning rate
    step: number;
    steps: number;
    loss?: number; // nats per token, of the last step
    heldOutLoss?: number;
    firstHeldOutLoss?: number; // before the training
    tokensPerSecond?: number;
  };
  /** In the stage "judging". */
  judging?: { done: number; cases: number };
  error?: UserErrorData; // if the job failed
}

/** What a workspace offers to learn from, counted before anything runs. */
export interface CorpusFacts {
  files: number; // those learnt from or held out
  bytes: number;
  tokens: number; // of one pass's examples, including general code
  generalShare: number; // share of the tokens
  split: Record<"train" | "validation" | "report", { files: number; bytes: number }>;
  byGitTime: boolean; // false: there is no git history, and what is held out is random
  dropped: Record<string, number>; // by reason
  /** Some files for each reason, so that a person can check; paths relative to the root. */
  droppedFiles: { path: string; reason: string }[];
  /** Of the kept examples; absent where they were not asked for. */
  kept?: KeptFacts;
  /** Of the edits of commits; absent where they were not asked for. */
  edits?: EditFacts;
}

export interface EditFacts {
  learnt: number;
  tokens: number; // of one pass
  dropped: Record<string, number>; // by reason
}

export interface KeptFacts {
  learnt: number;
  heldOut: number; // places that judge
  tokens: number; // of one pass, of those that are learnt from
  dropped: Record<string, number>; // by reason
}

/** The plan that a person agrees to. */
export interface FineTunePlan {
  corpus: CorpusFacts;
  minutes: number; // in total, while nobody else uses the machine
  leastMinutes: number; // of the smallest job that is useful
  memoryBytes: number; // peak
  diskBytes: number; // while it runs
  passes: number; // passes over the data
  tokensPerSecond: number; // in training, with this model on this machine
  /** Set: there can be no such job, and nothing is trained. */
  refusal?: PlanRefusal;
  warnings: string[]; // sentences, for example that there is little to learn from
}

export interface PlanRefusal {
  reason: string; // a sentence
  action: string; // what can be done instead
}

export interface CompletionFigures {
  loss: number; // nats per character of the expected text
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
  forgetting: number | null; // points lost on the general set, by exact match or edit similarity, whichever lost more; below 0 where both gained
  accepted: boolean;
  reason: string; // a sentence
  adapter: AdapterId | null; // if it was accepted
  tokensPerSecond: number | null;
  ms: number; // duration of the work, without pauses
  peakRssBytes: number;
}
