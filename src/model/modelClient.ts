// The agent's side of the model host: finds it or starts it, keeps a connection to it, and answers every call in time or with a reason.
// Must not load a model or know the editor.

import { setTimeout as sleep } from "node:timers/promises";
import { badInput, Cancelled, hostUnavailable, modelLoading, UserError, userErrorData } from "../../common/errors.ts";
import { HEARTBEAT_TIMEOUT_MS, REQUEST_LIMITS } from "../../server/host/protocol/limits.ts";
import type {
  GenerateParams,
  GenerateResult,
  HostStatus,
  InspectParams,
  InspectResult,
  PrepareAdapterParams,
  PrepareAdapterResult,
  PromptInput,
  StopReason,
  WarmParams,
  WarmResult,
} from "../../server/host/protocol/messages.ts";
import type { CompletionModel } from "./completionModel.ts";
import { HelloTimeout, HostLink } from "./hostLink.ts";
import { ModelHost, type ModelHostOptions, type StartedHost } from "./modelHost.ts";
import { START_LIMITS, type StartLimits, StartPolicy } from "./startPolicy.ts";

const START_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 2_000; // for a host that was asked to end
const GRACE_MS = 200; // the host ends by itself at a cancel or deadline; this much later the client does it for a host that hangs

/** "ready" only when the host answers and its model is loaded; "starting" covers the loading too. */
export type HostState = "stopped" | "starting" | "ready" | "failed";

export interface ModelClientStatus {
  state: HostState;
  pid?: number; // of the host, while connected
  host?: HostStatus; // what the host said last, while connected
  error?: { code: string; message: string; action: string }; // where state is "failed"
}

export interface ModelClientOptions extends ModelHostOptions {
  log: (line: string) => void;
  heartbeatTimeoutMs?: number;
  startTimeoutMs?: number; // from starting a process to its answer
  startLimits?: StartLimits;
}

export class ModelClient implements CompletionModel {
  private readonly host: ModelHost;
  private readonly policy: StartPolicy;
  private readonly log: (line: string) => void;
  private readonly heartbeatTimeoutMs: number;
  private readonly startTimeoutMs: number;
  private readonly listeners = new Set<(status: ModelClientStatus) => void>();
  private opening: Promise<HostLink> | undefined; // settled or not; undefined where there is nothing to wait for
  private link: HostLink | undefined;
  private failure: UserError | undefined;
  private started: StartedHost | undefined;
  private disposed = false;

  constructor(options: ModelClientOptions) {
    this.host = new ModelHost(options);
    this.policy = new StartPolicy(options.startLimits ?? START_LIMITS);
    this.log = options.log;
    this.heartbeatTimeoutMs = options.heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MS;
    this.startTimeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS;
  }

  /** Finds or starts the host in the background; never throws. */
  wake(): void {
    this.connect().catch(() => {}); // the status says it
  }

  status(): ModelClientStatus {
    if (this.failure) return { state: "failed", error: userErrorData(this.failure) };
    if (this.link) {
      const host = this.link.status;
      return { state: host.state === "loading" ? "starting" : host.state, pid: this.link.pid, host, error: host.error };
    }
    return { state: this.opening ? "starting" : "stopped" };
  }

