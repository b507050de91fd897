// The messages between extension and agent about fine-tuning and a workspace's adapters. Types and names only.

import type { FineTunePlan, FineTuneResult, JobControl, JobProgress } from "../../finetune/protocol/fineTune.ts";
import type { Answer } from "./answer.ts";

export interface FolderParams {
  root: string; // absolute path of a workspace folder
}

/** A folder's fine-tuning: the one under way, or the last one. */
export interface FineTuneJob {
  root: string;
  progress: JobProgress; // one whose process is gone is "interrupted", whatever it said last
  result?: FineTuneResult; // once it is done
  report?: string; // path of the page, once it is there
  canGoOn: boolean; // it is at work nowhere, and unfinished
}

/** Agent → extension, at each change. */
export interface FineTuneStatus {
  jobs: FineTuneJob[];
}

export type PlanAnswer = Answer<FineTunePlan>;

export interface StartParams extends FolderParams {
  anew: boolean; // false: goes on with an unfinished one, where there is one
}

/** Answered when the job is at work, this one or one that was under way already. */
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
