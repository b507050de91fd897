// A fine-tuning job's folder from the outside: the job's reports, and commands to the job. The job owns the files (finetune/job); this side only
// writes control.json and removes files that are no longer needed. A missing, incomplete or invalid file counts as absent.

import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { LOCK_WAIT_MS, tryLock } from "../../../common/util/fileLock.ts";
import { writeWhole } from "../../../common/util/writeWhole.ts";
import {
  type FineTuneRequest,
  type FineTuneResult,
  JOB_STAGES,
  type JobControl,
  JobFiles,
  type JobProgress,
} from "../../../finetune/protocol/fineTune.ts";

const STATES: readonly string[] = [
  "running",
  "pausing",
  "paused",
  "waiting",
  "interrupted",
  "done",
  "failed",
  "cancelled",
] satisfies JobProgress["state"][];

/** A stamp that changes with each report of the job; undefined where there is none. Costs one stat. */
export function progressStamp(dir: string): string | undefined {
  const stat = statSync(path.join(dir, JobFiles.progress), { throwIfNoEntry: false });
  return stat && `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}

export function readProgress(dir: string): JobProgress | undefined {
  const value = readJson(path.join(dir, JobFiles.progress)) as Partial<JobProgress> | undefined;
  const whole =
    typeof value?.pid === "number" &&
    typeof value.updatedMs === "number" &&
    typeof value.share === "number" &&
    STATES.includes(value.state as string) &&
    JOB_STAGES.includes(value.stage as never);
  return whole ? (value as JobProgress) : undefined;
}

export function readResult(dir: string): FineTuneResult | undefined {
  const value = readJson(path.join(dir, JobFiles.result)) as Partial<FineTuneResult> | undefined;
  return typeof value?.accepted === "boolean" && typeof value.reason === "string"
    ? (value as FineTuneResult)
    : undefined;
}

/** The job's original request. */
export function readRequest(dir: string): FineTuneRequest | undefined {
  const value = readJson(path.join(dir, JobFiles.request)) as Partial<FineTuneRequest> | undefined;
  return typeof value?.root === "string" ? (value as FineTuneRequest) : undefined;
}

/** Whether there is an unfinished job that can be continued. */
export function isUnfinished(dir: string): boolean {
  return existsSync(path.join(dir, JobFiles.state)) && !existsSync(path.join(dir, JobFiles.result));
}

export function reportFile(dir: string): string | undefined {
  const file = path.join(dir, JobFiles.report);
  return existsSync(file) ? file : undefined;
}

/** Whether the job has been asked to pause. */
export const isPauseWished = (dir: string): boolean =>
  (readJson(path.join(dir, JobFiles.control)) as Partial<JobControl> | undefined)?.wish === "pause";

/** @throws the file system's error */
export function writeControl(dir: string, wish: JobControl["wish"]): void {
  writeWhole(path.join(dir, JobFiles.control), JSON.stringify({ wish } satisfies JobControl));
}

/**
 * Removes the files of a job that is not running, except the lock and the result.
 * @returns false where the job is running after all
 */
export function clearJob(dir: string): boolean {
  const unlock = tryLock(path.join(dir, JobFiles.lock), LOCK_WAIT_MS);
  if (!unlock) return false;
  try {
    for (const name of readdirSync(dir)) {
      if (!KEPT.some((kept) => name.startsWith(kept))) rmSync(path.join(dir, name), { recursive: true, force: true });
    }
  } finally {
    unlock();
  }
  return true;
}

const KEPT = [JobFiles.lock, JobFiles.result]; // the lock's database may have a journal beside it

function readJson(file: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
