// The messages between extension and agent about fine-tuning and a workspace's adapters. Types and names only.

import type { FineTunePlan, FineTuneResult, JobControl, JobProgress } from "../../finetune/protocol/fineTune.ts";
import type { Answer } from "./answer.ts";

export interface FolderParams {
  root: string; // absolute path of a workspace folder
}

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

export type PlanAnswer = Answer<FineTunePlan>;

export interface StartParams extends FolderParams {
  anew: boolean; // false: continues an unfinished job, where there is one
}

/** Sent when the job is running, whether it was started now or before. */
export type StartAnswer = Answer<"started" | "underWay">;

export interface ControlParams extends FolderParams {
  wish: JobControl["wish"];
}

export const FineTuneMethod = {
  plan: "sotto/fineTunePlan", // request, extension → agent: FolderParams, PlanAnswer; may take a minute
  start: "sotto/fineTuneStart", // request, extension → agent: StartParams, StartAnswer
  control: "sotto/fineTuneControl", // request, extension → agent: ControlParams, Answer<null>
  look: "sotto/fineTuneLook", // request, extension → agent: FineTuneStatus, as it is now
  status: "sotto/fineTuneStatus", // notification, agent → extension: FineTuneStatus
} as const;
