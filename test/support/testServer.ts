// A web server on the loopback that behaves as a test says, otherwise like a plain one. Not a test.

import http, { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface TestServer {
  base: string; // ends with "/"
  requests: IncomingMessage[]; // as they came
  close(): void;
}

/** @param server for TLS; default: plain HTTP */
export async function serve(handler: RequestListener, server = http.createServer()): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    handler(request, response as Parameters<RequestListener>[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const scheme = "cert" in server ? "https" : "http";
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { base: `${scheme}://127.0.0.1:${port}/`, requests, close };
}

/** Pseudo-random bytes, the same each time. */
export function someBytes(count: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  let state = seed * 2_654_435_761;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export interface Sending {
  etag?: string;
  ignoresRange?: boolean;
  /** Ends the connection after this many bytes of the answer. */
  cutAfter?: number;
  /** Sends nothing more after this many bytes of the answer. */
  stallAfter?: number;
}

/** Sends `bytes` as a good server does, with ranges (RFC 9110, section 14), or as far as `sending` says. */
export function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  { etag = '"one"', ignoresRange = false, cutAfter, stallAfter }: Sending = {},
): void {
  const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const condition = request.headers["if-range"];
  const from = ignoresRange || (condition !== undefined && condition !== etag) ? 0 : asked;
  if (from > 0 && from >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  const body = bytes.subarray(from);
  const range = from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { etag, "content-length": body.length, ...range });
  const partial = cutAfter ?? stallAfter;
  if (partial === undefined || request.method === "HEAD") response.end(request.method === "HEAD" ? undefined : body);
  else
    response.write(body.subarray(0, partial), async () => {
      await sleep(5); // so that it arrives before the end does
      if (cutAfter !== undefined) response.destroy();
    });
}
