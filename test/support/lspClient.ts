// A plain client of the Language Server Protocol over a server's stdin and stdout. It frames by itself and keeps whatever on stdout is no message.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { until } from "./hostProcess.ts";

export interface Message {
  id?: number | string;
  method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the server has to say is what a test looks at
  params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  result?: any;
  error?: { code: number; message: string };
}

/** An answer of the editor to a request of the server; a promise that never resolves is an editor that does not answer. */
export type Answerer = (params: Message["params"]) => unknown;

const PATIENCE_MS = 30_000; // far above what anything here takes

const HEADER = /^((?:[\w-]+: [^\r\n]+\r\n)+)\r\n/;

export class LspClient {
  readonly received: Message[] = []; // requests and notifications of the server
  readonly answerers: Record<string, Answerer> = {};
  stray = ""; // on stdout, and no message
  stderr = "";
  readonly process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: Message) => void>();
  #unread = Buffer.alloc(0);
  #lastId = 0;

  /** @param command the program and its arguments */
  constructor([file, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv = process.env, cwd?: string) {
    this.process = spawn(file, args, { env, cwd });
    this.process.stdin.on("error", () => {}); // the server has ended
    this.process.stdout.on("data", (data: Buffer) => this.#read(data));
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
  }

  /** The number of the latest request, as `$/cancelRequest` takes it. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The answer of the server, an error too. */
  ask(method: string, params?: unknown): Promise<Message> {
    const id = ++this.#lastId;
    this.#send({ id, method, params } as Message);
    return new Promise<Message>((resolve, reject) => {
      const late = () => reject(new Error(`${method} is not answered; stderr: ${this.stderr}`));
      const timer = setTimeout(late, PATIENCE_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  /** @throws Error where the server answers with one */
  async request(method: string, params?: unknown): Promise<Message["result"]> {
    const { result, error } = await this.ask(method, params);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  notify(method: string, params?: unknown): void {
    this.#send({ method, params } as Message);
  }

  write(raw: string): void {
    this.process.stdin.write(raw);
  }

  /** What the server has sent by this method so far. */
  all(method: string): Message["params"][] {
    return this.received.filter((message) => message.method === method).map(({ params }) => params);
  }

  /** Waits for a message of the server. */
  waitFor(method: string, fits: (params: Message["params"]) => boolean = () => true): Promise<Message["params"]> {
    return until(`the server sends ${method}: ${this.stderr}`, () => this.all(method).find(fits));
  }

  /** The exit status, and after how many milliseconds; null where a signal ended it. */
  async end(startMs = performance.now()): Promise<{ status: number | null; ms: number }> {
    const child = this.process;
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return { status: child.exitCode, ms: performance.now() - startMs };
  }

  /** As an editor that closes does. */
  async close(): Promise<void> {
    await this.request("shutdown");
    this.notify("exit");
    await this.end();
  }

  #send(message: Message): void {
    this.write(framed({ jsonrpc: "2.0", ...message }));
  }

  #read(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data]);
    for (;;) {
      const header = HEADER.exec(this.#unread.toString("latin1"));
      if (!header) {
        if (this.#unread.length > 0 && !"Content-Length: ".startsWith(this.#unread.toString("latin1").slice(0, 16))) {
          this.stray += this.#unread.toString();
          this.#unread = Buffer.alloc(0);
        }
        return;
      }
      const start = header[0].length;
      const length = Number(/^Content-Length: (\d+)\r$/m.exec(header[1]!)?.[1]);
      if (this.#unread.length < start + length) return;
      const message = JSON.parse(this.#unread.subarray(start, start + length).toString()) as Message;
      this.#unread = this.#unread.subarray(start + length);
      void this.#take(message);
    }
  }

  async #take(message: Message): Promise<void> {
    const { id, method, params } = message;
    if (method === undefined) {
      this.#waiting.get(Number(id))?.(message);
      this.#waiting.delete(Number(id));
      return;
    }
    this.received.push(message);
    if (id === undefined) return;
    const answerer = this.answerers[method];
    if (answerer) this.#send({ id, result: await answerer(params) });
    else this.#send({ id, error: { code: -32601, message: `no ${method} here` } });
  }
}

export const framed = (message: object): string => {
  const body = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};
