// The HTTP server of `sotto serve`: listens, decides who may ask and how many at a time, and finds the endpoint. Logs bugs, and nothing of a
// request. Loads no model.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { badInput, Cancelled } from "../../common/errors.ts";
import { isLoopbackHost } from "../../common/util/engineAddress.ts";
import { requireAccess } from "./access.ts";
import { fail, sendEvents, sendJson } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import { contextTokens, generated, type ServedModel } from "./generation.ts";
import { busy, HttpError, httpErrorOf, unavailable } from "./httpError.ts";
import { infill, propsOf } from "./llamaCpp.ts";
import { completions, fimCompletions } from "./openAi.ts";
import { readJson } from "./requestBody.ts";

interface ServeOptions {
  host: string;
  port: number; // 0: a free one
  key?: string;
  version: string; // of Sotto
  log(line: string): void;
}

export interface RunningServer {
  url: string;
  /** From now on `model` answers; before that the server says that it is loading. */
  serve(model: ServedModel): void;
  /** Ends all requests and connections. Resolves when nothing calls the model any more. */
  close(): Promise<void>;
}

/** One request runs, and so many more may wait. */
const MOST_WAITING = 16;

const MOST_CONNECTIONS = 64;

const MOST_HEADER_BYTES = 16_384;

/** How long a client may take for the headers, for the whole request, and until its next one on the same connection. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000 };

const POSTS: Readonly<Record<string, Endpoint>> = {
  "/v1/completions": completions,
  "/v1/fim/completions": fimCompletions,
  "/infill": infill,
};

const GETS: Readonly<Record<string, (model: ServedModel, version: string) => object>> = {
  "/health": () => ({ status: "ok" }),
  "/v1/models": (model) => ({
    object: "list",
    data: [{ id: model.status().model, object: "model", owned_by: "sotto", max_model_len: contextTokens(model) }],
  }),
  "/props": propsOf,
};

/** @throws UserError where it cannot listen there, or other machines could ask without a key */
export async function startServer({ host, port, key, version, log }: ServeOptions): Promise<RunningServer> {
  if (key === undefined && !isLoopbackHost(host))
    throw badInput(
      `Other machines can reach ${host}, and there is no key.`,
      "Give one in SOTTO_SERVE_KEY, or leave --host out.",
    );
  let model: ServedModel | undefined;
  let generations = 0; // that run or wait
  const running = new Set<Promise<void>>();

  function ready(): ServedModel {
    if (model) return model;
    throw unavailable("Loading model");
  }

  async function generate(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
    const served = ready();
    if (generations > MOST_WAITING) throw busy(`${MOST_WAITING} requests are waiting. Try again in a moment.`);
    generations++;
    try {
      const wanted = endpoint(await readJson(request), served.status().model);
      const asker = { connection: request.socket, signal };
      const run = (onText: (text: string) => void) => generated(served, wanted.asked, onText, asker);
      if (wanted.isStream) await sendEvents(response, wanted, run);
      else sendJson(response, 200, wanted.whole(await run(() => {})));
    } finally {
      generations--;
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    requireAccess(request.headers, key);
    const path = request.url!.split("?", 1)[0];
    const endpoint = Object.hasOwn(POSTS, path) && POSTS[path];
    const tell = Object.hasOwn(GETS, path) && GETS[path];
    if (endpoint) {
      requireMethod(request, "POST");
      await generate(endpoint, request, response, signal);
    } else if (tell) {
      requireMethod(request, "GET", "HEAD");
      sendJson(response, 200, tell(ready(), version));
    } else throw new HttpError(404, `There is no ${path.slice(0, 200)} here. Sotto completes code: ${PATHS}.`);
  }

  /** The fence of bugs. Never rejects. */
  async function answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    try {
      await route(request, response, signal);
    } catch (error) {
      if (error instanceof Cancelled) return; // nobody reads the answer
      const told = httpErrorOf(error);
      if (!told) log(`sotto: this is a bug: ${error instanceof Error ? error.stack : error}`);
      fail(response, told ?? new HttpError(500, "The request failed by a bug of Sotto; its log says where."));
    }
  }

  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES, ...PATIENCE }, (request, response) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const answered = answer(request, response, gone.signal).finally(() => running.delete(answered));
    running.add(answered);
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, host, port);
  server.on("error", ({ message }) => log(`sotto: a connection could not be taken: ${message}`));
  return {
    url: urlOf(server),
    serve(loaded) {
      model = loaded;
    },
    async close() {
      server.close();
      server.closeAllConnections(); // which cancels, as a client does that goes away
      await Promise.all(running);
    },
  };
}

const PATHS = [...Object.keys(POSTS), ...Object.keys(GETS)].join(", ");

function requireMethod({ method = "" }: IncomingMessage, ...methods: string[]): void {
  if (methods.includes(method)) return;
  throw new HttpError(405, `Ask by ${methods[0]}, not by ${method}.`, { headers: { allow: methods.join(", ") } });
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "another program uses it" : message;
    throw badInput(`The server cannot listen on port ${port} of ${host}: ${reason}.`, "Give another --port or --host.");
  }
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
