// JSON-RPC over one client's socket, on the host's side. Enforces the frame limits: a bad frame is logged in one line and closes the connection.
// Owns the transport; what the messages mean is in clientSession.ts.

import type { Socket } from "node:net";
import {
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { CANCELLED_RPC_CODE, Cancelled, USER_ERROR_RPC_CODE, UserError, userErrorData } from "../../common/errors.ts";
import { FrameReader } from "./frameReader.ts";
import { MAX_FRAME_BYTES } from "./protocol/limits.ts";

/** Wraps `socket`. The connection is closed with the socket, and the socket at the first bad frame. Call `listen()` on what it returns. */
export function openConnection(socket: Socket, log: (line: string) => void): MessageConnection {
  const connection = createMessageConnection(
    new FrameReader(socket, MAX_FRAME_BYTES),
    new StreamMessageWriter(socket),
    { error: log, warn: log, info: log, log },
  );
  let closing = false;
  connection.onError(([error]) => {
    if (!closing) log(`connection closed: ${error.message}`);
    closing = true;
    socket.destroy();
  });
  connection.onClose(() => {
    closing = true;
    connection.dispose();
  });
  return connection;
}

/**
 * The only error handler of a request: a UserError goes to the client as it is; any other error is a bug, whose stack goes to the log.
 * @returns what `answer` resolves to, or the error to answer with
 */
export async function fenced<T>(
  method: string,
  log: (line: string) => void,
  answer: () => Promise<T>,
): Promise<T | ResponseError<unknown>> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof UserError) return new ResponseError(USER_ERROR_RPC_CODE, error.message, userErrorData(error));
    if (error instanceof Cancelled) return new ResponseError(CANCELLED_RPC_CODE, error.message);
    log(`${method} failed: ${(error as Error).stack ?? error}`);
    return new ResponseError(ErrorCodes.InternalError, `${method} failed: ${(error as Error).message}`);
  }
}
