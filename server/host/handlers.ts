// What the host does with each message of one client. Nothing but `hello` is answered before the client has shown the secret token.
// Every message is checked at this border; a bad one gets an error and the connection lives on.

import { timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { badInput, Cancelled, notAuthorised, protocolMismatch } from "../../common/errors.ts";
import { fenced, openConnection } from "./connection.ts";
import { nothing, notRead } from "./emptyResults.ts";
import type { ModelRouter } from "./modelRouter.ts";
import { HELLO_TIMEOUT_MS, MAX_FRAME_BYTES, PROTOCOL_VERSION } from "./protocol/limits.ts";
import {
  type GenerateParams,
  type GenerateResult,
  type HelloResult,
  type InspectResult,
  Method,
  type PrepareAdapterResult,
  type TokenNotification,
  type WarmResult,
} from "./protocol/messages.ts";
import {
  checked,
  generateParams,
  helloParams,
  inspectParams,
  prepareAdapterParams,
  SAME_VERSION,
  warmParams,
} from "./schemas.ts";

export interface ServedHost {
  token: string;
  build: string;
  router: ModelRouter;
  log: (line: string) => void;
}

/** Serves the client at the other end of `socket` until it closes. */
export function serveClient(socket: Socket, { token, build, router, log }: ServedHost): void {
  const connection = openConnection(socket, log);
  const running = new Set<AbortController>(); // one for each request that is being answered
  let welcome = false;
  let closed = false;
  const helloTimer = setTimeout(() => {
    log("connection closed: no hello");
    socket.destroy();
  }, HELLO_TIMEOUT_MS);

  const turnAway = (error: Error): never => {
    log(`connection refused: ${error.message}`);
    setTimeout(() => socket.end(), 100); // the answer goes first
    throw error;
  };

  const hello = async (params: unknown): Promise<HelloResult> => {
    const asked = checked(helloParams, Method.hello, params);
    if (asked.protocol !== PROTOCOL_VERSION) turnAway(protocolMismatch(PROTOCOL_VERSION, asked.protocol));
    if (!sameToken(asked.token, token)) turnAway(notAuthorised());
    welcome = true;
    clearTimeout(helloTimer);
    return {
      protocol: PROTOCOL_VERSION,
      build,
      pid: process.pid,
      capabilities: { generate: true, inspect: true, stream: true, warm: true },
      maxFrameBytes: MAX_FRAME_BYTES,
    };
  };
  const inspect = async (params: unknown, signal: AbortSignal): Promise<InspectResult> => {
    const { adapter, asked, ...prompt } = checked(inspectParams, Method.inspect, params);
    return router.use({ asked, adapter }, (model) => model.inspect(prompt), signal);
  };
  const generate = async (params: unknown, signal: AbortSignal): Promise<GenerateResult> => {
    const { id, deadlineMs, adapter, asked, ...request } = checked(generateParams, Method.generate, params);
    const arrival = performance.now();
    const onText = (text: string) => {
      const notification: TokenNotification = { id, text };
      if (!signal.aborted) connection.sendNotification(Method.token, notification).catch(() => {}); // closed just now
    };
    try {
      const result = await router.use(
        { asked, adapter },
        (model) => {
          const spentMs = performance.now() - arrival; // while it was loaded
          const remainingMs = deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - spentMs);
          return model.generate({ ...request, deadlineMs: remainingMs }, onText, signal, connection);
        },
        signal,
        deadlineMs,
      );
      readOn({ ...request, adapter, asked }, result);
      return result;
    } catch (error) {
      if (error instanceof Cancelled) return nothing("cancelled", performance.now() - arrival);
      throw error;
    }
  };
  /**
   * What follows a completion that was given up while its prompt was being read is most often one at the same place, a key later: reads on until
   * that comes.
   */
  const readOn = (
    { prompt, editor, adapter, asked, class: ofClass = "completion" }: Omit<GenerateParams, "id">,
    { stop, tokens }: GenerateResult,
  ) => {
    const isHalfRead = stop === "cancelled" && tokens.prompt > 0 && tokens.generated === 0;
    if (closed || !isHalfRead || editor === undefined || ofClass !== "completion") return;
    const reading = new AbortController();
    running.add(reading);
    router
      .use({ asked, adapter }, (model) => model.warm({ prompt, editor }, reading.signal, connection), reading.signal)
      .catch((error) => log(`reading on failed: ${(error as Error).stack ?? error}`))
      .finally(() => running.delete(reading));
  };
  const warm = async (params: unknown, signal: AbortSignal): Promise<WarmResult> => {
    const { adapter, ...request } = checked(warmParams, Method.warm, params);
    try {
      return await router.use({ adapter }, (model) => model.warm(request, signal, connection), signal);
    } catch (error) {
      if (error instanceof Cancelled) return notRead("cancelled");
      throw error;
    }
  };
  const prepareAdapter = async (params: unknown, signal: AbortSignal): Promise<PrepareAdapterResult> => {
    const { adapter } = checked(prepareAdapterParams, Method.prepareAdapter, params);
    const start = performance.now();
    const prepared = await router.prepare(adapter, signal);
    return { ...prepared, loadMs: performance.now() - start };
  };
  const answers: Record<string, (params: unknown, signal: AbortSignal) => Promise<unknown>> = {
    [Method.hello]: hello,
    [Method.ping]: async () => null,
    [Method.status]: async () => router.status(),
    [Method.inspect]: inspect,
    [Method.generate]: generate,
    [Method.warm]: warm,
    [Method.prepareAdapter]: prepareAdapter,
  };
  connection.onRequest(async (method, params, cancel) => {
    const request = new AbortController();
    running.add(request);
    cancel.onCancellationRequested(() => request.abort());
    const answer = await fenced(method, log, async () => {
      if (!welcome && method !== Method.hello) throw notAuthorised();
      if (!Object.hasOwn(answers, method)) throw badInput(`There is no request ${method.slice(0, 64)}.`, SAME_VERSION);
      return answers[method](params, request.signal);
    });
    running.delete(request);
    return answer;
  });

  const stopTelling = router.onChange(() => {
    if (welcome) connection.sendNotification(Method.statusChanged, router.status()).catch(() => {});
  });
  connection.onClose(() => {
    closed = true;
    clearTimeout(helloTimer);
    stopTelling();
    for (const request of running) request.abort(); // nobody wants the answers any more
  });
  connection.listen();
}

function sameToken(given: string, own: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(own)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
