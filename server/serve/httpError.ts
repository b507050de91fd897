// An answer that is an error: its status, and one sentence in the shape that OpenAI's clients read. Knows which status a UserError has.

import { UserError, type UserErrorCode } from "../../common/errors.ts";

/** OpenAI's and llama.cpp's names for what went wrong. */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  413: "invalid_request_error",
  429: "rate_limit_error",
  500: "server_error",
  503: "unavailable_error",
};

export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly param: string | undefined; // the field of the request that is meant
  constructor(
    status: number,
    message: string,
    { headers = {}, param }: Partial<Pick<HttpError, "headers" | "param">> = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.param = param;
  }

  get body(): object {
    const { message, status, param = null } = this;
    return { error: { message, type: TYPES[status], param, code: status } };
  }
}

/** Headers of an answer that may be other in a moment. */
const SOON = { "retry-after": "1" };

export const busy = (message: string) => new HttpError(429, message, { headers: SOON });
export const unavailable = (message: string) => new HttpError(503, message, { headers: SOON });

const STATUS_OF: Partial<Record<UserErrorCode, number>> = { badInput: 400, promptTooLong: 400, hostBusy: 429 };

/** @returns undefined for a bug */
export function httpErrorOf(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (!(error instanceof UserError)) return undefined;
  const status = STATUS_OF[error.code] ?? 500;
  return new HttpError(status, `${error.message} ${error.action}`, { headers: status === 429 ? SOON : {} });
}
