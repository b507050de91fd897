// A server of `sotto serve` in this process with a model whose text a test writes, and requests to it. Not a test.

import { once } from "node:events";
import http from "node:http";
import { nothing } from "../../../server/host/protocol/emptyResults.ts";
import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import { promptBudgetOf } from "../../../server/host/protocol/promptBudget.ts";
import type { ServedModel } from "../../../server/serve/generation.ts";
import { type RunningServer, startServer } from "../../../server/serve/httpServer.ts";

type Params = Parameters<ServedModel["generate"]>[0];
type WarmParams = Parameters<NonNullable<ServedModel["warm"]>>[0];

export interface RecordingModel extends ServedModel {
  asked: Params[];
  warmed: WarmParams[];
  clients: unknown[];
  signals: AbortSignal[];
}

/** A result with a token for each of `parts`. */
export function resultOf(parts: readonly string[], change: Partial<GenerateResult> = {}): GenerateResult {
  const text = parts.join("");
  return {
    text,
    stop: "endOfText",
    tokens: { prompt: 30, cached: 20, generated: parts.length },
    timingMs: { queue: 0, prefill: 5, decode: 4 },
    logProbs: parts.map((_, index) => -(index + 1) / 8),
    tokenEnds: parts.map((_, index) => parts.slice(0, index + 1).join("").length),
    ...change,
  };
}

/**
 * A model that writes `parts`, and awaits `before` before each of them. Where its signal has fired it ends as LocalModel does: with what it has
 * written.
 */
export function recordingModel(
  parts: readonly string[],
  change: Partial<GenerateResult> = {},
  before: (index: number, signal: AbortSignal) => Promise<void> | void = () => {},
): RecordingModel {
  const model: RecordingModel = {
    asked: [],
    warmed: [],
    clients: [],
    signals: [],
    async generate(params, onText, signal, client) {
      model.asked.push(params);
      model.clients.push(client);
      model.signals.push(signal);
      for (const [index, part] of parts.entries()) {
        await before(index, signal);
        if (signal.aborted) return { ...resultOf(parts.slice(0, index)), stop: "cancelled" };
        onText(part);
      }
      return parts.length > 0 ? resultOf(parts, change) : { ...nothing("cancelled", 0), stop: "endOfText", ...change };
    },
    async warm(params) {
      model.warmed.push(params);
      return { stop: "done", tokens: { prompt: 40, cached: 10 }, ms: 7 };
    },
    status: () => ({ state: "ready", model: "fake", device: "cpu", runtime: "none", rssBytes: 0 }),
    promptBudget: promptBudgetOf(),
  };
  return model;
}

export interface Serving extends RunningServer {
  lines: string[]; // of its log
}

/** @param model undefined: it is still being loaded */
export async function serving(model: ServedModel | undefined, key?: string): Promise<Serving> {
  const lines: string[] = [];
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    key,
    version: "1.2.3",
    log: (line) => lines.push(line),
  });
  if (model) server.serve(model);
  return { ...server, lines };
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

interface Sent {
  method?: string;
  headers?: http.OutgoingHttpHeaders;
  body?: object | string | Buffer;
  agent?: http.Agent;
}

/** Begins a request. With a body it is a POST. */
export function send(url: string, { method, headers, body, agent }: Sent = {}): http.ClientRequest {
  const request = http.request(url, { method: method ?? (body === undefined ? "GET" : "POST"), headers, agent });
  return request.end(typeof body === "string" || Buffer.isBuffer(body) ? body : body && JSON.stringify(body));
}

export async function ask(url: string, sent: Sent = {}): Promise<Answer> {
  const [response] = (await once(send(url, sent), "response")) as [http.IncomingMessage];
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  return { status: response.statusCode!, headers: response.headers, text };
}

/** The events of a stream. */
export const eventsIn = (text: string): string[] =>
  text.split("\n\n").flatMap((event) => (event === "" ? [] : [event.replace(/^data: /, "")]));
