// HTTP to one server of the user's: requests with a body of JSON, the key, what comes back in chunks, patience, redirects. Counts the traffic.
// Besides the folder of downloads the only file that opens an outbound connection; knows nothing of models.

import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import {
  Cancelled,
  engineBusy,
  engineFailed,
  engineRedirected,
  engineRefusedKey,
  engineUnreachable,
  UserError,
} from "../../common/errors.ts";
import type { EngineTraffic } from "./types.ts";

/** The longest line of a stream, and the longest answer that is no stream. */
export const MOST_BYTES = 10 * 1024 * 1024;

const MOST_REDIRECTS = 3;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface EngineRequest {
  path: string; // after the server's address; begins with "/"
  body?: object; // POST; without one it is a GET
  signal: AbortSignal;
  stallMs: number; // given up after so long without a byte
}

export interface EngineAnswer {
  status: number;
  contentType: string;
  /** The body as it arrives; can be read once. @throws UserError engineFailed when it breaks off; Cancelled */
  chunks(): AsyncGenerator<Buffer>;
  /** Closes the connection where the body was not read to its end: the server ends its work. */
  close(): void;
}

export class EngineConnection {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #agents = [new http.Agent({ keepAlive: true }), new https.Agent({ keepAlive: true })];
  readonly #traffic: EngineTraffic = { requests: 0, bytesSent: 0, bytesReceived: 0 };

  /** @param url origin and base path, without a slash at the end */
  constructor(url: string, key?: string) {
    this.url = url;
    this.#key = key;
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  traffic(): EngineTraffic {
    return { ...this.#traffic };
  }

  dispose(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  /**
   * Sends a request; a redirect is followed within the server's origin only.
   * @throws UserError engineUnreachable, engineRedirected; Cancelled when `signal` fires
   */
  async send(request: EngineRequest): Promise<EngineAnswer> {
    let target = new URL(this.url + request.path);
    for (let redirects = 0; ; redirects++) {
      const { answer, location } = await this.#exchange(target, request);
      if (location === undefined) return answer;
      answer.close();
      const next = URL.parse(location, target.href);
      if (next?.origin !== target.origin || redirects === MOST_REDIRECTS)
        throw engineRedirected(this.url, next?.origin ?? "no web address");
      target = next;
    }
  }

  /** Sends a request whose answer is one JSON value. @throws UserError, by the answer's status too; Cancelled */
  async json(request: EngineRequest): Promise<unknown> {
    const answer = await this.send(request);
    const text = await this.textOf(answer);
    if (answer.status !== 200) throw this.refusal(answer.status, text);
    return this.parsed(text);
  }

  async textOf(answer: EngineAnswer): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.chunks()) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw engineFailed(this.url, "its answer is longer than 10 MB");
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  /** @throws UserError engineFailed */
  parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw engineFailed(this.url, "it answers with something that is not JSON");
    }
  }

  /** The error that an answer with another status than 200 stands for. */
  refusal(status: number, body: string): UserError {
    if (status === 401 || status === 403) return engineRefusedKey(this.url, this.hasKey);
    if (status === 429 || status === 503) return engineBusy(this.url, status);
    const words = messageIn(body);
    return engineFailed(this.url, `status ${status}${words === undefined ? "" : `, "${words}"`}`);
  }

  async #exchange(target: URL, request: EngineRequest): Promise<{ answer: EngineAnswer; location?: string }> {
    try {
      return await this.#exchangeOnce(target, request);
    } catch (error) {
      if (!(error instanceof StaleSocket)) throw error;
      return this.#exchangeOnce(target, request); // the server had closed a connection that was kept
    }
  }

  #exchangeOnce(target: URL, asked: EngineRequest): Promise<{ answer: EngineAnswer; location?: string }> {
    const { signal, stallMs } = asked;
    if (signal.aborted) throw new Cancelled();
    const isSecure = target.protocol === "https:";
    const body = asked.body && Buffer.from(JSON.stringify(asked.body));
    this.#traffic.requests++;
    this.#traffic.bytesSent += body?.length ?? 0;
    return new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).request(target, {
        method: body ? "POST" : "GET",
        agent: this.#agents[isSecure ? 1 : 0],
        headers: {
          "user-agent": "sotto",
          ...(body && { "content-type": "application/json", "content-length": body.length }),
          ...(this.#key !== undefined && { authorization: `Bearer ${this.#key}` }),
        },
        ...(isSecure && { ca: trusted() }),
      });
      let reason: Error | undefined; // why we have closed it ourselves
      const stop = (why: Error) => {
        reason ??= why;
        request.destroy(why);
      };
      const watch = new Watch(stallMs, () => stop(new Stalled(`it sent nothing for ${stallMs / 1000} s`)));
      const cancel = () => stop(new Cancelled());
      signal.addEventListener("abort", cancel, { once: true });
      const settle = () => {
        watch.stop();
        signal.removeEventListener("abort", cancel);
      };
      request.on("close", settle);
      request.on("error", (error: NodeJS.ErrnoException) => {
        if (error instanceof Cancelled) return reject(error);
        if (request.reusedSocket && error.code === "ECONNRESET") return reject(new StaleSocket());
        reject(engineUnreachable(this.url, error.message || error.code || "it closed the connection"));
      });
      request.on("response", (response) => {
        const received = (bytes: number) => {
          watch.restart();
          this.#traffic.bytesReceived += bytes;
        };
        received(0);
        const { statusCode: status = 0, headers } = response;
        response.on("error", () => {}); // the body's reader gets the error
        resolve({
          answer: {
            status,
            contentType: headers["content-type"] ?? "",
            chunks: () => chunksOf(response, received, settle, (error) => this.#broken(reason ?? error)),
            close: () => void (response.complete ? response.resume() : response.destroy()),
          },
          ...(REDIRECTS.includes(status) && headers.location !== undefined && { location: headers.location }),
        });
      });
      request.end(body);
    });
  }

  #broken(error: Error): Error {
    if (error instanceof Cancelled || error instanceof UserError) return error;
    return engineFailed(this.url, error instanceof Stalled ? error.message : `its answer broke off (${error.message})`);
  }
}

async function* chunksOf(
  response: http.IncomingMessage,
  received: (bytes: number) => void,
  settle: () => void,
  meaning: (error: Error) => Error,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) {
      received(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw meaning(error as Error);
  } finally {
    settle();
  }
}

class StaleSocket extends Error {}
class Stalled extends Error {}

/** Calls `fire` when it was not restarted for `limitMs`. */
class Watch {
  readonly #limitMs: number;
  readonly #fire: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(limitMs: number, fire: () => void) {
    this.#limitMs = limitMs;
    this.#fire = fire;
    this.restart();
  }

  restart(): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(this.#fire, this.#limitMs);
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}

const MOST_QUOTED_CHARS = 200;

/** What a server says of an error: a string or an object with a message, under "error", "detail" or by itself. */
export function messageIn(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const words = messageOf(value);
  return words?.slice(0, MOST_QUOTED_CHARS).replaceAll(/\s+/g, " ").trim();
}

function messageOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return messageOf(value[0]);
  if (typeof value !== "object" || value === null) return undefined;
  const { error, message, detail, msg } = value as Record<string, unknown>;
  return messageOf(error ?? message ?? detail ?? msg);
}

let known: string[] | undefined;

/** Node's certificates (with NODE_EXTRA_CA_CERTS) and the system's, where a company puts its own. Undefined: Node's default. */
function trusted(): string[] | undefined {
  try {
    known ??= [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
  } catch {
    known = []; // a build of Node without access to them
  }
  return known.length > 0 ? known : undefined;
}
