// The fine-tuning jobs of a window's folders: plans, starts, pauses and cancels them, and follows jobs that other windows have started. A job is
// a separate process that communicates through files (finetune/protocol/fineTune.ts); this side trains nothing and shows nothing.

import { badInput } from "../../../common/errors.ts";
import type {
  CommitWeights,
  FineTunePlan,
  FineTuneRequest,
  JobControl,
  WhenToTrain,
} from "../../../finetune/protocol/fineTune.ts";
import { jobFolder } from "../../adapters/workspaceFolder.ts";
import type { FineTuneJob, FineTuneWishes } from "../../protocol/fineTune.ts";
import { clearJob, readRequest, writeControl } from "./jobFolder.ts";
import { JobWatcher } from "./jobWatcher.ts";
import { type Call, call, type ScriptOptions, startCall } from "./script.ts";

/** The person's settings, read at each use. */
export interface FineTuneSettings {
  trusted: boolean;
  when: WhenToTrain;
  minutes: number;
  afterClose: "continue" | "resume";
  exclude: string[];
  threads: number; // 0: chosen by the machine
  modelDir: string; // or what sotto.model says; "" for the quick one
  python: string; // that trains with PyTorch; "" for Sotto's own trainer
  examples: boolean; // whether suggestions are kept, and learnt from
  commits: CommitWeights | "off"; // how the edits of commits count
}

export interface FineTuningOptions extends ScriptOptions {
  settings: () => FineTuneSettings;
  onChange: (jobs: FineTuneJob[]) => void;
  dataDir?: string;
  lookMs?: number;
}

interface Folder {
  root: string;
  dir: string; // of its job
  watcher: JobWatcher;
  started?: Call; // of this window, until its process has ended
  ownPid?: number; // of the last process that this window has started
}

const SEED = 1;
const START_LOOK_MS = 100;

export class FineTuning {
  readonly #options: FineTuningOptions;
  readonly #folders = new Map<string, Folder>();

  constructor(options: FineTuningOptions) {
    this.#options = options;
  }

  /** A window has opened these folders: continues a job that stopped with its window, where that is wanted. */
  open(roots: readonly string[]): void {
    for (const root of roots) this.#folder(root).watcher.look();
  }

