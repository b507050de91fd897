// The connection to the model host: finds the host or starts it, keeps a link to it, and reports the state of both.
// Forwards no calls: hostModel.ts does, over the link. Must not load a model or know the editor.

import { setTimeout as sleep } from "node:timers/promises";
import { hostUnavailable, modelLoading, UserError, userErrorData } from "../../common/errors.ts";
import { HEARTBEAT_TIMEOUT_MS } from "../../server/host/protocol/limits.ts";
import type { HostStatus } from "../../server/host/protocol/messages.ts";
import { HelloTimeout, HostLink } from "./hostLink.ts";
import { ModelHost, type ModelHostOptions, type StartedHost } from "./modelHost.ts";
import { START_LIMITS, type StartLimits, StartPolicy } from "./startPolicy.ts";

const START_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 2_000; // for a host that was asked to end

/** "ready" only when the host answers and its model is loaded; "starting" covers the loading too. */
export type HostState = "stopped" | "starting" | "ready" | "failed";

export interface HostConnectionStatus {
  state: HostState;
  pid?: number; // of the host, while connected
  host?: HostStatus; // the host's last status, while connected
  error?: { code: string; message: string; action: string }; // where state is "failed"
}

export interface HostConnectionOptions extends ModelHostOptions {
  log: (line: string) => void;
  heartbeatTimeoutMs?: number;
  startTimeoutMs?: number; // from the start of a process to its answer
  startLimits?: StartLimits;
}

/** "unusable": it accepts connections but not this client. "foreign": what accepts them is no host. */
type NoLink = "none" | "unusable" | "foreign";

export class HostConnection {
  readonly #host: ModelHost;
  readonly #policy: StartPolicy;
  readonly #log: (line: string) => void;
  readonly #heartbeatTimeoutMs: number;
  readonly #startTimeoutMs: number;
  readonly #listeners = new Set<(status: HostConnectionStatus) => void>();
  #opening: Promise<HostLink> | undefined; // pending or settled; undefined where no connection was begun
  #established: HostLink | undefined;
  #failure: UserError | undefined;
  #started: StartedHost | undefined;
  #disposed = false;

  constructor(options: HostConnectionOptions) {
    this.#host = new ModelHost(options);
    this.#policy = new StartPolicy(options.startLimits ?? START_LIMITS);
    this.#log = options.log;
    this.#heartbeatTimeoutMs = options.heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MS;
    this.#startTimeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS;
  }

  /** Finds or starts the host in the background; never throws. */
  wake(): void {
    this.link().catch(() => {}); // the status reports the error
  }

