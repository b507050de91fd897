// What the host does with each message of one client. Before the client has shown the secret token, only `hello` is answered. Every message is
// validated here; an invalid one gets an error, and the connection stays open.

import { timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import type { CancellationToken, MessageConnection } from "vscode-jsonrpc/node";
import { badInput, Cancelled, notAuthorised, protocolMismatch } from "../../common/errors.ts";
import { fenced, openConnection } from "./connection.ts";
import type { ModelRouter } from "./modelRouter.ts";
import { withLease } from "./modelSlot.ts";
import { nothing, notRead } from "./protocol/emptyResults.ts";
import { HELLO_TIMEOUT_MS, MAX_FRAME_BYTES, PROTOCOL_VERSION } from "./protocol/limits.ts";
import {
  type GenerateParams,
  type GenerateResult,
  type HelloResult,
  type InspectResult,
  type LayersResult,
  Method,
  type PrepareAdapterResult,
  type RememberResult,
  type ScoreResult,
  type TokenNotification,
  type WarmResult,
} from "./protocol/messages.ts";
import {
  checked,
  generateParams,
  helloParams,
  inspectParams,
  layersParams,
  prepareAdapterParams,
  rememberParams,
  SAME_VERSION,
  scoreParams,
  warmParams,
} from "./schemas.ts";

export interface ServedHost {
  token: string;
  build: string;
  router: ModelRouter;
  log: (line: string) => void;
}

type Answer = (params: unknown, signal: AbortSignal) => Promise<unknown>;

/** One client, at the other end of a socket. It is served from the call of `serve` until the socket closes. */
export class ClientSession {
  readonly #socket: Socket;
  readonly #host: ServedHost;
  readonly #connection: MessageConnection;
  readonly #running = new Set<AbortController>(); // one for each request that is being answered
  readonly #answers: Readonly<Record<string, Answer>> = {
    [Method.hello]: (params) => this.#hello(params),
    [Method.ping]: async () => null,
    [Method.status]: async () => this.#host.router.status(),
    [Method.inspect]: (params, signal) => this.#inspect(params, signal),
    [Method.score]: (params, signal) => this.#score(params, signal),
    [Method.layers]: (params, signal) => this.#layers(params, signal),
    [Method.generate]: (params, signal) => this.#generate(params, signal),
    [Method.warm]: (params, signal) => this.#warm(params, signal),
    [Method.prepareAdapter]: (params, signal) => this.#prepareAdapter(params, signal),
    [Method.remember]: async (params) => this.#remember(params),
  };
  #welcome = false; // the client has shown the token
  #closed = false;
  #helloTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, host: ServedHost) {
    this.#socket = socket;
    this.#host = host;
    this.#connection = openConnection(socket, host.log);
  }

  serve(): void {
    const { router, log } = this.#host;
    this.#helloTimer = setTimeout(() => {
      log("connection closed: no hello");
      this.#socket.destroy();
    }, HELLO_TIMEOUT_MS);
    this.#connection.onRequest((method, params, cancel) => this.#answer(method, params, cancel));
    const stopTelling = router.onChange(() => {
      if (this.#welcome) this.#notify(Method.statusChanged, router.status());
    });
    this.#connection.onClose(() => {
      this.#closed = true;
      clearTimeout(this.#helloTimer);
      stopTelling();
      router.memories.left(this);
      for (const request of this.#running) request.abort(); // nobody is left to receive the answers
    });
    this.#connection.listen();
  }

  async #answer(method: string, params: unknown, cancel: CancellationToken): Promise<unknown> {
    const request = new AbortController();
    this.#running.add(request);
    cancel.onCancellationRequested(() => request.abort());
    const answer = await fenced(method, this.#host.log, async () => {
      if (!this.#welcome && method !== Method.hello) throw notAuthorised();
      if (!Object.hasOwn(this.#answers, method))
        throw badInput(`There is no request ${method.slice(0, 64)}.`, SAME_VERSION);
      return this.#answers[method](params, request.signal);
    });
    this.#running.delete(request);
    return answer;
  }

  async #hello(params: unknown): Promise<HelloResult> {
    const { token, build } = this.#host;
    const asked = checked(helloParams, Method.hello, params);
    if (asked.protocol !== PROTOCOL_VERSION) this.#turnAway(protocolMismatch(PROTOCOL_VERSION, asked.protocol));
    if (!sameToken(asked.token, token)) this.#turnAway(notAuthorised());
    this.#welcome = true;
    clearTimeout(this.#helloTimer);
    return {
      protocol: PROTOCOL_VERSION,
      build,
      pid: process.pid,
      capabilities: { generate: true, inspect: true, stream: true, warm: true },
      maxFrameBytes: MAX_FRAME_BYTES,
    };
  }

  #turnAway(error: Error): never {
    this.#host.log(`connection refused: ${error.message}`);
    setTimeout(() => this.#socket.end(), 100); // lets the answer out first
    throw error;
  }

  async #inspect(params: unknown, signal: AbortSignal): Promise<InspectResult> {
    const { adapter, asked, ...prompt } = checked(inspectParams, Method.inspect, params);
    return withLease(this.#host.router.lease({ asked, adapter }, signal), (model) =>
      model.inspect(prompt, signal, this.#connection),
    );
  }

  async #score(params: unknown, signal: AbortSignal): Promise<ScoreResult> {
    const { adapter, asked, ...request } = checked(scoreParams, Method.score, params);
    return withLease(this.#host.router.lease({ asked, adapter }, signal), (model) =>
      model.score(request, signal, this.#connection),
    );
  }

  async #layers(params: unknown, signal: AbortSignal): Promise<LayersResult> {
    const { adapter, asked, ...request } = checked(layersParams, Method.layers, params);
    return withLease(this.#host.router.lease({ asked, adapter }, signal), (model) =>
      model.layers(request, signal, this.#connection),
    );
  }

  async #generate(params: unknown, signal: AbortSignal): Promise<GenerateResult> {
    const { id, deadlineMs, adapter, asked, ...request } = checked(generateParams, Method.generate, params);
    const arrival = performance.now();
    const onText = (text: string) => {
      const notification: TokenNotification = { id, text };
      if (!signal.aborted) this.#notify(Method.token, notification);
    };
    try {
      const result = await withLease(this.#host.router.lease({ asked, adapter }, signal, deadlineMs), (model) => {
        const spentMs = performance.now() - arrival; // while the model was loaded
        const remainingMs = deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - spentMs);
        return model.generate({ ...request, deadlineMs: remainingMs }, onText, signal, this.#connection);
      });
      this.#readOn({ ...request, adapter, asked }, result);
      return result;
    } catch (error) {
      if (error instanceof Cancelled) return nothing("cancelled", performance.now() - arrival);
      throw error;
    }
  }

  /**
   * After a completion that was cancelled during its prefill, the next request is usually at the same place, one key later. So the prefill
   * continues as a warm-up until that request comes.
   */
  #readOn(
    { prompt, editor, adapter, asked, class: ofClass = "completion" }: Omit<GenerateParams, "id">,
    { stop, tokens }: GenerateResult,
  ): void {
    const isHalfRead = stop === "cancelled" && tokens.prompt > 0 && tokens.generated === 0;
    if (this.#closed || !isHalfRead || editor === undefined || ofClass !== "completion") return;
    const { router, log } = this.#host;
    const reading = new AbortController();
    const { signal } = reading;
    this.#running.add(reading);
    withLease(router.lease({ asked, adapter }, signal), (model) =>
      model.warm({ prompt, editor }, signal, this.#connection),
    )
      .catch((error) => log(`reading on failed: ${(error as Error).stack ?? error}`))
      .finally(() => this.#running.delete(reading));
  }

  async #warm(params: unknown, signal: AbortSignal): Promise<WarmResult> {
    const { adapter, ...request } = checked(warmParams, Method.warm, params);
    try {
      const lease = this.#host.router.lease({ adapter }, signal);
      return await withLease(lease, (model) => model.warm(request, signal, this.#connection));
    } catch (error) {
      if (error instanceof Cancelled) return notRead("cancelled");
      throw error;
    }
  }

  async #prepareAdapter(params: unknown, signal: AbortSignal): Promise<PrepareAdapterResult> {
    const { adapter } = checked(prepareAdapterParams, Method.prepareAdapter, params);
    const start = performance.now();
    const prepared = await this.#host.router.prepare(adapter, signal);
    return { ...prepared, loadMs: performance.now() - start };
  }

  #remember(params: unknown): RememberResult {
    return this.#host.router.memories.remember(checked(rememberParams, Method.remember, params), this);
  }

  #notify(method: string, params: unknown): void {
    this.#connection.sendNotification(method, params).catch(() => {}); // the client has just closed
  }
}

function sameToken(given: string, own: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(own)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
