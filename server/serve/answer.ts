// Writes an answer: JSON in one piece, or server-sent events as the text comes. Knows no endpoint and no model.

import type { ServerResponse } from "node:http";
import type { GenerateResult } from "../host/protocol/messages.ts";
import type { Answering } from "./endpoint.ts";
import type { HttpError } from "./httpError.ts";

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

/** The head is written with the first event: what fails before it has a status of its own. */
export async function sendEvents(
  response: ServerResponse,
  { part, last, end }: Answering,
  run: (onText: (text: string) => void) => Promise<GenerateResult>,
): Promise<void> {
  const send = (event: object | string) => {
    if (!response.headersSent)
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
    response.write(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  };
  const result = await run((text) => send(part(text)));
  for (const event of last(result)) send(event);
  if (end !== undefined) send(end);
  response.end();
}

/** Within a stream the error is its last event. */
export function fail(response: ServerResponse, { status, body, headers }: HttpError): void {
  if (response.headersSent) response.end(`data: ${JSON.stringify(body)}\n\n`);
  else sendJson(response, status, body, headers);
}