  status(): HostConnectionStatus {
    if (this.#failure) return { state: "failed", error: userErrorData(this.#failure) };
    if (this.#established) {
      const host = this.#established.status;
      return {
        state: host.state === "loading" ? "starting" : host.state,
        pid: this.#established.pid,
        host,
        error: host.error,
      };
    }
    return { state: this.#opening ? "starting" : "stopped" };
  }

  /** Calls `listener` at every change of status; returns the function that unsubscribes it. */
  onStatus(listener: (status: HostConnectionStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the host (for all windows, which find the new one) and starts another; forgets past failures. */
  async restart(): Promise<void> {
    this.#policy.reset();
    this.#failure = undefined;
    const link = this.#established;
    if (link) {
      this.#host.kill(link.pid, "SIGTERM");
      if (!(await link.closedWithin(END_TIMEOUT_MS))) {
        this.#host.kill(link.pid);
        link.close();
      }
    }
    this.wake();
  }

  /** The host that is ready now. @throws UserError modelLoading, hostUnavailable */
  readyLink(): HostLink {
    if (this.status().state !== "ready") throw this.#failure ?? modelLoading();
    return this.#established!;
  }

  /** Drops the connection; the host ends by itself after its last client. */
  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
    this.#established?.close();
  }

  /** The link to the running host, or to a new one as soon as it answers. @throws UserError hostUnavailable, protocolMismatch */
  link(): Promise<HostLink> {
    if (this.#disposed) return Promise.reject(hostUnavailable("this window is closing"));
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#opening ?? this.#openAnew();
  }

  #openAnew(): Promise<HostLink> {
    const opening = this.#open();
    this.#opening = opening;
    this.#changed();
    opening.then(
      (link) => {
        if (this.#opening !== opening) return; // the connection is lost already
        this.#established = link;
        this.#log(`model host ${link.pid} connected`);
        this.#changed();
      },
      (error) => {
        if (this.#opening !== opening) return;
        this.#opening = undefined;
        if (this.#disposed) return;
        this.#failure = error instanceof UserError ? error : hostUnavailable((error as Error).message);
        this.#log(`${this.#failure.message} ${this.#failure.action}`);
        this.#changed();
      },
    );
    return opening;
  }

  /** Finds a host, or starts one as often as the policy allows. @throws UserError hostUnavailable, protocolMismatch */
  async #open(): Promise<HostLink> {
    let reason = this.#started?.failure() ?? "it does not answer";
    let found = await this.#adopt();
    while (!(found instanceof HostLink)) {
      if (found === "foreign" && this.#host.forgetForeign())
        this.#log("model host: another program has taken its socket's name; the name was freed");
      const pauseMs = this.#policy.next(Date.now());
      if (pauseMs === undefined) throw hostUnavailable(`it was started several times, and ${reason}`);
      if (pauseMs > 0) {
        await sleep(pauseMs);
        found = await this.#adopt(); // another window may have been faster
        if (found instanceof HostLink) break;
      }
      if (this.#disposed) throw hostUnavailable("this window is closing");
      const started = this.#host.start();
      this.#started = started;
      found = await this.#answerOf(started);
      if (found instanceof HostLink || this.#disposed) continue;
      if (found === "unusable") this.#host.forget();
      if (started.pid !== undefined && !started.failure()) this.#host.kill(started.pid);
      reason = started.failure() ?? `it did not answer in ${this.#startTimeoutMs / 1000} s`;
      this.#log(`model host: ${reason}`);
    }
    return found;
  }

  /** Waits until a host answers: the one just started, or the one that it lost the election to. */
  async #answerOf(started: StartedHost): Promise<HostLink | NoLink> {
    const deadline = performance.now() + this.#startTimeoutMs;
    for (let waitMs = 5; ; waitMs = Math.min(100, waitMs * 1.5)) {
      await sleep(waitMs);
      const found = await this.#adopt();
      const isOver = started.failure() || this.#disposed || performance.now() > deadline;
      if (found instanceof HostLink || found === "foreign" || isOver) return found;
    }
  }

  /** Connects to the host that runs now. @throws UserError protocolMismatch */
  async #adopt(): Promise<HostLink | NoLink> {
    const found = await this.#host.find();
    if (!found) return "none";
    if (found.isForeign) {
      found.socket.destroy();
      return "foreign";
    }
    try {
      const link: HostLink = await HostLink.open(found, {
        heartbeatTimeoutMs: this.#heartbeatTimeoutMs,
        onStatus: () => this.#changed(),
        onClosed: () => this.#lost(),
        onHung: (pid) => this.#replace(pid),
      });
      if (this.#disposed) link.close();
      return link;
    } catch (error) {
      if (error instanceof HelloTimeout && found.secret) this.#replace(found.secret.pid);
      if (error instanceof UserError && error.code === "protocolMismatch") throw error;
      return "unusable";
    }
  }

  #replace(pid: number): void {
    this.#log(`model host ${pid} does not answer and is replaced`);
    this.#host.kill(pid);
  }

  /** The connection has closed: opens a new one, so that it is there for the next keystroke. */
  #lost(): void {
    if (this.#established && !this.#disposed) this.#log(`model host ${this.#established.pid} is gone`);
    this.#established = undefined;
    this.#opening = undefined;
    if (this.#disposed) return;
    this.#changed();
    this.wake();
  }

  #changed(): void {
    const status = this.status();
    for (const listener of this.#listeners) listener(status);
  }
}
