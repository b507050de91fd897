// Decides whether the job may compute now: by the requests of others (control.json), by power, and by whether somebody is typing. Decides
// nothing about the work itself.

import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type JobControl, JobFiles, TYPING_FILE, type WhenToTrain } from "../protocol/fineTune.ts";
import { onMains } from "./power.ts";

/** paused: somebody requested it; waiting: for what `waitsFor` says; stopped: this process should end, and the job can be resumed later. */
export type Permission =
  | { state: "running" }
  | { state: "paused" }
  | { state: "waiting"; waitsFor: string }
  | { state: "cancelled" }
  | { state: "stopped" };

export const IDLE_MS = 2 * 60_000; // time without a key in any window
const LOOK_MS = 500;
const POWER_LOOK_MS = 10_000;

/** The machine's current state. */
export interface Surroundings {
  mains: boolean | undefined; // undefined: unknown
  typedMsAgo: number | undefined; // undefined: never
}

/** The decision; pure. Where the system does not report power, training is allowed. */
export function permissionFor(
  wish: JobControl["wish"],
  when: WhenToTrain,
  { mains, typedMsAgo }: Surroundings,
): Permission {
  if (wish === "cancel") return { state: "cancelled" };
  if (wish === "pause") return { state: "paused" };
  if (when !== "always" && mains === false) return { state: "waiting", waitsFor: "mains power" };
  if (when === "idle" && typedMsAgo !== undefined && typedMsAgo < IDLE_MS)
    return { state: "waiting", waitsFor: "nobody to type" };
  return { state: "running" };
}

/** The request in control.json. A missing, unreadable or invalid file requests nothing: the job runs. */
export function readWish(jobDir: string): JobControl["wish"] {
  try {
    const { wish } = JSON.parse(readFileSync(path.join(jobDir, JobFiles.control), "utf8")) as JobControl;
    return wish === "pause" || wish === "cancel" ? wish : "run";
  } catch {
    return "run";
  }
}

/** @returns undefined where nobody has typed yet */
export function typedMsAgo(dataDir: string, nowMs = Date.now()): number | undefined {
  const stat = statSync(path.join(dataDir, TYPING_FILE), { throwIfNoEntry: false });
  return stat && Math.max(0, nowMs - stat.mtimeMs);
}

export interface GateOptions {
  jobDir: string;
  dataDir: string;
  when: WhenToTrain;
  stop: AbortSignal; // ends the process
  log: (line: string) => void;
  lookMs?: number;
  mains?: () => Promise<boolean | undefined>;
}

/**
 * Checks every half second. `permission` is the latest decision; `whileRunning` gives the signal for work that must end when it is no longer
 * "running".
 */
export class Gate {
  permission: Permission = { state: "running" };
  readonly #options: GateOptions;
  readonly #timer: NodeJS.Timeout;
  #mains: { value: boolean | undefined; askedMs: number } = { value: undefined, askedMs: Number.NEGATIVE_INFINITY };
  #changed = Promise.withResolvers<void>();
  #work = new AbortController();
  #looking = Promise.resolve();
  #saidUnknown = false;

  private constructor(options: GateOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#lookAgain(), options.lookMs ?? LOOK_MS);
    options.stop.addEventListener("abort", () => this.#change({ state: "stopped" }), { once: true });
  }

  static async open(options: GateOptions): Promise<Gate> {
    const gate = new Gate(options);
    await gate.#lookAgain();
    return gate;
  }

  /** Resolves at the next change of `permission`. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** A signal that fires as soon as the permission is no longer "running". */
  whileRunning(): AbortSignal {
    return this.#work.signal;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #lookAgain(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { jobDir, dataDir, when, stop } = this.#options;
    const mains = when === "always" ? undefined : await this.#askMains();
    const typed = when === "idle" ? typedMsAgo(dataDir) : undefined;
    const found = permissionFor(readWish(jobDir), when, { mains, typedMsAgo: typed });
    // a person's request to cancel takes effect even if the process is to end
    this.#change(stop.aborted && found.state !== "cancelled" ? { state: "stopped" } : found);
  }

  async #askMains(): Promise<boolean | undefined> {
    const { mains = onMains, log } = this.#options;
    if (performance.now() - this.#mains.askedMs < POWER_LOOK_MS) return this.#mains.value;
    this.#mains = { value: await mains(), askedMs: performance.now() };
    if (this.#mains.value === undefined && !this.#saidUnknown) {
      this.#saidUnknown = true;
      log("This system does not tell whether it runs on mains power; training is allowed.");
    }
    return this.#mains.value;
  }

  #change(next: Permission): void {
    if (next.state === this.permission.state) return;
    this.permission = next;
    if (next.state === "running") this.#work = new AbortController();
    else this.#work.abort();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
