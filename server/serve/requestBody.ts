// The body of a request: read within a limit, as JSON, and checked against a schema. What is wrong is one HttpError, which never holds the body.

import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { Cancelled } from "../../common/errors.ts";
import { HttpError } from "./httpError.ts";

const MOST_BODY_BYTES = 4 * 1024 * 1024;

/**
 * The body as JSON. One that is too long is read to its end and thrown away, because a client that is still writing would not see the answer.
 * @throws HttpError 400, 413; Cancelled where the client is gone before its end
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes <= MOST_BODY_BYTES) parts.push(part);
    }
  } catch {
    throw new Cancelled();
  }
  if (bytes > MOST_BODY_BYTES)
    throw new HttpError(413, `The body is too long: at most ${MOST_BODY_BYTES} bytes are read.`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts)));
  } catch {
    throw new HttpError(400, "The body is not JSON in UTF-8.");
  }
}

/** @throws HttpError 400, naming the first invalid field */
export function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  const param = path.join(".");
  throw new HttpError(400, `The request is not valid: ${param ? `${param}: ` : ""}${message}.`, {
    param: param || undefined,
  });
}
