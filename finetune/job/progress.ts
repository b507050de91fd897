// Reports a job's progress in progress.json, about once a second. The time left is steady: it decreases, and approaches a new estimate slowly.

import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { UserErrorData } from "../../common/errors.ts";
import { JOB_STAGES, JobFiles, type JobProgress, type JobStage } from "../protocol/fineTune.ts";
import type { RunningJob } from "./runningJob.ts";
import { type JobState, stageOf } from "./state.ts";
import { DATA_SECONDS } from "./steps.ts";

const EVERY_MS = 1000;

/** Before anything is measured: each stage's share of the requested minutes. */
const SHARES: Record<"rates" | "training" | "judging", number> = { rates: 0.33, training: 0.42, judging: 0.25 };

const TRIAL_SECONDS = 20;

/** Seconds of each stage, as far as they are known. */
export function expectedSeconds({ speed }: Pick<JobState, "speed">, minutes: number): Record<JobStage, number> {
  const { rates, training, judging } = SHARES;
  const seconds = 60 * minutes;
  const guessed = { rates: rates * seconds, training: training * seconds, judging: judging * seconds };
  return { data: DATA_SECONDS, speed: TRIAL_SECONDS, ...(speed?.seconds ?? guessed) };
}

/** @param part the part of `stage` that is done, 0 to 1 */
export function shareDone(expected: Record<JobStage, number>, stage: JobStage, part: number): number {
  const at = JOB_STAGES.indexOf(stage);
  const done = JOB_STAGES.slice(0, at).reduce((sum, name) => sum + expected[name], 0) + part * expected[stage];
  return done / JOB_STAGES.reduce((sum, name) => sum + expected[name], 0);
}

/** The part of a stage after which its own pace is trusted. */
const TELLING_PART = 0.03;

/** Seconds left, based on the pace of the current stage once that is reliable. */
export function secondsLeft(
  expected: Record<JobStage, number>,
  stage: JobStage,
  { part, newPart, newSeconds }: { part: number; newPart: number; newSeconds: number },
): number {
  const later = JOB_STAGES.slice(JOB_STAGES.indexOf(stage) + 1).reduce((sum, name) => sum + expected[name], 0);
  const rest = newPart > TELLING_PART ? ((1 - part) / newPart) * newSeconds : (1 - part) * expected[stage];
  return later + rest;
}

const SETTLING_MS = 30_000;

/** The displayed time: the last figure minus the time since then, moved part of the way to the new estimate. */
export function steadyLeft(shownMs: number | undefined, estimateMs: number, sinceMs: number): number {
  if (shownMs === undefined) return estimateMs;
  const expected = Math.max(0, shownMs - sinceMs);
  return expected + (estimateMs - expected) * (1 - Math.exp(-sinceMs / SETTLING_MS));
}

export class ProgressWriter {
  readonly #job: RunningJob;
  readonly #timer: NodeJS.Timeout;
  #state: JobProgress["state"] = "running";
  #waitsFor: string | undefined;
  #stage: JobStage = "data";
  #share = 0;
  #shown: { leftMs: number; atMs: number } | undefined;
  #stageStart = { part: 0, atMs: 0 };
  #isTold = false;

  constructor(job: RunningJob, everyMs = EVERY_MS) {
    this.#job = job;
    this.#timer = setInterval(() => this.#write(), everyMs);
  }

  /** Reports that a stage begins, or is resumed. */
  running(stage: JobStage): void {
    if (stage === "rates" && this.#stage === "speed") this.#shown = undefined; // the duration is known only from now on
    this.#stage = stage;
    this.#job.live = { part: 0, training: stage === "training" ? this.#job.live.training : undefined };
    this.#stageStart = { part: Number.NaN, atMs: performance.now() };
    this.#become("running");
  }

  held(state: "paused" | "waiting", waitsFor?: string): void {
    this.#shown = undefined; // the displayed time restarts after a pause
    this.#become(state, waitsFor);
  }

  /** Reports at once that a pause was asked for: until the work under way has ended, nothing else would show it. */
  pausing(): void {
    if (this.#state === "running") this.#become("pausing");
  }

  /** Writes the last report. */
  end(state: "interrupted" | "done" | "failed" | "cancelled", error?: UserErrorData): void {
    clearInterval(this.#timer);
    this.#stage = stageOf(this.#job.state) ?? "judging";
    if (state === "done") this.#share = 1;
    this.#state = state;
    this.#write(error);
  }

  #become(state: "running" | "pausing" | "paused" | "waiting", waitsFor?: string): void {
    this.#state = state;
    this.#waitsFor = waitsFor;
    this.#write();
  }

  #write(error?: UserErrorData): void {
    const { live, state, request } = this.#job;
    const expected = expectedSeconds(state, request.minutes);
    this.#share = Math.max(this.#share, shareDone(expected, this.#stage, Math.min(1, live.part)));
    const progress: JobProgress = {
      pid: process.pid,
      updatedMs: Date.now(),
      state: this.#state,
      waitsFor: this.#state === "waiting" ? this.#waitsFor : undefined,
      stage: this.#stage,
      share: Math.min(1, this.#share),
      leftMs: this.#state === "running" ? Math.round(this.#left(expected)) : undefined,
      training: this.#stage === "rates" || this.#stage === "training" ? live.training : undefined,
      judging: this.#stage === "judging" ? live.judging : undefined,
      error,
    };
    this.#put(`${JSON.stringify(progress)}\n`);
  }

  #left(expected: Record<JobStage, number>): number {
    const { live } = this.#job;
    const nowMs = performance.now();
    // the part that a resumed stage starts with was not done at this pace
    if (Number.isNaN(this.#stageStart.part) && live.part > 0) this.#stageStart = { part: live.part, atMs: nowMs };
    const { part, atMs } = this.#stageStart;
    const newPart = Number.isNaN(part) ? 0 : live.part - part;
    const estimateMs =
      1000 * secondsLeft(expected, this.#stage, { part: live.part, newPart, newSeconds: (nowMs - atMs) / 1000 });
    const leftMs = steadyLeft(this.#shown?.leftMs, estimateMs, nowMs - (this.#shown?.atMs ?? nowMs));
    this.#shown = { leftMs, atMs: nowMs };
    return leftMs;
  }

  /** Does not wait for the disk, and never fails. */
  #put(text: string): void {
    const file = path.join(this.#job.jobDir, JobFiles.progress);
    try {
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      if (!this.#isTold) this.#job.log(`${file} cannot be written (${(error as Error).message}). The job goes on.`);
      this.#isTold = true;
    }
  }
}
