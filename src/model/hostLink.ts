// One connection to a live model host: hello, requests with cancellation, streamed text, heartbeat. A closed link is not reopened:
// hostConnection.ts decides whether to find or start another host.

import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { CANCELLED_RPC_CODE, Cancelled, hostUnavailable, notAuthorised, userErrorFrom } from "../../common/errors.ts";
import { PROTOCOL_VERSION } from "../../server/host/protocol/limits.ts";
import {
  type GenerateParams,
  type GenerateResult,
  type HelloParams,
  type HelloResult,
  type HostStatus,
  type InspectParams,
  type InspectResult,
  type LayersParams,
  type LayersResult,
  Method,
  type PrepareAdapterParams,
  type PrepareAdapterResult,
  type RememberParams,
  type RememberResult,
  type ScoreParams,
  type ScoreResult,
  type TokenNotification,
  type WarmParams,
  type WarmResult,
} from "../../server/host/protocol/messages.ts";
import type { FoundHost } from "./modelHost.ts";

/** How many times longer a host may take to answer a ping while it loads a model, which can block its event loop for long. */
const LOADING_PATIENCE = 6;

export interface LinkOptions {
  heartbeatTimeoutMs: number;
  onStatus: () => void; // the host has sent a new status
  onClosed: () => void; // once
  onHung: (pid: number) => void; // the host answered no ping in time; `onClosed` follows
}

/** The host accepted the connection but did not answer hello: its process is stopped or hangs. */
export class HelloTimeout extends Error {}

export class HostLink {
  readonly pid: number;
  status: HostStatus;
  readonly #socket: Socket;
  readonly #connection: MessageConnection;
  readonly #options: LinkOptions;
  readonly #sinks = new Map<number, (text: string) => void>();
  #nextId = 1;
  #pending = 0; // number of requests that wait for their answer
  #watching = false;
  #closed = false;

  private constructor(
    socket: Socket,
    connection: MessageConnection,
    pid: number,
    status: HostStatus,
    options: LinkOptions,
  ) {
    this.#socket = socket;
    this.#connection = connection;
    this.pid = pid;
    this.status = status;
    this.#options = options;
  }

  /**
   * Says hello to the host that was found.
   * @throws HelloTimeout; UserError notAuthorised, protocolMismatch, hostUnavailable (it closed the connection)
   */
  static async open({ socket, secret }: FoundHost, options: LinkOptions): Promise<HostLink> {
    socket.setNoDelay(true);
    socket.on("error", () => {}); // 'close' follows
    const reader = new StreamMessageReader(socket);
    reader.partialMessageTimeout = 0; // its timer would run for ever after a host that died within a frame
    const connection = createMessageConnection(reader, new StreamMessageWriter(socket));
    connection.onError(() => socket.destroy());
    connection.onClose(() => connection.dispose()); // rejects what is pending
    connection.listen();
    try {
      if (!secret) throw notAuthorised();
      const hello: HelloParams = {
        protocol: PROTOCOL_VERSION,
        token: secret.token,
        client: { name: "sotto", pid: process.pid },
      };
      const greeted = (async () => {
        const { pid } = await connection.sendRequest<HelloResult>(Method.hello, hello);
        return { pid, status: await connection.sendRequest<HostStatus>(Method.status, {}) };
      })();
      const answer = await within(2 * options.heartbeatTimeoutMs, greeted);
      if (!answer) throw new HelloTimeout();
      const link = new HostLink(socket, connection, answer.pid, answer.status, options);
      link.#listen();
      return link;
    } catch (error) {
      socket.destroy();
      throw meaningOf(error);
    }
  }