  /** Plans a job: its data and its cost. @throws UserError, Cancelled */
  plan(root: string, signal: AbortSignal, wishes: FineTuneWishes = {}): Promise<FineTunePlan> {
    return call<FineTunePlan>(this.#options, "plan", this.#request(root, wishes), signal);
  }

  /**
   * Starts a job, or continues an unfinished one. Resolves when the job is running.
   * @param anew throws away the work of an unfinished job
   * @param wishes for a new job
   * @returns whether the job was running already, here or in another window
   * @throws UserError
   */
  async start(root: string, anew = false, wishes: FineTuneWishes = {}): Promise<"started" | "underWay"> {
    const request = this.#request(root, wishes);
    const folder = this.#folder(root);
    const before = folder.watcher.look();
    if (before?.alive) {
      if (["paused", "pausing"].includes(before.progress.state)) writeControl(folder.dir, "run");
      return "underWay";
    }
    const asked = anew || !before?.canGoOn ? undefined : readRequest(folder.dir);
    // The request's data stays as it was; how the job runs follows today's settings.
    const { when, endsWithParent } = request;
    const params = asked ? { ...asked, when, endsWithParent } : { ...request, restart: true };
    if (asked) writeControl(folder.dir, "run");
    const started = startCall(this.#options, asked ? "resume" : "run", params, endsWithParent);
    started.unref();
    folder.started = started;
    folder.ownPid = started.pid;
    folder.watcher.look();
    const ended = started.value.then(
      () => undefined,
      (error: unknown) => error,
    );
    void ended.then(() => {
      if (folder.started === started) folder.started = undefined;
      folder.watcher.look();
    });
    const atWork = this.#atWork(folder, started);
    const error = await Promise.race([ended, atWork.reached]).finally(atWork.forget);
    const hasSpoken = folder.watcher.said?.pid === started.pid; // then the job's state tells the error
    if (error === undefined || hasSpoken) return "started";
    if (folder.watcher.look()?.alive) return "underWay"; // another window was quicker
    throw error;
  }

  /** @throws UserError where there is nothing to control */
  async control(root: string, wish: JobControl["wish"]): Promise<void> {
    const { dir, watcher } = this.#folder(root);
    const view = watcher.look();
    if (wish === "run") await this.start(root);
    else if (view?.alive) writeControl(dir, wish);
    else if (wish === "cancel" && view) clearJob(dir);
    else throw badInput("No fine-tuning is under way in this folder.", 'Run "Sotto: Fine-tune on this workspace".');
    watcher.look();
  }

  /** Checks whether another window has started a job: called when a person works here, or asks. */
  look(): void {
    for (const { watcher } of this.#folders.values()) watcher.look();
  }

  jobs(): FineTuneJob[] {
    return [...this.#folders.values()].flatMap(({ root, watcher }) => {
      if (!watcher.view) return [];
      const { progress, result, report, canGoOn } = watcher.view;
      return [{ root, progress, result, report, canGoOn }];
    });
  }

  dispose(): void {
    for (const { watcher } of this.#folders.values()) watcher.dispose();
  }

  /** `reached` resolves when the job has written its state into its folder. */
  #atWork({ watcher }: Folder, { pid }: Call): { reached: Promise<undefined>; forget: () => void } {
    let timer: NodeJS.Timeout | undefined;
    const reached = new Promise<undefined>((resolve) => {
      timer = setInterval(() => {
        watcher.look();
        if (watcher.said?.pid === pid) resolve(undefined);
      }, START_LOOK_MS);
    });
    return { reached, forget: () => clearInterval(timer) };
  }

  #folder(root: string): Folder {
    const known = this.#folders.get(root);
    if (known) return known;
    const { dataDir, lookMs } = this.#options;
    const dir = jobFolder(root, dataDir);
    const watcher: JobWatcher = new JobWatcher({
      dir,
      starting: () => folder.started !== undefined && watcher.said?.pid !== folder.started.pid,
      onChange: () => {
        if (!this.#takeOver(folder)) this.#options.onChange(this.jobs());
      },
      lookMs,
    });
    const folder: Folder = { root, dir, watcher };
    this.#folders.set(root, folder);
    return folder;
  }

  /**
   * Continues a job that has stopped properly with its window, before the stop is reported. A job whose process ended without a report may end
   * the same way again, so only a person may continue it; the same holds for a job that this window has started itself.
   */
  #takeOver({ root, watcher, ownPid }: Folder): boolean {
    const { settings, log } = this.#options;
    const hasStopped = watcher.said?.state === "interrupted" && watcher.view?.canGoOn;
    if (!hasStopped || watcher.said?.pid === ownPid) return false;
    if (!settings().trusted || settings().afterClose !== "resume") return false;
    this.start(root).catch((error: Error) => {
      log(`The fine-tuning of ${root} does not go on: ${error.message}`);
      this.#options.onChange(this.jobs());
    });
    return true;
  }

  #request(root: string, wishes: FineTuneWishes): FineTuneRequest {
    const { trusted, when, afterClose, exclude, threads, python, examples, commits, ...set } = this.#options.settings();
    if (!trusted) {
      throw badInput(
        "This workspace is not trusted, and fine-tuning reads all of its files.",
        'Trust it ("Workspaces: Manage Workspace Trust"), and run the command again.',
      );
    }
    const endsWithParent = afterClose === "resume";
    return {
      root,
      modelDir: wishes.tier ?? set.modelDir,
      minutes: wishes.minutes ?? set.minutes,
      when,
      seed: SEED,
      ...(threads > 0 && { threads }),
      ...(python !== "" && { python }),
      ...(examples && { examples }),
      ...(commits !== "off" && { commits }),
      exclude,
      endsWithParent,
    };
  }
}
