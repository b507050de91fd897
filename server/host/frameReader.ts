// Reads JSON-RPC frames ("Content-Length" header, JSON body) from a stream, with limits. vscode-jsonrpc's own reader has no limits: it buffers a
// frame of any size, and never recovers after a broken header. Here the first bad frame ends the reading.

import { AbstractMessageReader, type DataCallback, type Disposable, Message } from "vscode-jsonrpc/node";

const MAX_HEADER_BYTES = 1024;
const HEADER_END = Buffer.from("\r\n\r\n");

export class FrameReader extends AbstractMessageReader {
  readonly #stream: NodeJS.ReadableStream;
  readonly #maxFrameBytes: number;
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  #bodyBytes: number | undefined; // of the frame whose header has been read
  #broken = false;

  constructor(stream: NodeJS.ReadableStream, maxFrameBytes: number) {
    super();
    this.#stream = stream;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Passes each message to `callback`. After a bad frame it fires one error and reads no further; close the connection then. */
  listen(callback: DataCallback): Disposable {
    const onData = (chunk: Buffer) => {
      if (this.#broken) return;
      try {
        this.#chunks.push(chunk);
        this.#bufferedBytes += chunk.byteLength;
        for (let message = this.#next(); message; message = this.#next()) callback(message);
      } catch (error) {
        this.#broken = true;
        this.#chunks = [];
        this.fireError(error);
      }
    };
    const onError = (error: Error) => this.fireError(error);
    const onClose = () => this.fireClose();
    this.#stream.on("data", onData).on("error", onError).on("close", onClose);
    return {
      dispose: () => this.#stream.off("data", onData).off("error", onError).off("close", onClose),
    };
  }

  /** The next whole message, if all of its bytes are here. */
  #next(): Message | undefined {
    if (this.#bodyBytes === undefined) {
      const header = this.#takeHeader();
      if (header === undefined) return undefined;
      this.#bodyBytes = bodyBytesOf(header);
      if (this.#bodyBytes > this.#maxFrameBytes) {
        throw new Error(`a frame of ${this.#bodyBytes} bytes is larger than ${this.#maxFrameBytes}`);
      }
    }
    if (this.#bufferedBytes < this.#bodyBytes) return undefined;
    const body = this.#take(this.#bodyBytes);
    this.#bodyBytes = undefined;
    return parse(body);
  }

  #takeHeader(): string | undefined {
    if (this.#bufferedBytes === 0) return undefined;
    const head = this.#joined();
    const end = head.subarray(0, MAX_HEADER_BYTES).indexOf(HEADER_END);
    if (end < 0) {
      if (head.byteLength >= MAX_HEADER_BYTES) throw new Error("no end of a header where one must be");
      return undefined;
    }
    return this.#take(end + HEADER_END.byteLength).toString("latin1");
  }

  #take(sizeBytes: number): Buffer {
    const all = this.#joined();
    this.#chunks = [all.subarray(sizeBytes)];
    this.#bufferedBytes -= sizeBytes;
    return all.subarray(0, sizeBytes);
  }

  /** The buffered bytes, in one piece. Joins only when a header is searched or a body is complete, so each byte moves a few times at most. */
  #joined(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0];
  }
}

function bodyBytesOf(header: string): number {
  const length = /^content-length: *(\d{1,15})\r$/im.exec(header)?.[1];
  if (length === undefined) throw new Error("a header without Content-Length");
  return Number(length);
}

function parse(body: Buffer): Message {
  let message: unknown;
  try {
    message = JSON.parse(body.toString("utf8"));
  } catch {
    throw new Error("a frame that is not JSON");
  }
  if (typeof message !== "object" || message === null || Array.isArray(message))
    throw new Error("a frame that is not a message");
  if (!isMessage(message as Message)) throw new Error("a frame that is neither request, notification nor response");
  return message as Message;
}

/** Anything else vscode-jsonrpc would write to the log whole. */
function isMessage(message: Message): boolean {
  return Message.isRequest(message) || Message.isNotification(message) || Message.isResponse(message);
}
