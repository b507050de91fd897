// A job's folder as a whole: a new job, one to go on with, one that is over. state.json stands for the job: where it is, something is
// unfinished; it is written last when a job begins, and removed first after the result is there. Call with the job's lock held.

import { readdirSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../server/protocol/errors.ts";
import { type FineTuneRequest, type FineTuneResult, JobFiles } from "../../server/protocol/fineTune.ts";
import { type JobDisk, readJson, writeJson } from "./disk.ts";
import { freshState, type JobState, readState, writeState } from "./state.ts";

/** Whether there is something to go on with. */
export const isUnfinished = (jobDir: string): boolean =>
  readJson(path.join(jobDir, JobFiles.state)) !== undefined && readResult(jobDir) === undefined;

/** What the last job came to; undefined where there is none, or it is not over. */
export const readResult = (jobDir: string): FineTuneResult | undefined =>
  readJson(path.join(jobDir, JobFiles.result)) as FineTuneResult | undefined;

/** @throws UserError where there is an unfinished one already; the file system's error */
export function beginJob(jobDir: string, request: FineTuneRequest, id: string, disk: JobDisk): JobState {
  if (isUnfinished(jobDir))
    throw badInput(
      `There is an unfinished fine-tuning of ${request.root}.`,
      "Go on with it (--resume), or begin anew (--restart).",
    );
  clearJob(jobDir, [JobFiles.lock], disk);
  writeJson(path.join(jobDir, JobFiles.request), request, disk);
  const state = freshState(id, Date.now());
  writeState(jobDir, state, disk);
  return state;
}

/** @throws UserError where there is nothing to go on with */
export function resumeJob(jobDir: string, root: string): { request: FineTuneRequest; state: JobState } {
  const request = readJson(path.join(jobDir, JobFiles.request)) as FineTuneRequest | undefined;
  const state = isUnfinished(jobDir) ? readState(jobDir) : undefined;
  if (!request || !state) throw badInput(`There is no unfinished fine-tuning of ${root}.`, "Begin one.");
  return { request, state };
}

/** The job is over: its result first, then everything goes that was needed to make it. */
export function endJob(jobDir: string, result: FineTuneResult, disk: JobDisk): void {
  writeJson(path.join(jobDir, JobFiles.result), result, disk);
  clearJob(jobDir, [JobFiles.lock, JobFiles.result, JobFiles.report, JobFiles.progress, JobFiles.request], disk);
}

/** Removes everything but `kept`; the state first, without which the rest is nothing. */
export function clearJob(jobDir: string, kept: readonly string[], disk: JobDisk): void {
  disk.remove(path.join(jobDir, JobFiles.state));
  const locks = kept.includes(JobFiles.lock) ? [`${JobFiles.lock}-journal`, `${JobFiles.lock}-wal`] : [];
  for (const entry of entriesOf(jobDir)) {
    if (kept.includes(entry.name) || locks.includes(entry.name)) continue;
    const place = path.join(jobDir, entry.name);
    if (entry.isDirectory()) disk.removeFolder(place);
    else disk.remove(place);
  }
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
