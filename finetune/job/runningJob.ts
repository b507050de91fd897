// A job as its stages see it: its folders, its state, and how to record progress. Does no work itself.

import path from "node:path";
import type { FineTuneRequest, JobProgress } from "../protocol/fineTune.ts";
import type { JobDisk } from "./disk.ts";
import { JobFolders, type JobState, writeState } from "./state.ts";
import type { JobTools } from "./tools.ts";

/** Figures of the current stage, for observers. */
export interface LiveFigures {
  part: number; // the part of the stage that is done, 0 to 1
  training?: JobProgress["training"];
  judging?: JobProgress["judging"];
}

export interface RunningJobOptions {
  jobDir: string;
  request: FineTuneRequest;
  state: JobState;
  disk: JobDisk;
  tools: JobTools;
  log: (line: string) => void;
}

export class RunningJob {
  readonly jobDir: string;
  readonly request: FineTuneRequest;
  readonly disk: JobDisk;
  readonly tools: JobTools;
  readonly log: (line: string) => void;
  live: LiveFigures = { part: 0 };
  #state: JobState;
  #workStartMs: number | undefined;

  constructor({ state, ...rest }: RunningJobOptions) {
    this.#state = state;
    this.jobDir = rest.jobDir;
    this.request = rest.request;
    this.disk = rest.disk;
    this.tools = rest.tools;
    this.log = rest.log;
  }

  get state(): JobState {
    return this.#state;
  }

  /** Duration of the work so far, without pauses. */
  get workMs(): number {
    return this.#state.workMs + (this.#workStartMs === undefined ? 0 : performance.now() - this.#workStartMs);
  }

  folder(name: keyof typeof JobFolders): string {
    return path.join(this.jobDir, JobFolders[name]);
  }

  /** Records finished work: a job that ends now resumes after it. @throws the file system's error; then nothing counts as done */
  save(change: Partial<JobState>): void {
    const next = { ...this.#state, ...change, workMs: Math.round(this.workMs), peakRssBytes: this.peakRssBytes };
    writeState(this.jobDir, next, this.disk);
    this.#state = next;
    if (this.#workStartMs !== undefined) this.#workStartMs = performance.now();
  }

  get peakRssBytes(): number {
    return Math.max(this.#state.peakRssBytes, process.resourceUsage().maxRSS * 1024);
  }

  noteMemory(peakRssBytes: number): void {
    this.#state = { ...this.#state, peakRssBytes: Math.max(this.#state.peakRssBytes, peakRssBytes) };
  }

  /** Runs `work` and adds its duration. */
  async working<T>(work: () => Promise<T>): Promise<T> {
    this.#workStartMs = performance.now();
    try {
      return await work();
    } finally {
      this.#state = { ...this.#state, workMs: this.workMs };
      this.#workStartMs = undefined;
    }
  }
}
