// The host's one model and its state: loading, ready or failed. Loads it in the background and lets requests wait for it.
// Knows neither sockets nor how a model is loaded.

import { Cancelled, hostBusy, modelLoading, UserError, userErrorData } from "../protocol/errors.ts";
import type { HostStatus } from "../protocol/messages.ts";
import type { LocalModel } from "./localModel.ts";

/** Requests that may wait for the model; a client that sends more than that is not waiting for answers. */
const MAX_WAITING = 64;

/** Loads the model; `log` takes what a person may want to know afterwards. */
export type ModelLoader = (log: (line: string) => void) => Promise<LocalModel>;

export class ModelSlot {
  private readonly modelId: string;
  private readonly log: (line: string) => void;
  private model: LocalModel | undefined;
  private failure: UserError | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly waiting = new Set<(error: Error) => void>(); // refuses a request that waits; oldest first

  constructor(modelId: string, log: (line: string) => void) {
    this.modelId = modelId;
    this.log = log;
  }

  /** Loads the model; never throws: what went wrong becomes the state. */
  async load(load: ModelLoader): Promise<void> {
    try {
      this.model = await load(this.log);
      this.log(`model ${this.modelId} ready in ${Math.round(this.model.status().loadMs ?? 0)} ms`);
    } catch (error) {
      this.failure = error instanceof UserError ? error : bug(error);
      this.log(`model ${this.modelId} failed: ${(error as Error).stack ?? error}`);
    }
    for (const listener of this.listeners) listener();
  }

  status(): HostStatus {
    if (this.model) return this.model.status();
    const nothing = { model: this.modelId, device: "", runtime: "", rssBytes: process.memoryUsage.rss() };
    if (!this.failure) return { state: "loading", ...nothing };
    return { state: "failed", ...nothing, error: userErrorData(this.failure) };
  }

  /** Calls `listener` when the state changes; returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * The model, as soon as it is ready.
   * @throws UserError why it failed; modelLoading when `deadlineMs` pass first; hostBusy when too many newer requests wait for it;
   * Cancelled when `signal` fires first
   */
  async ready(signal?: AbortSignal, deadlineMs?: number): Promise<LocalModel> {
    if (!this.model && !this.failure) await this.settled(signal, deadlineMs);
    if (this.failure) throw this.failure;
    return this.model!;
  }

  private settled(signal?: AbortSignal, deadlineMs?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => () => {
        clearTimeout(timer);
        stopListening();
        signal?.removeEventListener("abort", onAbort);
        this.waiting.delete(refuse);
        finish();
      };
      const refuse = (error: Error) => end(() => reject(error))();
      const onAbort = () => refuse(new Cancelled());
      const timer = deadlineMs === undefined ? undefined : setTimeout(() => refuse(modelLoading()), deadlineMs);
      const stopListening = this.onChange(end(resolve));
      signal?.addEventListener("abort", onAbort);
      this.waiting.add(refuse);
      if (signal?.aborted) onAbort();
      const [oldest] = this.waiting;
      if (this.waiting.size > MAX_WAITING) oldest(hostBusy(`${MAX_WAITING} newer requests wait for the model to load`));
    });
  }
}

/** What a person sees of a fault that is ours; the log has the stack. */
function bug(error: unknown): UserError {
  const { message } = error as Error;
  return new UserError(
    "runtimeFailed",
    `The model could not be loaded: ${message}.`,
    "Send the log of the model host.",
  );
}
