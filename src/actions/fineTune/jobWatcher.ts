// Follows one folder's fine-tuning job, regardless of who started it: reads its reports about once a second while more may come, and otherwise
// not at all. Starts and ends nothing.

import path from "node:path";
import { isLocked } from "../../../common/util/fileLock.ts";
import { type FineTuneResult, JobFiles, type JobProgress } from "../../../finetune/protocol/fineTune.ts";
import { isPauseWished, isUnfinished, progressStamp, readProgress, readResult, reportFile } from "./jobFolder.ts";

export interface JobView {
  progress: JobProgress; // "interrupted" for a job whose process is gone
  alive: boolean; // the job's process is running
  canGoOn: boolean; // its process is not running, and the job is unfinished
  result?: FineTuneResult;
  report?: string;
}

export interface JobWatcherOptions {
  dir: string; // of the job; may not exist
  /** Whether a process of this window is about to become the job's: the folder's content may then be older than the process. */
  starting: () => boolean;
  onChange: () => void;
  lookMs?: number;
}

const LOOK_MS = 1_000;

/** A job whose last report is younger than this, in milliseconds, counts as running: testing the lock costs more than a stat. */
const FRESH_MS = 5_000;

const AT_WORK: readonly JobProgress["state"][] = ["running", "pausing", "waiting"];
const MAY_GO_ON: readonly JobProgress["state"][] = [...AT_WORK, "paused"];

export class JobWatcher {
  readonly #options: JobWatcherOptions;
  #stamp: string | undefined;
  #said: JobProgress | undefined;
  #view: JobView | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: JobWatcherOptions) {
    this.#options = options;
  }

  /** The job at the last look; undefined where there was never a job, or all its files were removed. */
  get view(): JobView | undefined {
    return this.#view;
  }

  /** The job's last report, even if it no longer holds. */
  get said(): JobProgress | undefined {
    return this.#said;
  }

  /** Looks now, and keeps looking for as long as there may be news. */
  look(): JobView | undefined {
    clearTimeout(this.#timer);
    const before = JSON.stringify(this.#view);
    this.#view = this.#read();
    const mayGoOn = this.#options.starting() || this.#view?.alive;
    this.#timer = mayGoOn ? setTimeout(() => this.look(), this.#options.lookMs ?? LOOK_MS).unref() : undefined;
    if (JSON.stringify(this.#view) !== before) this.#options.onChange();
    return this.#view;
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #read(): JobView | undefined {
    const { dir, starting } = this.#options;
    const stamp = progressStamp(dir);
    if (stamp === undefined || stamp !== this.#stamp) this.#said = stamp === undefined ? undefined : readProgress(dir);
    this.#stamp = stamp;
    const said = this.#said;
    if (!said) return undefined;
    if (said.state === "done") {
      return { progress: said, alive: false, canGoOn: false, result: readResult(dir), report: reportFile(dir) };
    }
    if (starting()) return { progress: { ...said, state: "running", error: undefined }, alive: true, canGoOn: false };
    const alive = MAY_GO_ON.includes(said.state) && (isFresh(said) || isHeld(dir));
    const stands = said.state === "running" && isPauseWished(dir) ? "pausing" : said.state; // the job says so half a second later
    const state = alive || !AT_WORK.includes(said.state) ? stands : "interrupted";
    return { progress: { ...said, state }, alive, canGoOn: !alive && isUnfinished(dir) };
  }
}

const isFresh = ({ updatedMs }: JobProgress) => Math.abs(Date.now() - updatedMs) < FRESH_MS;

function isHeld(dir: string): boolean {
  try {
    return isLocked(path.join(dir, JobFiles.lock));
  } catch {
    return false; // the folder is gone
  }
}
