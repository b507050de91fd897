// A job's folder as a whole: a new job, one to resume, one that has ended. state.json stands for the job: where it exists, a job is unfinished.
// It is written last when a job begins, and removed first once the result is there. To be called with the job's lock held.

import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { DataFiles } from "../data/prepare.ts";
import { readJson } from "../jsonFile.ts";
import { type FineTuneRequest, type FineTuneResult, JobFiles } from "../protocol/fineTune.ts";
import { type JobDisk, writeJson } from "./disk.ts";
import { freshState, JobFolders, type JobState, readState, writeState } from "./state.ts";

/** Whether there is a job to resume. */
export const isUnfinished = (jobDir: string): boolean =>
  readJson(path.join(jobDir, JobFiles.state)) !== undefined && readResult(jobDir) === undefined;

/** Whether resuming is worth more than starting again: some work is done, and it is for this model. */
export function isWorthGoingOn(jobDir: string, model: string): boolean {
  if (!isUnfinished(jobDir)) return false;
  try {
    const state = readState(jobDir);
    return state?.model === model && state.corpus !== null;
  } catch {
    return false; // the state is of another version
  }
}

/** The result of the last job; undefined where there is none, or it has not ended. */
export const readResult = (jobDir: string): FineTuneResult | undefined =>
  readJson(path.join(jobDir, JobFiles.result)) as FineTuneResult | undefined;

/**
 * Creates a new job; removes the files of an unfinished one.
 * @param model a key that changes with the model
 * @param fill makes what the job begins with, and its state: default nothing
 * @throws the file system's error
 */
export function beginJob(
  jobDir: string,
  request: FineTuneRequest,
  model: string,
  disk: JobDisk,
  fill: (jobDir: string, fresh: JobState) => JobState = (_, fresh) => fresh,
): JobState {
  clearJob(jobDir, [JobFiles.lock], disk);
  disk.makeFolder(jobDir);
  writeJson(path.join(jobDir, JobFiles.request), request, disk);
  const state = fill(jobDir, freshState(randomUUID(), model, Date.now()));
  writeState(jobDir, state, disk);
  return state;
}

/**
 * The unfinished job. What it learns from stays as first requested; how it runs follows `now`, and so do the minutes as long as its steps are not
 * planned: one that was refused for too few of them goes on with more.
 * @throws UserError where there is none, or the model has changed since
 */
export function resumeJob(
  jobDir: string,
  now: Pick<FineTuneRequest, "root" | "when" | "endsWithParent" | "minutes">,
  model: string,
): { request: FineTuneRequest; state: JobState } {
  const request = readJson(path.join(jobDir, JobFiles.request)) as FineTuneRequest | undefined;
  const state = isUnfinished(jobDir) ? readState(jobDir) : undefined;
  if (!request || !state) throw badInput(`There is no unfinished fine-tuning of ${now.root}.`, "Begin one.");
  if (state.model !== model)
    throw badInput(`The model has changed since the fine-tuning of ${now.root} began.`, "Begin a new one.");
  const { when, endsWithParent } = now;
  const minutes = state.speed === null ? now.minutes : request.minutes;
  return { request: { ...request, when, endsWithParent, minutes }, state };
}

/**
 * Ends the job: writes its result first, then removes everything that was needed to make it. Its held-out places stay, since adapters are
 * compared by them.
 */
export function endJob(jobDir: string, result: FineTuneResult, disk: JobDisk): void {
  const cases = path.join(jobDir, JobFolders.data, DataFiles.reportCases);
  if (existsSync(cases)) disk.rename(cases, path.join(jobDir, DataFiles.reportCases));
  endWith(jobDir, result, [JobFiles.report, DataFiles.reportCases], disk);
}

/** Cancels the job: only the result stays, which says how it ended. */
export function dropJob(jobDir: string, result: FineTuneResult, disk: JobDisk): void {
  endWith(jobDir, result, [], disk);
}

function endWith(jobDir: string, result: FineTuneResult, kept: readonly string[], disk: JobDisk): void {
  writeJson(path.join(jobDir, JobFiles.result), result, disk);
  clearJob(jobDir, [JobFiles.lock, JobFiles.result, JobFiles.progress, JobFiles.request, ...kept], disk);
}

/** Removes everything but `kept`; the state goes first, since without it the rest means nothing. */
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