  /** Calls `listener` at every change of status; returns the function that ends it. */
  onStatus(listener: (status: ModelClientStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ends the host (for all windows, which find the new one) and starts another; forgets past failures. */
  async restart(): Promise<void> {
    this.policy.reset();
    this.failure = undefined;
    const { link } = this;
    if (link) {
      this.host.kill(link.pid, "SIGTERM");
      if (!(await link.closedWithin(END_TIMEOUT_MS))) {
        this.host.kill(link.pid);
        link.close();
      }
    }
    this.wake();
  }

  /**
   * Generates on the host. Ends early with the text so far when `signal` fires or the deadline passes, also when the host hangs.
   * @throws UserError modelLoading (the deadline passed before the model was ready), hostUnavailable, and what the host refuses with
   */
  async generate(
    params: Omit<GenerateParams, "id">,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    refuseOversized(params.prompt);
    const arrival = performance.now();
    const { deadlineMs } = params;
    let text = "";
    let listening = true;
    const end = endOf(signal, deadlineMs);
    const soFar = (stop: StopReason): GenerateResult => ({
      text,
      stop,
      tokens: { prompt: 0, cached: 0, generated: 0 },
      timingMs: { queue: 0, prefill: 0, decode: performance.now() - arrival },
      logProbs: [],
      tokenEnds: [],
    });
    try {
      const link = await Promise.race([this.connect(), end.reached]);
      if (link === "deadline") throw modelLoading();
      if (link === "cancelled") return soFar(link);
      const remainingMs = deadlineMs === undefined ? undefined : Math.max(0, arrival + deadlineMs - performance.now());
      const take = (piece: string) => {
        if (!listening) return;
        text += piece;
        onText(piece);
      };
      const answer = link.generate({ ...params, deadlineMs: remainingMs }, take, signal);
      answer.catch(() => {}); // it may come after the end
      const result = await Promise.race([answer, end.overdue]);
      return typeof result === "string" ? soFar(result) : result;
    } finally {
      listening = false;
      end.dispose();
    }
  }

  /** @throws UserError as `generate` does */
  async inspect(params: InspectParams): Promise<InspectResult> {
    refuseOversized(params);
    return (await this.connect()).inspect(params);
  }

  /**
   * Has the host load the model with a workspace's adapter, also where that has failed before. Resolves as soon as it is ready.
   * @throws UserError why it cannot be loaded (adapterInvalid, adapterOfOtherBase, memoryTooSmall, …), hostUnavailable; Cancelled
   */
  async prepareAdapter(params: PrepareAdapterParams, signal: AbortSignal): Promise<PrepareAdapterResult> {
    const link = await this.connect();
    if (signal.aborted) throw new Cancelled();
    return link.prepareAdapter(params, signal);
  }

  /**
   * Reads a prompt ahead where the host is ready; neither starts nor waits for one.
   * @throws UserError modelLoading, hostUnavailable, and what the host refuses with
   */
  async warm(params: WarmParams, signal: AbortSignal): Promise<WarmResult> {
    refuseOversized(params.prompt);
    if (this.status().state !== "ready") throw this.failure ?? modelLoading();
    if (signal.aborted) return { stop: "cancelled", tokens: { prompt: 0, cached: 0 }, ms: 0 };
    return this.link!.warm(params, signal);
  }

  /** Drops the connection; the host ends by itself after its last client. */
  dispose(): void {
    this.disposed = true;
    this.listeners.clear();
    this.link?.close();
  }

  private connect(): Promise<HostLink> {
    if (this.disposed) return Promise.reject(hostUnavailable("this window is closing"));
    if (this.failure) return Promise.reject(this.failure);
    return this.opening ?? this.openAnew();
  }

  private openAnew(): Promise<HostLink> {
    const opening = this.open();
    this.opening = opening;
    this.changed();
    opening.then(
      (link) => {
        if (this.opening !== opening) return; // lost already
        this.link = link;
        this.log(`model host ${link.pid} connected`);
        this.changed();
      },
      (error) => {
        if (this.opening !== opening) return;
        this.opening = undefined;
        if (this.disposed) return;
        this.failure = error instanceof UserError ? error : hostUnavailable((error as Error).message);
        this.log(`${this.failure.message} ${this.failure.action}`);
        this.changed();
      },
    );
    return opening;
  }

  /** Finds a host, or starts one as often as the policy allows. @throws UserError hostUnavailable, protocolMismatch */
  private async open(): Promise<HostLink> {
    let reason = this.started?.failure() ?? "it does not answer";
    let found = await this.adopt();
    while (!(found instanceof HostLink)) {
      const pauseMs = this.policy.next(Date.now());
      if (pauseMs === undefined) throw hostUnavailable(`it was started several times, and ${reason}`);
      if (pauseMs > 0) {
        await sleep(pauseMs);
        found = await this.adopt(); // another window may have been faster
        if (found instanceof HostLink) break;
      }
      if (this.disposed) throw hostUnavailable("this window is closing");
      const started = this.host.start();
      this.started = started;
      found = await this.answerOf(started);
      if (found instanceof HostLink || this.disposed) continue;
      if (found === "unusable") this.host.forget();
      if (started.pid !== undefined && !started.failure()) this.host.kill(started.pid);
      reason = started.failure() ?? `it did not answer in ${this.startTimeoutMs / 1000} s`;
      this.log(`model host: ${reason}`);
    }
    return found;
  }

  /** Waits until a host answers: the one just started, or the one that it lost the election to. */
  private async answerOf(started: StartedHost): Promise<HostLink | "none" | "unusable"> {
    const deadline = performance.now() + this.startTimeoutMs;
    for (let waitMs = 5; ; waitMs = Math.min(100, waitMs * 1.5)) {
      await sleep(waitMs);
      const found = await this.adopt();
      if (found instanceof HostLink || started.failure() || this.disposed || performance.now() > deadline) return found;
    }
  }

  /** Connects to the host that runs now. "unusable": it accepts connections but not this client. @throws UserError protocolMismatch */
  private async adopt(): Promise<HostLink | "none" | "unusable"> {
    const found = await this.host.find();
    if (!found) return "none";
    try {
      const link: HostLink = await HostLink.open(found, {
        heartbeatTimeoutMs: this.heartbeatTimeoutMs,
        onStatus: () => this.changed(),
        onClosed: () => this.lost(),
        onHung: (pid) => this.replace(pid),
      });
      if (this.disposed) link.close();
      return link;
    } catch (error) {
      if (error instanceof HelloTimeout && found.secret) this.replace(found.secret.pid);
      if (error instanceof UserError && error.code === "protocolMismatch") throw error;
      return "unusable";
    }
  }

  private replace(pid: number): void {
    this.log(`model host ${pid} does not answer and is replaced`);
    this.host.kill(pid);
  }

  /** The connection has closed: gets another one, so that the next keystroke finds it. */
  private lost(): void {
    if (this.link && !this.disposed) this.log(`model host ${this.link.pid} is gone`);
    this.link = undefined;
    this.opening = undefined;
    if (this.disposed) return;
    this.changed();
    this.wake();
  }

  private changed(): void {
    const status = this.status();
    for (const listener of this.listeners) listener(status);
  }
}

type End = "cancelled" | "deadline";

/** `reached` resolves when `signal` fires or the deadline passes, `overdue` when GRACE_MS have passed since then. */
function endOf(signal: AbortSignal, deadlineMs: number | undefined) {
  const timers: (NodeJS.Timeout | undefined)[] = [];
  let reach = (_end: End) => {};
  const reached = new Promise<End>((resolve) => {
    reach = resolve;
  });
  const overdue = reached.then(
    (end) => new Promise<End>((resolve) => timers.push(setTimeout(() => resolve(end), GRACE_MS))),
  );
  const onAbort = () => reach("cancelled");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  if (deadlineMs !== undefined) timers.push(setTimeout(() => reach("deadline"), deadlineMs));
  const dispose = () => {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
  return { reached, overdue, dispose };
}

/** A request beyond the limits could be larger than a frame, and would cost the connection. @throws UserError badInput */
function refuseOversized({ prefix, suffix, pieces }: PromptInput): void {
  const piecesChars = pieces.reduce((sum, { text }) => sum + text.length, 0);
  const { prefixChars, suffixChars, piecesChars: maxPiecesChars } = REQUEST_LIMITS;
  if (prefix.length <= prefixChars && suffix.length <= suffixChars && piecesChars <= maxPiecesChars) return;
  throw badInput("The text around the cursor is too long for a completion.", "Work in a smaller file.");
}