  #listen(): void {
    this.#connection.onNotification(Method.token, ({ id, text }: TokenNotification) => this.#sinks.get(id)?.(text));
    this.#connection.onNotification(Method.statusChanged, (status: HostStatus) => {
      this.status = status;
      this.#options.onStatus();
    });
    const onClosed = () => {
      if (this.#closed) return;
      this.#closed = true;
      this.#options.onClosed();
    };
    this.#socket.once("close", onClosed);
    if (this.#socket.destroyed) queueMicrotask(onClosed);
  }

  /** Streams the text to `onText`; `signal` sends the cancellation, after which the host still answers. */
  async generate(
    params: Omit<GenerateParams, "id">,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const id = this.#nextId++;
    this.#sinks.set(id, onText);
    try {
      return await this.#request<GenerateResult>(Method.generate, { ...params, id }, signal);
    } finally {
      this.#sinks.delete(id);
    }
  }

  inspect(params: InspectParams): Promise<InspectResult> {
    return this.#request<InspectResult>(Method.inspect, params);
  }

  score(params: ScoreParams, signal: AbortSignal): Promise<ScoreResult> {
    return this.#request<ScoreResult>(Method.score, params, signal);
  }

  layers(params: LayersParams, signal: AbortSignal): Promise<LayersResult> {
    return this.#request<LayersResult>(Method.layers, params, signal);
  }

  warm(params: WarmParams, signal: AbortSignal): Promise<WarmResult> {
    return this.#request<WarmResult>(Method.warm, params, signal);
  }

  prepareAdapter(params: PrepareAdapterParams, signal: AbortSignal): Promise<PrepareAdapterResult> {
    return this.#request<PrepareAdapterResult>(Method.prepareAdapter, params, signal);
  }

  remember(params: RememberParams): Promise<RememberResult> {
    return this.#request<RememberResult>(Method.remember, params);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Waits until the connection has closed; false when that takes longer than `limitMs`. */
  async closedWithin(limitMs: number): Promise<boolean> {
    const closed = new Promise<true>((resolve) => this.#socket.once("close", () => resolve(true)));
    return this.#closed || (await within(limitMs, closed)) === true;
  }

  async #request<T>(method: string, params: unknown, signal?: AbortSignal): Promise<T> {
    const cancellation = new CancellationTokenSource();
    const onAbort = () => cancellation.cancel();
    signal?.addEventListener("abort", onAbort);
    this.#pending++;
    void this.#watch();
    try {
      return await this.#connection.sendRequest<T>(method, params, cancellation.token);
    } catch (error) {
      throw meaningOf(error);
    } finally {
      this.#pending--;
      signal?.removeEventListener("abort", onAbort);
      cancellation.dispose();
    }
  }

  /** The heartbeat: pings while requests are pending, and only then. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    for (;;) {
      await sleep(this.#options.heartbeatTimeoutMs / 5, undefined, { ref: false });
      if (this.#pending === 0 || this.#closed) break;
      if (await this.#answersPing()) continue;
      this.#options.onHung(this.pid);
      this.close();
      break;
    }
    this.#watching = false;
  }

  async #answersPing(): Promise<boolean> {
    const { state, tiers } = this.status;
    const isLoading = state === "loading" || tiers?.states.some((tier) => tier.state === "loading");
    const patienceMs = this.#options.heartbeatTimeoutMs * (isLoading ? LOADING_PATIENCE : 1);
    for (;;) {
      const start = performance.now();
      const pong = this.#connection.sendRequest(Method.ping, {}).then(
        () => true,
        () => true, // the connection has closed, which is not the heartbeat's concern
      );
      if (await within(patienceMs, pong)) return true;
      // If the timer itself fired late, this process was stopped (the machine slept), which says nothing about the host.
      if (performance.now() - start < 1.5 * patienceMs) return false;
    }
  }
}

/** What `promise` resolves to, or undefined when that takes longer than `limitMs`. */
async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  const cancel = new AbortController();
  const late = sleep(limitMs, undefined, { signal: cancel.signal, ref: false }).catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel.abort();
    promise.catch(() => {}); // nobody waits for it any more
  }
}

/** The error of a failed request, as the caller gets it. */
function meaningOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HelloTimeout) return error;
  const own = error instanceof ResponseError ? userErrorFrom(error.data) : undefined;
  if (own) return own;
  if (error instanceof ResponseError && error.code === CANCELLED_RPC_CODE) return new Cancelled();
  const answered = error instanceof ResponseError && error.code > -32_090; // vscode-jsonrpc's own codes for a lost connection lie below
  return answered || "action" in error ? error : hostUnavailable("it ended while it was working");
}
