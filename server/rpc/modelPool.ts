// The models of the host: the one without a workspace's adapter, and some with one. Decides which are in the memory: what is asked for is loaded
// while the others go on answering, and the one used longest ago leaves when nobody uses it. One scheduler is shared by all of them. Knows neither
// sockets nor how a model is loaded.

import path from "node:path";
import { type UserError, userErrorData } from "../protocol/errors.ts";
import type { AdapterState, HostStatus } from "../protocol/messages.ts";
import { AdapterIdentities } from "./adapterIdentity.ts";
import type { LocalModel } from "./localModel.ts";
import { ModelSlot } from "./modelSlot.ts";
import { Scheduler } from "./scheduler.ts";

/** What all models of a host share. */
export interface Shared {
  scheduler: Scheduler;
  log: (line: string) => void; // what a person may want to know afterwards
}

/**
 * Loads the model, with the adapter in the folder `adapter` where one is named. Each model that it yields takes the place of the one before: one
 * that is quickly there may answer until a better one is.
 */
export type ModelLoader = (adapter: string | undefined, shared: Shared) => AsyncIterable<LocalModel>;

export interface PoolLimits {
  models: number; // in the memory at a time, unless more are in use
  idleMs: number; // a model that nobody has asked for so long leaves, but never the last one
  failureMs: number; // so long the reason of a failed load is the answer; then it is tried again
}

/** Each model takes 200 MB and more: so many as two windows need, or one whose adapter changes, and soon one again. */
export const POOL_LIMITS: PoolLimits = { models: 2, idleMs: 120_000, failureMs: 30_000 };

/** Stands for the model without an adapter among the hashes of adapters. */
const NO_ADAPTER = "";

interface Place {
  adapter: string | undefined; // its folder
  slot: ModelSlot;
}

export class ModelPool {
  readonly #modelId: string;
  readonly #load: ModelLoader;
  readonly #shared: Shared;
  readonly #limits: PoolLimits;
  readonly #identities = new AdapterIdentities();
  readonly #places = new Map<string, Place>(); // by the adapter's hash; in the order of their first use
  readonly #listeners = new Set<() => void>();
  #base: Omit<HostStatus, "rssBytes" | "adapters">; // as it was last
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param modelId told while the model is not loaded yet */
  constructor(modelId: string, load: ModelLoader, log: (line: string) => void, limits: Partial<PoolLimits> = {}) {
    this.#modelId = modelId;
    this.#load = load;
    this.#shared = { scheduler: new Scheduler(), log };
    this.#limits = { ...POOL_LIMITS, ...limits };
    this.#base = { state: "loading", model: modelId, device: "", runtime: "" };
  }

  /** Loads the model without an adapter, if it is not there. Never throws: what went wrong becomes the state. */
  start(): void {
    this.#slotOf(NO_ADAPTER, undefined);
  }

