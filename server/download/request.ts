// One HTTP request: through a proxy where there is one, along redirects that are safe to follow, ended when nothing comes for a while.
// The only file of Sotto that opens an outbound connection. Knows nothing of files and models.

import type { IncomingHttpHeaders } from "node:http";
import tls from "node:tls";
import type { Dispatcher } from "undici";
import { Cancelled } from "../../common/errors.ts";
import { isLoopback, type ProxyChoice, proxyFor } from "./proxy.ts";

export interface Network {
  proxy: ProxyChoice;
  /** http.proxyStrictSSL: false lets a proxy and whom it leads to show any certificate, as one does that reads what it passes on. */
  strictSsl: boolean;
  token: string | undefined; // told to `tokenOrigin` only
  tokenOrigin: string; // such as "https://huggingface.co"
  stallMs: number; // a connection on which nothing comes for so long is given up
  certificates?: string[]; // PEM; what a server's certificate is checked by, instead of the system's
}

export interface Answer {
  url: URL; // after redirects
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as it comes, not to be read twice. @throws TransferFailure; Cancelled */
  chunks(): AsyncGenerator<Buffer>;
  close(): void;
}

/** Why a transfer did not go through, as the end of a sentence. */
export class TransferFailure extends Error {
  override readonly name = "TransferFailure";
  readonly again: boolean; // it may go through the next time
  readonly waitMs: number; // that the server wants to be left alone
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
  /** Whether a redirect is followed, or its answer wanted. Default: always. */
  follow?: (from: URL, to: URL) => boolean;
}

/**
 * Asks for `address`.
 * @throws TransferFailure; UserError settingInvalid for a proxy that is none; Cancelled
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

/** Where a redirect leads. @throws TransferFailure where it leaves https, or leads to what is no address of the web */
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
  const undici = await import("undici"); // only here: it takes 60 ms and 22 MB, and most windows never download
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
    body.on("error", () => {}); // its reader is told
    return {
      url,
      status: statusCode,
      headers,
      async *chunks() {
        try {
          watch.start();
          for await (const chunk of body) {
            watch.stop(); // what is done with it is not the server's time
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

/** Who asks. A token goes to its own origin only: never along a redirect elsewhere, and never where others can read it on the way. */
function identity(url: URL, { token, tokenOrigin }: Network, checked: boolean): Record<string, string> {
  const safe = (url.protocol === "https:" && checked) || isLoopback(url);
  const mayKnow = token && url.origin === tokenOrigin && safe;
  const own = { "user-agent": "sotto", "accept-encoding": "identity" };
  return mayKnow ? { ...own, authorization: `Bearer ${token}` } : own;
}

/** For one request. Through a proxy https goes in a tunnel; for http the proxy is asked. @param checked whether certificates are */
function connections(
  { Agent, ProxyAgent }: typeof import("undici"),
  proxy: URL | undefined,
  ca: string[] | undefined,
  checked: boolean,
): Dispatcher {
  const patience = { headersTimeout: 0, bodyTimeout: 0 }; // a watch of our own ends what stalls
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

/** Who failed before there was an answer, and with what. Through a proxy it is the proxy that is connected to. */
function unanswered(url: URL, proxy: URL | undefined, { message, code = "", syscall }: SystemError): string {
  const status = /^Proxy response \((\d+)\)|^Proxy Authentication Required \((407)\)/.exec(message);
  if (proxy && status) return `the proxy ${proxy.host} answered with status ${status[1] ?? status[2]}`;
  const atProxy = proxy && (syscall !== undefined || code.startsWith("UND_ERR_PRX"));
  return `${atProxy ? `the proxy ${proxy.host}` : url.host}: ${message || code}`;
}

let known: string[] | undefined;

/** Node's certificates (with NODE_EXTRA_CA_CERTS) and the system's, where a company keeps that of its proxy. Undefined: Node's default. */
function trusted(): string[] | undefined {
  try {
    known ??= [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
  } catch {
    known = []; // a build of Node that has none to tell
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
