// One model of the host and its state: loading, ready or failed. Loads the model in the background, lets requests wait for it and counts its
// users, so that it is unloaded only when nobody uses it. Knows neither sockets nor how a model is loaded.

import { Cancelled, hostBusy, modelLoading, UserError } from "../../common/errors.ts";
import type { LocalModel } from "./localModel.ts";
import type { ModelState } from "./protocol/messages.ts";

/** How many requests may wait for the model. A client that sends more is not waiting for the answers. */
const MAX_WAITING = 64;

/** A loaded model that stays in memory until it is released. */
export interface ModelLease {
  readonly model: LocalModel;
  release: () => void; // to be called once
}

/** The result of `work` with a leased model; the lease is released when `work` ends. @throws what the lease or `work` throws */
export async function withLease<T>(lease: Promise<ModelLease>, work: (model: LocalModel) => Promise<T>): Promise<T> {
  const { model, release } = await lease;
  try {
    return await work(model);
  } finally {
    release();
  }
}

export class ModelSlot {
  readonly name: string; // for the log
  failure: UserError | undefined;
  failedMs = 0; // by `performance.now()`, like all times here
  usedMs = performance.now(); // time of the last start or end of a request
  readonly #log: (line: string) => void;
  readonly #onChange: () => void;
  #model: LocalModel | undefined;
  #isGone = false;
  readonly #users = new Map<LocalModel, number>(); // number of running requests, by the model that they began with
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<(error: Error) => void>(); // functions that refuse a waiting request; oldest first

  /** @param onChange called when the state changes */
  constructor(name: string, log: (line: string) => void, onChange: () => void = () => {}) {
    this.name = name;
    this.#log = log;
    this.#onChange = onChange;
  }

  get state(): ModelState {
    if (this.#model) return "ready";
    return this.failure ? "failed" : "loading";
  }

  /** The model, once it is ready. */
  get loaded(): LocalModel | undefined {
    return this.#model;
  }

  /** True while nobody uses the model or waits for it. */
  get isIdle(): boolean {
    return this.state !== "loading" && this.#waiting.size === 0 && this.#users.size === 0;
  }

  /**
   * Loads the model. Never throws: an error becomes the state. Each model that `models` yields replaces the one before, which is unloaded after
   * its last request. An error after the first model is logged, and the current model stays.
   */
  async load(models: AsyncIterable<LocalModel>): Promise<void> {
    try {
      for await (const model of models) {
        if (this.#isGone) return model.dispose();
        const former = this.#model;
        this.#model = model;
        this.usedMs = performance.now(); // a request that timed out waiting may be sent again
        this.#log(`model ${this.name} ready in ${Math.round(model.status().loadMs ?? 0)} ms`);
        if (former && !this.#users.has(former)) former.dispose();
        this.#changed();
      }
      if (!this.#model) throw new Error("the loader gave no model");
    } catch (error) {
      this.#log(`model ${this.name} failed: ${(error as Error).stack ?? error}`);
      if (this.#model) return;
      this.failure = error instanceof UserError ? error : bug(error);
      this.failedMs = performance.now();
      this.#changed();
    }
  }

  /**
   * A lease of the model, as soon as the model is ready. The model stays in memory until the lease is released.
   * @throws UserError why loading failed; modelLoading when `deadlineMs` pass first; hostBusy when too many newer requests wait for the model;
   * Cancelled when `signal` fires first
   */
  async lease(signal?: AbortSignal, deadlineMs?: number): Promise<ModelLease> {
    this.usedMs = performance.now();
    if (this.state === "loading") await this.#settled(signal, deadlineMs);
    if (this.failure) throw this.failure;
    const model = this.#model!;
    this.#users.set(model, (this.#users.get(model) ?? 0) + 1);
    const release = () => {
      this.usedMs = performance.now();
      this.#left(model);
    };
    return { model, release };
  }

  /** Unloads the model, and every model that is still to come. Call it only where `isIdle`; the slot cannot be used afterwards. */
  dispose(): void {
    if (!this.isIdle) throw new Error(`the model ${this.name} is in use`);
    this.#model?.dispose();
    this.#model = undefined;
    this.#isGone = true;
  }

  #left(model: LocalModel): void {
    const users = this.#users.get(model)! - 1;
    if (users > 0) this.#users.set(model, users);
    else {
      this.#users.delete(model);
      if (model !== this.#model) model.dispose(); // another model has replaced it
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
    this.#onChange();
  }

  #settled(signal?: AbortSignal, deadlineMs?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => () => {
        clearTimeout(timer);
        this.#listeners.delete(goOn);
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(refuse);
        finish();
      };
      const goOn = end(resolve);
      const refuse = (error: Error) => end(() => reject(error))();
      const onAbort = () => refuse(new Cancelled());
      const timer = deadlineMs === undefined ? undefined : setTimeout(() => refuse(modelLoading()), deadlineMs);
      this.#listeners.add(goOn);
      signal?.addEventListener("abort", onAbort);
      this.#waiting.add(refuse);
      if (signal?.aborted) onAbort();
      const [oldest] = this.#waiting;
      if (this.#waiting.size > MAX_WAITING)
        oldest(hostBusy(`${MAX_WAITING} newer requests wait for the model to load`));
    });
  }
}

/** The error shown to the user for a bug of ours; the log has the stack. */
function bug(error: unknown): UserError {
  const { message } = error as Error;
  return new UserError(
    "runtimeFailed",
    `The model could not be loaded: ${message}.`,
    "Send the log of the model host.",
  );
}
