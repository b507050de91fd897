// One HTTP request: through a proxy if there is one, following redirects that are safe, and given up when nothing arrives for a while. The only
// file of Sotto that opens an outbound connection. Knows nothing of files and models.

import type { IncomingHttpHeaders } from "node:http";
import tls from "node:tls";
import type { Dispatcher } from "undici";
import { Cancelled } from "../../common/errors.ts";
import { isLoopback, type ProxyChoice, proxyFor } from "./proxy.ts";

export interface Network {
  proxy: ProxyChoice;
  /**
   * http.proxyStrictSSL: false accepts any certificate from a proxy and from the server behind it, as a proxy needs that inspects the traffic.
   */
  strictSsl: boolean;
  token: string | undefined; // sent to `tokenOrigin` only
  tokenOrigin: string; // such as "https://huggingface.co"
  stallMs: number; // a connection is given up after this long without data
  certificates?: string[]; // PEM; certificates to trust instead of the system's
}

export interface Answer {
  url: URL; // after redirects
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as it arrives; can be read once. @throws TransferFailure; Cancelled */
  chunks(): AsyncGenerator<Buffer>;
  close(): void;
}

/** Why a transfer failed, as the end of a sentence. */
export class TransferFailure extends Error {
  override readonly name = "TransferFailure";
  readonly again: boolean; // whether a retry may succeed
  readonly waitMs: number; // how long the server asks to wait
  constructor(reason: string, { again = true, waitMs = 0 } = {}) {
    super(reason);
    this.again = again;
    this.waitMs = waitMs;
  }
}

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface Asked {
  method: "GET" | "HEAD";
  headers?: Readonly<Record<string, string>>;
  /** Whether to follow a redirect, or to return its answer. Default: follow always. */
  follow?: (from: URL, to: URL) => boolean;
}

/**
 * Sends the request for `address`.
 * @throws TransferFailure; UserError settingInvalid for an invalid proxy; Cancelled
 */
export async function send(address: URL, asked: Asked, network: Network, signal: AbortSignal): Promise<Answer> {
  let url = address;
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange(url, asked, network, signal);
    const { location } = answer.headers;
    if (!REDIRECTS.includes(answer.status) || location === undefined) return answer;
    let next: URL;
    try {
      next = redirectTarget(url, location);
    } catch (error) {
      answer.close();
      throw error;
    }
    if (asked.follow && !asked.follow(url, next)) return answer;
    answer.close();
    if (redirects === MAX_REDIRECTS)
      throw new TransferFailure(`${address.host} redirected more than ${MAX_REDIRECTS} times`, { again: false });
    url = next;
  }
}

/** The target of a redirect. @throws TransferFailure where it leaves https, or is no web address */
export function redirectTarget(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  if (!to || !/^https?:$/.test(to.protocol))
    throw new TransferFailure(`${from.host} redirected to something that is no web address`, { again: false });
  if (from.protocol === "https:" && to.protocol !== "https:")
    throw new TransferFailure(
      `${from.host} redirected from https to http, where the bytes could be changed on their way`,
      {
        again: false,
      },
    );
  return to;
}

async function exchange(url: URL, asked: Asked, network: Network, signal: AbortSignal): Promise<Answer> {
  if (signal.aborted) throw new Cancelled();
  const proxy = proxyFor(url, network.proxy);
  const checked = !proxy || network.strictSsl;
  const watch = new Watch(network.stallMs);
  const meaning = (error: unknown, failed: (error: SystemError) => string): unknown => {
    if (signal.aborted) return new Cancelled();
    if (watch.signal.aborted) return new TransferFailure(`${url.host} sent nothing for ${network.stallMs / 1000} s`);
    return error instanceof Error && "code" in error ? new TransferFailure(failed(error as SystemError)) : error;
  };
  const undici = await import("undici"); // imported only here: it takes 60 ms and 22 MB, and most windows never download
  const dispatcher = connections(undici, proxy, network.certificates ?? trusted(), checked);
  const close = () => void dispatcher.destroy();
  watch.start();
  try {
    const { statusCode, headers, body } = await undici.request(url, {
      dispatcher,
      method: asked.method,
      headers: { ...asked.headers, ...identity(url, network, checked) },
      signal: AbortSignal.any([signal, watch.signal]),
    });
    watch.stop();
    body.on("error", () => {}); // the body's reader gets the error
    return {
      url,
      status: statusCode,
      headers,
      async *chunks() {
        try {
          watch.start();
          for await (const chunk of body) {
            watch.stop(); // the time for processing a chunk does not count as the server's
            yield chunk;
            watch.start();
          }
        } catch (error) {
          throw meaning(error, ({ message }) => `${url.host}: ${message}`);
        } finally {
          watch.stop();
          close();
        }
      },
      close,
    };
  } catch (error) {
    watch.stop();
    close();
    throw meaning(error, (failed) => unanswered(url, proxy, failed));
  }
}

/**
 * Identifying headers. The token is sent to its own origin only: never along a redirect elsewhere, and never where others can read it on the
 * way.
 */
function identity(url: URL, { token, tokenOrigin }: Network, checked: boolean): Record<string, string> {
  const safe = (url.protocol === "https:" && checked) || isLoopback(url);
  const mayKnow = token && url.origin === tokenOrigin && safe;
  const own = { "user-agent": "sotto", "accept-encoding": "identity" };
  return mayKnow ? { ...own, authorization: `Bearer ${token}` } : own;
}

/**
 * The connections for one request. Through a proxy, https uses a tunnel; http requests go to the proxy itself. @param checked whether
 * certificates are checked
 */
function connections(
  { Agent, ProxyAgent }: typeof import("undici"),
  proxy: URL | undefined,
  ca: string[] | undefined,
  checked: boolean,
): Dispatcher {
  const patience = { headersTimeout: 0, bodyTimeout: 0 }; // our own watch ends a stalled connection
  const secure = { ca, rejectUnauthorized: checked };
  if (!proxy) return new Agent({ ...patience, allowH2: false, connect: { ...secure, timeout: 0 } });
  return new ProxyAgent({
    ...patience,
    uri: proxy.href,
    allowH2: false,
    connectTimeout: 0,
    requestTls: secure,
    proxyTls: secure,
  });
}

type SystemError = NodeJS.ErrnoException;

/** Which side failed before there was an answer, and the error. Through a proxy, the connection is to the proxy. */
function unanswered(url: URL, proxy: URL | undefined, { message, code = "", syscall }: SystemError): string {
  const status = /^Proxy response \((\d+)\)|^Proxy Authentication Required \((407)\)/.exec(message);
  if (proxy && status) return `the proxy ${proxy.host} answered with status ${status[1] ?? status[2]}`;
  const atProxy = proxy && (syscall !== undefined || code.startsWith("UND_ERR_PRX"));
  return `${atProxy ? `the proxy ${proxy.host}` : url.host}: ${message || code}`;
}

let known: string[] | undefined;

/** Node's certificates (with NODE_EXTRA_CA_CERTS) and the system's, where a company puts that of its proxy. Undefined: Node's default. */
function trusted(): string[] | undefined {
  try {
    known ??= [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
  } catch {
    known = []; // a build of Node without access to them
  }
  return known.length > 0 ? known : undefined;
}

/** Fires when it has been running for `limitMs` since the last start. */
class Watch {
  readonly #limitMs: number;
  readonly #fired = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get signal(): AbortSignal {
    return this.#fired.signal;
  }

  start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fired.abort(), this.#limitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
