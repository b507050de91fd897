// The messages between extension and agent about fine-tuning and a workspace's adapters. Types and names only.

import type { FineTunePlan, FineTuneResult, JobControl, JobProgress } from "../../finetune/protocol/fineTune.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import type { Answer } from "./answer.ts";

export interface FolderParams {
  root: string; // absolute path of a workspace folder
}

/** What a person wants otherwise than the settings say, for one job. */
export interface FineTuneWishes {
  tier?: Tier; // the model that is to learn; default: the one that sotto.model names, and quick where it names several
  minutes?: number; // default: sotto.fineTune.minutes
}

export interface PlanParams extends FolderParams, FineTuneWishes {}

/** A folder's fine-tuning job: the running one, or the last one. */
export interface FineTuneJob {
  root: string;
  progress: JobProgress; // "interrupted" for a job whose process is gone, whatever it reported last
  result?: FineTuneResult; // once the job is done
  report?: string; // path of the page, once it exists
  canGoOn: boolean; // the job is unfinished and runs nowhere
}

/** Agent → extension, at each change. */
export interface FineTuneStatus {
  jobs: FineTuneJob[];
}

/** Which models can learn, where there is a choice: none where the setting names one. */
export interface LearnersAnswer {
  tiers: Tier[];
}

export type PlanAnswer = Answer<FineTunePlan>;

export interface StartParams extends PlanParams {
  anew: boolean; // false: continues an unfinished job, where there is one
}

/** Sent when the job is running, whether it was started now or before. */
export type StartAnswer = Answer<"started" | "underWay">;

export interface ControlParams extends FolderParams {
  wish: JobControl["wish"];
}

export const FineTuneMethod = {
  plan: "sotto/fineTunePlan", // request, extension → agent: PlanParams, PlanAnswer; may take a minute
  start: "sotto/fineTuneStart", // request, extension → agent: StartParams, StartAnswer
  control: "sotto/fineTuneControl", // request, extension → agent: ControlParams, Answer<null>
  learners: "sotto/fineTuneLearners", // request, extension → agent: LearnersAnswer
  look: "sotto/fineTuneLook", // request, extension → agent: FineTuneStatus, as it is now
  status: "sotto/fineTuneStatus", // notification, agent → extension: FineTuneStatus
} as const;
