// Follows one folder's fine-tuning job, whoever started it: looks at what it has said about once a second while it may say more, and
// not at all else. Starts and ends nothing.

import path from "node:path";
import { isLocked } from "../../../common/util/fileLock.ts";
import { type FineTuneResult, JobFiles, type JobProgress } from "../../../finetune/protocol/fineTune.ts";
import { isUnfinished, progressStamp, readProgress, readResult, reportFile } from "./jobFolder.ts";

export interface JobView {
  progress: JobProgress; // one whose process is gone is "interrupted"
  alive: boolean; // its process is there
  canGoOn: boolean; // it is not, and the job is unfinished
  result?: FineTuneResult;
  report?: string;
}

export interface JobWatcherOptions {
  dir: string; // of the job; may not exist
  /** A process of this window is about to be the job's: what the folder says may be older than it is. */
  starting: () => boolean;
  onChange: () => void;
  lookMs?: number;
}

const LOOK_MS = 1_000;

/** Who has said something so lately is there; asking for the lock costs more than a stat. */
const FRESH_MS = 5_000;

const AT_WORK: readonly JobProgress["state"][] = ["running", "waiting"];
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

  /** As it was at the last look; undefined where there was never a job, or everything of it was removed. */
  get view(): JobView | undefined {
    return this.#view;
  }

  /** The job's own words, whether they still hold or not. */
  get said(): JobProgress | undefined {
    return this.#said;
  }

  /** Looks now, and from now on for as long as there may be news. */
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
    const state = alive || !AT_WORK.includes(said.state) ? said.state : "interrupted";
    return { progress: { ...said, state }, alive, canGoOn: !alive && isUnfinished(dir) };
  }
}

const isFresh = ({ updatedMs }: JobProgress) => Math.abs(Date.now() - updatedMs) < FRESH_MS;

function isHeld(dir: string): boolean {
  try {
    return isLocked(path.join(dir, JobFiles.lock));
  } catch {
    return false; // no folder any more
  }
}
