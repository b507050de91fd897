// The events of a streamed answer: server-sent events, or JSON Lines, or one JSON value where a server does not stream. Parses each; knows no
// server's fields.

import { engineFailed } from "../../common/errors.ts";
import { type EngineAnswer, type EngineConnection, MOST_BYTES, messageIn } from "./connection.ts";

const DONE = "[DONE]";

/**
 * The events of an answer with status 200, in their order.
 * @throws UserError engineFailed where one is no JSON, says that there was an error, or is too long
 */
export async function* eventsOf(answer: EngineAnswer, connection: EngineConnection): AsyncGenerator<unknown> {
  for await (const text of textsOf(answer, connection)) {
    if (text === DONE) return;
    const event = connection.parsed(text);
    if (isError(event)) throw engineFailed(connection.url, `it says "${messageIn(text) ?? "error"}"`);
    yield event;
  }
}

async function* textsOf(answer: EngineAnswer, connection: EngineConnection): AsyncGenerator<string> {
  const { contentType } = answer;
  const lines = () => linesOf(answer.chunks(), connection.url);
  if (contentType.includes("event-stream")) yield* serverSentEvents(lines());
  else if (contentType.includes("ndjson")) yield* notBlank(lines());
  else yield await connection.textOf(answer);
}

const isError = (event: unknown): boolean =>
  typeof event === "object" && event !== null && "error" in event && event.error !== null && event.error !== undefined;

/** @throws UserError engineFailed at a line of more than 10 MB */
export async function* linesOf(chunks: AsyncIterable<Buffer>, url: string): AsyncGenerator<string> {
  let parts: Buffer[] = []; // of the line that has not ended; decoded as a whole, so no character is split
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield lineOf([...parts, chunk.subarray(start, end)]);
      [parts, bytes] = [[], 0];
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    bytes += rest.length;
    if (bytes > MOST_BYTES) throw engineFailed(url, "a line of its stream is longer than 10 MB");
    parts.push(rest);
  }
  if (bytes > 0) yield lineOf(parts);
}

const lineOf = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString("utf8").replace(/\r$/, "");

/** The data of each event, and an `error` field of one, which llama.cpp once had. An event may lack its empty line at the stream's end. */
export async function* serverSentEvents(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of lines) {
    if (line === "" && data.length > 0) {
      yield data.join("\n");
      data = [];
    }
    const value = fieldOf(line, "data:");
    if (value !== undefined) data.push(value);
    const error = fieldOf(line, "error:");
    if (error !== undefined) yield `{"error":${error}}`;
  }
  if (data.length > 0) yield data.join("\n");
}

const fieldOf = (line: string, field: string): string | undefined =>
  line.startsWith(field) ? line.slice(line[field.length] === " " ? field.length + 1 : field.length) : undefined;

async function* notBlank(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) if (line.trim() !== "") yield line;
}
