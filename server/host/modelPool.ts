// The host's models: one or two without a workspace's adapter, and some with one. Decides which models are in memory: a requested model is
// loaded while the others keep answering, and the least recently used idle one is unloaded. All of them share one scheduler. Knows neither
// sockets nor how a model is loaded, nor what each model is for.

import path from "node:path";
import { type UserError, userErrorData } from "../../common/errors.ts";
import { AdapterIdentities } from "./adapterIdentity.ts";
import type { LocalModel } from "./localModel.ts";
import { type ModelLease, ModelSlot } from "./modelSlot.ts";
import { type AdapterChoice, type AdapterDir, NO_ADAPTER } from "./protocol/adapters.ts";
import type { AdapterState, HostStatus, ModelState } from "./protocol/messages.ts";
import { RepositoryMemories } from "./repositoryMemories.ts";
import { Scheduler } from "./scheduler.ts";

/** What all models of a host share. */
export interface Shared {
  scheduler: Scheduler;
  memories: RepositoryMemories;
  log: (line: string) => void; // events that a person may want to look up afterwards
}

/**
 * Loads the model, with the adapter in the folder `adapter` where one is given; NO_ADAPTER: without its own, too. Each model that it yields replaces the one before: a model that
 * loads quickly may answer until a better one is ready.
 */
export type ModelLoader = (adapter: AdapterChoice | undefined, shared: Shared) => AsyncIterable<LocalModel>;

/** One of the host's models. */
export interface PooledModel {
  name: string; // unique in the pool
  id: string; // the id to report while the model is not loaded yet
  load: ModelLoader;
}

/** What a request runs on: a model and perhaps an adapter. */
export interface PoolTarget {
  model: string; // the model's name
  adapter?: AdapterChoice; // a workspace's adapter, on top of the model
}

export interface PoolLimits {
  models: number; // in memory at a time; more only while more are in use
  idleMs: number; // a model is unloaded after this long without a request, but never the last one
  failureMs: number; // for this long a failed load is answered with its reason; after that it is tried again
}

/**
 * Each model takes 200 MB and more. Two are enough for two windows, or for one window whose adapter changes; soon it is one again. With two
 * models in the pool, the limit is one higher.
 */
export const POOL_LIMITS: PoolLimits = { models: 2, idleMs: 120_000, failureMs: 30_000 };

interface PooledSlot {
  model: string; // the model's name
  sha256: string | undefined; // of the adapter's files, or NO_ADAPTER; undefined for the model as it ships
  adapter: AdapterChoice | undefined;
  slot: ModelSlot;
}

/** The last known status of a model without an adapter. */
type Known = Omit<HostStatus, "rssBytes" | "adapters" | "tiers">;

export class ModelPool {
  readonly #models: ReadonlyMap<string, PooledModel>; // by name
  readonly #first: string; // name of the model that is loaded at the start
  readonly #shared: Shared;
  readonly #limits: PoolLimits;
  readonly #identities = new AdapterIdentities();
  readonly #places = new Map<string, PooledSlot>(); // by `keyOf`; in the order of their first use
  readonly #listeners = new Set<() => void>();
  readonly #known = new Map<string, Known>(); // by the model's name
  #kept: string; // name of the model that is unloaded last when none is used
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param models the first one is loaded at the start, and is the one whose failed load is not forgotten */
  constructor(models: readonly PooledModel[], log: (line: string) => void, limits: Partial<PoolLimits> = {}) {
    this.#models = new Map(models.map((model) => [model.name, model]));
    this.#first = models[0].name;
    this.#kept = this.#first;
    this.#shared = { scheduler: new Scheduler(), memories: new RepositoryMemories(), log };
    this.#limits = { ...POOL_LIMITS, models: POOL_LIMITS.models + models.length - 1, ...limits };
    for (const { name, id } of models) this.#known.set(name, { state: "loading", model: id, device: "", runtime: "" });
  }

  /** What all models remember of the clients' workspaces. */
  get memories(): RepositoryMemories {
    return this.#shared.memories;
  }

