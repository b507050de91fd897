// A server with a model on the loopback: answers each path as a test says, and keeps what was asked. Not a test.

import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "./testServer.ts";

export interface EngineReply {
  status?: number; // default 200
  type?: string; // default: of JSON
  body?: object | string;
  /** Instead of `body`: parts that are sent one by one, `pauseMs` apart. */
  chunks?: readonly (string | Buffer)[];
  pauseMs?: number;
  /** What comes after the chunks: the end of the answer (default), nothing, or the end of the connection. */
  after?: "end" | "nothing" | "cut";
  location?: string;
}

export interface EngineAsked {
  method: string;
  path: string;
  host: string; // by which it was reached
  authorization: string | undefined;
  body: Record<string, unknown>; // {} of a GET
}

export interface EngineServer {
  url: string; // without a slash at the end
  asked: EngineAsked[];
  /** How many connections the client has closed before their answer was over. */
  readonly broken: number;
  close(): void;
}

type Replies = Readonly<Record<string, EngineReply | ((asked: EngineAsked) => EngineReply)>>;

/** @param replies by path; others are answered with 404 */
export async function engineServer(replies: Replies): Promise<EngineServer> {
  const asked: EngineAsked[] = [];
  let broken = 0;
  const server = await serve(async (request, response) => {
    const one = { ...told(request), body: await bodyOf(request) };
    asked.push(one);
    response.on("close", () => {
      if (!response.writableFinished) broken++;
    });
    const reply = replies[one.path] ?? { status: 404, body: { error: "not found" } };
    await send(response, typeof reply === "function" ? reply(one) : reply);
  });
  return {
    url: server.base.slice(0, -1),
    asked,
    get broken() {
      return broken;
    },
    close: () => server.close(),
  };
}

const told = ({ method = "", url = "", headers }: IncomingMessage) => ({
  method,
  path: url,
  host: headers.host ?? "",
  authorization: headers.authorization,
});

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString("utf8")) : {};
}

async function send(response: ServerResponse, reply: EngineReply): Promise<void> {
  const { status = 200, type = "application/json", body, chunks, pauseMs = 0, after = "end", location } = reply;
  response.writeHead(status, { "content-type": type, ...(location !== undefined && { location }) });
  for (const chunk of chunks ?? [typeof body === "string" ? body : JSON.stringify(body ?? {})]) {
    if (response.destroyed) return;
    await new Promise<void>((resolve) => response.write(chunk, () => resolve()));
    await sleep(pauseMs);
  }
  if (after === "end") response.end();
  if (after === "cut") response.destroy();
}
