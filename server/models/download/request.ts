// One HTTP request: through a proxy where there is one, along redirects that are safe to follow, ended when nothing comes for a while.
// The only file of Sotto that opens an outbound connection. Knows nothing of files and models.

import http from "node:http";
import https from "node:https";
import { isIP, type Socket } from "node:net";
import tls from "node:tls";
import { Cancelled } from "../../protocol/errors.ts";
import { isLoopback, openTunnel, proxyAuthorization, proxyFor } from "./proxy.ts";

export interface Network {
  proxy: string; // the setting; "" for what the environment says
  token: string | undefined; // told to `tokenOrigin` only
  tokenOrigin: string; // such as "https://huggingface.co"
  stallMs: number; // a connection on which nothing comes for so long is given up
  certificates?: string[]; // PEM; what a server's certificate is checked by, instead of the system's
}

export interface Answer {
  url: URL; // after redirects
  status: number;
  headers: http.IncomingHttpHeaders;
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

async function exchange(url: URL, { method, headers }: Asked, network: Network, signal: AbortSignal): Promise<Answer> {
  if (signal.aborted) throw new Cancelled();
  const watch = new Watch(network.stallMs);
  const ended = AbortSignal.any([signal, watch.signal]);
  const meaning = (error: unknown): unknown => {
    if (signal.aborted) return new Cancelled();
    if (watch.signal.aborted) return new TransferFailure(`${url.host} sent nothing for ${network.stallMs / 1000} s`);
    return error instanceof Error && "code" in error ? new TransferFailure(`${url.host}: ${error.message}`) : error;
  };
  watch.start();
  try {
    const request = await open(url, { method, headers: { ...headers, ...identity(url, network) } }, network, ended);
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once("response", resolve);
      request.once("error", reject);
      request.end();
    });
    watch.stop();
    request.on("error", () => {}); // the body's reader is told
    response.on("error", () => {});
    return {
      url,
      status: response.statusCode ?? 0,
      headers: response.headers,
      async *chunks() {
        try {
          watch.start();
          for await (const chunk of response) {
            watch.stop(); // what is done with it is not the server's time
            yield chunk;
            watch.start();
          }
        } catch (error) {
          throw meaning(error);
        } finally {
          watch.stop();
          request.destroy();
        }
      },
      close: () => request.destroy(),
    };
  } catch (error) {
    watch.stop();
    throw meaning(error);
  }
}

/** Who asks. A token goes to its own origin only: never along a redirect elsewhere, and never where others can read it on the way. */
function identity(url: URL, { token, tokenOrigin }: Network): Record<string, string> {
  const safe = url.protocol === "https:" || isLoopback(url);
  const mayKnow = token && url.origin === tokenOrigin && safe;
  const own = { "user-agent": "sotto", "accept-encoding": "identity" };
  return mayKnow ? { ...own, authorization: `Bearer ${token}` } : own;
}

async function open(
  url: URL,
  options: { method: string; headers: Record<string, string> },
  network: Network,
  signal: AbortSignal,
): Promise<http.ClientRequest> {
  const proxy = proxyFor(url, network.proxy);
  const common = { ...options, signal };
  if (url.protocol === "http:") {
    if (!proxy) return http.request(url, { ...common, agent: false });
    // A proxy for http gets the whole address instead of a path (RFC 9112, section 3.2.2).
    const { request } = proxy.protocol === "https:" ? https : http;
    const headers = { ...options.headers, host: url.host, ...proxyAuthorization(proxy) };
    return request(proxy, { ...common, path: url.href, headers, agent: false });
  }
  const ca = network.certificates ?? trusted();
  if (!proxy) return https.request(url, { ...common, ca, agent: false });
  const socket = await openTunnel(proxy, url, signal).catch((error: Error) => {
    throw signal.aborted ? error : new TransferFailure(error.message);
  });
  return https.request(url, { ...common, createConnection: () => secure(socket, url.hostname, ca) });
}

/** TLS within a tunnel. The certificate is checked as always. */
function secure(socket: Socket, hostname: string, ca: string[] | undefined): tls.TLSSocket {
  const host = hostname.replace(/^\[|\]$/g, ""); // of an IPv6 address
  return tls.connect({ socket, host, servername: isIP(host) ? undefined : host, ca, ALPNProtocols: ["http/1.1"] });
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