  /** Loads a model without an adapter, if it is not loaded. Never throws: an error becomes the model's state. */
  start(model: string = this.#first): void {
    this.#slotOf({ model }, undefined);
  }

  /** Makes `model` the last to be unloaded among the models that have been idle for a while. */
  keep(model: string): void {
    this.#kept = model;
  }

  /** The status of a model without an adapter. A model that was unloaded counts as ready, since the next request brings it back. */
  status(model: string = this.#first): HostStatus {
    const adapters = [...this.#places.values()].flatMap(({ adapter, sha256, slot }): AdapterState[] =>
      adapter === undefined || adapter === NO_ADAPTER || sha256 === undefined
        ? []
        : [{ name: path.basename(adapter), sha256, state: slot.state }],
    );
    const live = this.#baseOf(model)?.slot.loaded?.status(); // its device may have changed
    const rssBytes = process.memoryUsage.rss();
    return { ...this.#known.get(model)!, ...live, ...(adapters.length > 0 && { adapters }), rssBytes };
  }

  /** The state of a model without an adapter. */
  stateOf(model: string): { state: ModelState | "resting"; failure?: UserError } {
    const slot = this.#baseOf(model)?.slot;
    return slot ? { state: slot.state, failure: slot.failure } : { state: "resting" };
  }

  /** Whether `error` says why a model cannot be loaded, with an adapter or without. */
  isLoadFailure(error: unknown): boolean {
    return [...this.#places.values()].some(({ slot }) => slot.failure !== undefined && slot.failure === error);
  }

  /** Calls `listener` when the status changes. @returns the function that removes the listener */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * A lease of the target's model, as soon as the model is loaded.
   * @throws UserError why it cannot be loaded; otherwise as `ModelSlot.lease` does
   */
  async lease(target: PoolTarget, signal?: AbortSignal, deadlineMs?: number): Promise<ModelLease> {
    const identity = this.identityOf(target.adapter);
    const sha256 = identity instanceof Promise ? await identity : identity; // no `await` where the hash is known, so that requests keep their order
    const slot = this.#slotOf(target, sha256);
    const ended = () => {
      this.#tellOfDevice(target.model, sha256, slot);
      this.#tidy();
    };
    try {
      const { model, release } = await slot.lease(signal, deadlineMs);
      const releaseAll = () => {
        release();
        ended();
      };
      return { model, release: releaseAll };
    } catch (error) {
      ended();
      throw error;
    }
  }

  /**
   * Loads a model with the adapter in a folder, even if loading it has failed before.
   * @returns the hash of the adapter's files
   * @throws as `lease`
   */
  async prepare({ model, adapter }: { model: string; adapter: AdapterDir }, signal?: AbortSignal): Promise<string> {
    const sha256 = await this.#identities.of(adapter);
    const key = keyOf(model, sha256);
    if (this.#places.get(key)?.slot.failure) this.#places.delete(key);
    (await this.lease({ model, adapter }, signal)).release();
    return sha256;
  }

  /** The hash of an adapter's files; synchronous while the files are known to be unchanged. @throws UserError adapterInvalid */
  identityOf(adapter: AdapterDir): string | Promise<string>;
  identityOf(adapter: AdapterChoice | undefined): string | undefined | Promise<string>;
  identityOf(adapter: AdapterChoice | undefined): string | undefined | Promise<string> {
    return adapter === undefined || adapter === NO_ADAPTER ? adapter : this.#identities.of(adapter);
  }

  #baseOf(model: string): PooledSlot | undefined {
    return this.#places.get(keyOf(model));
  }

  #slotOf({ model, adapter }: PoolTarget, sha256: string | undefined): ModelSlot {
    this.#forgetFailures();
    const key = keyOf(model, sha256);
    const known = this.#places.get(key);
    if (known) return known.slot;
    const { id, load } = this.#models.get(model)!;
    const name =
      adapter === undefined
        ? id
        : adapter === NO_ADAPTER
          ? `${id} without its adapter`
          : `${id} with ${path.basename(adapter)}`;
    const slot = new ModelSlot(name, this.#shared.log, () => this.#changed(model, sha256, slot));
    this.#places.set(key, { model, sha256, adapter, slot });
    this.#tidy();
    this.#tell();
    void slot.load(this.#loading(load, adapter));
    return slot;
  }

  /** Loads a model. Where memory runs out, idle models are unloaded and the load is tried once more. */
  async *#loading(load: ModelLoader, adapter: AdapterChoice | undefined): AsyncGenerator<LocalModel> {
    try {
      yield* load(adapter, this.#shared);
    } catch (error) {
      if ((error as UserError).code !== "memoryTooSmall" || this.#idle().length === 0) throw error;
      for (const key of this.#idle()) this.#leave(key, "the memory is needed");
      yield* load(adapter, this.#shared);
    }
  }

  /**
   * Forgets old load failures, so that a requested model is tried again. The host's first model is the exception: its failure is shown to the
   * user, who restarts the host.
   */
  #forgetFailures(): void {
    for (const [key, { model, sha256, slot }] of this.#places) {
      const isFirst = model === this.#first && sha256 === undefined && this.#known.get(model)!.state === "failed";
      if (!slot.failure || isFirst || performance.now() - slot.failedMs < this.#limits.failureMs) continue;
      this.#places.delete(key);
    }
  }

  #changed(model: string, sha256: string | undefined, slot: ModelSlot): void {
    const { loaded, failure, state } = slot;
    const known = this.#known.get(model)!;
    if (sha256 === undefined && loaded) this.#known.set(model, loaded.status());
    else if (sha256 === undefined && known.state !== "ready")
      this.#known.set(model, { ...known, state, error: failure && userErrorData(failure) });
    this.#tell();
  }

  /** Reports a device that was lost during a run, once the run is over. */
  #tellOfDevice(model: string, sha256: string | undefined, slot: ModelSlot): void {
    const status = sha256 === undefined && slot.loaded?.status();
    const known = this.#known.get(model)!;
    if (status && (status.device !== known.device || status.fallbackReason !== known.fallbackReason))
      this.#changed(model, sha256, slot);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Keys of the models in memory that nobody uses, the least recently used first. */
  #idle(): string[] {
    return [...this.#places]
      .filter(([, { slot }]) => slot.isIdle && slot.loaded)
      .sort(([, a], [, b]) => a.slot.usedMs - b.slot.usedMs)
      .map(([key]) => key);
  }

  /** Unloads models beyond the limit, and models without a request for a while. */
  #tidy(): void {
    const inMemory = () => [...this.#places.keys()].filter((key) => this.#places.get(key)!.slot.state !== "failed");
    for (const key of this.#idle()) if (inMemory().length > this.#limits.models) this.#leave(key, "others are in use");
    const isKept = (key: string) => this.#places.get(key)!.model === this.#kept;
    const lastKept = this.#idle().toSorted((a, b) => Number(isKept(a)) - Number(isKept(b))); // a stable sort keeps the order of use
    for (const key of lastKept) {
      const isOld = performance.now() - this.#places.get(key)!.slot.usedMs >= this.#limits.idleMs;
      const isLastKept = isKept(key) && inMemory().filter(isKept).length === 1; // stays, though another was used since
      if (isOld && inMemory().length > 1 && !isLastKept) this.#leave(key, "it is not used");
    }
    clearTimeout(this.#idleTimer);
    if (this.#idle().length > 0 && inMemory().length > 1)
      this.#idleTimer = setTimeout(() => this.#tidy(), this.#limits.idleMs).unref();
  }

  #leave(key: string, why: string): void {
    const { slot } = this.#places.get(key)!;
    this.#places.delete(key);
    slot.dispose();
    this.#shared.log(`model ${slot.name} leaves the memory: ${why}`);
    this.#tell();
  }
}

const keyOf = (model: string, sha256 = ""): string => `${model}\0${sha256}`;