  /** Of the model without an adapter; one that has left the memory counts as ready, since the next request brings it back. */
  status(): HostStatus {
    const adapters = [...this.#places].flatMap(([sha256, { adapter, slot }]): AdapterState[] =>
      adapter === undefined ? [] : [{ name: path.basename(adapter), sha256, state: slot.state }],
    );
    const live = this.#places.get(NO_ADAPTER)?.slot.loaded?.status(); // its device may have changed
    return { ...this.#base, ...live, ...(adapters.length > 0 && { adapters }), rssBytes: process.memoryUsage.rss() };
  }

  /** Calls `listener` when the status changes; returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * What `work` gives with the model that has the adapter in the folder `adapter`, as soon as that is loaded.
   * @throws UserError why it cannot be loaded; otherwise as `ModelSlot.use` does
   */
  async use<T>(
    adapter: string | undefined,
    work: (model: LocalModel) => Promise<T>,
    signal?: AbortSignal,
    deadlineMs?: number,
  ): Promise<T> {
    const identity = adapter === undefined ? NO_ADAPTER : this.#identities.of(adapter);
    const sha256 = typeof identity === "string" ? identity : await identity;
    const slot = this.#slotOf(sha256, adapter);
    try {
      return await slot.use(work, signal, deadlineMs);
    } finally {
      this.#tellOfDevice(sha256, slot);
      this.#tidy();
    }
  }

  /**
   * Loads the model with the adapter in a folder, also where that has failed before.
   * @returns the hash of the adapter's files
   * @throws as `use`
   */
  async prepare(adapter: string, signal?: AbortSignal): Promise<string> {
    const sha256 = await this.#identities.of(adapter);
    if (this.#places.get(sha256)?.slot.failure) this.#places.delete(sha256);
    await this.use(adapter, async () => {}, signal);
    return sha256;
  }

  #slotOf(sha256: string, adapter: string | undefined): ModelSlot {
    this.#forgetFailures();
    const known = this.#places.get(sha256);
    if (known) return known.slot;
    const name = adapter === undefined ? this.#modelId : `${this.#modelId} with ${path.basename(adapter)}`;
    const slot = new ModelSlot(name, this.#shared.log, () => this.#changed(sha256, slot));
    this.#places.set(sha256, { adapter, slot });
    this.#tidy();
    this.#tell();
    void slot.load(this.#models(adapter));
    return slot;
  }

  /** Where there is no memory for it, those that nobody uses leave, and it is tried once more. */
  async *#models(adapter: string | undefined): AsyncGenerator<LocalModel> {
    try {
      yield* this.#load(adapter, this.#shared);
    } catch (error) {
      if ((error as UserError).code !== "memoryTooSmall" || this.#idle().length === 0) throw error;
      for (const sha256 of this.#idle()) this.#leave(sha256, "the memory is needed");
      yield* this.#load(adapter, this.#shared);
    }
  }

  /** Old ones: what was asked for is tried again. Not the host's first load: that is what a person sees fail, and starts again. */
  #forgetFailures(): void {
    for (const [sha256, { slot }] of this.#places) {
      const isFirst = sha256 === NO_ADAPTER && this.#base.state === "failed";
      if (!slot.failure || isFirst || performance.now() - slot.failedMs < this.#limits.failureMs) continue;
      this.#places.delete(sha256);
    }
  }

  #changed(sha256: string, slot: ModelSlot): void {
    const { loaded, failure, state } = slot;
    if (sha256 === NO_ADAPTER && loaded) this.#base = loaded.status();
    else if (sha256 === NO_ADAPTER && this.#base.state !== "ready")
      this.#base = { ...this.#base, state, error: failure && userErrorData(failure) };
    this.#tell();
  }

  /** A device that was lost in a run is told when the run is over. */
  #tellOfDevice(sha256: string, slot: ModelSlot): void {
    const status = sha256 === NO_ADAPTER && slot.loaded?.status();
    if (status && (status.device !== this.#base.device || status.fallbackReason !== this.#base.fallbackReason))
      this.#changed(sha256, slot);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The models in the memory that nobody uses, the one used longest ago first. */
  #idle(): string[] {
    return [...this.#places]
      .filter(([, { slot }]) => slot.isIdle && slot.loaded)
      .sort(([, a], [, b]) => a.slot.usedMs - b.slot.usedMs)
      .map(([sha256]) => sha256);
  }

  /** Those that are too many leave, and those that nobody has asked for in a while. */
  #tidy(): void {
    const inMemory = () => [...this.#places.values()].filter(({ slot }) => slot.state !== "failed").length;
    for (const sha256 of this.#idle()) {
      const { usedMs } = this.#places.get(sha256)!.slot;
      if (inMemory() > this.#limits.models) this.#leave(sha256, "others are in use");
      else if (inMemory() > 1 && performance.now() - usedMs >= this.#limits.idleMs)
        this.#leave(sha256, "it is not used");
    }
    clearTimeout(this.#idleTimer);
    if (this.#idle().length > 0 && inMemory() > 1)
      this.#idleTimer = setTimeout(() => this.#tidy(), this.#limits.idleMs).unref();
  }

  #leave(sha256: string, why: string): void {
    const { slot } = this.#places.get(sha256)!;
    this.#places.delete(sha256);
    slot.dispose();
    this.#shared.log(`model ${slot.name} leaves the memory: ${why}`);
    this.#tell();
  }
}
