// A tap between the agent and its model host that records requests and answers: the agent finds this socket where it looks for its host, and
// everything is forwarded byte for byte to a host in a separate folder. Changes nothing.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { StreamMessageReader } from "vscode-jsonrpc/node";
import { endpointOf, readSecret, secretPath, socketInode } from "../../../server/host/protocol/endpoint.ts";
import {
  type GenerateParams,
  type GenerateResult,
  Method,
  type TokenNotification,
  type WarmResult,
} from "../../../server/host/protocol/messages.ts";

const START_TIMEOUT_MS = 30_000;
const IDLE_MS = 300_000; // the host outlives the time between two agents

/** One call of the model, as the host saw it. */
export interface ModelCall {
  prefix: string; // of its prompt
  pieces: string[]; // of its prompt: retriever, path and UTF-16 units of each
  startMs: number; // performance.now(), like all times here
  endMs?: number; // absent while it runs
  cancelled: boolean; // the agent said that it does not want it any more
  text: string; // what was written so far
  result?: GenerateResult;
}

/** A prompt that was read ahead. */
export interface WarmCall {
  startMs: number;
  endMs?: number;
  result?: WarmResult;
}

interface Message {
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
}

export class HostTap {
  readonly calls: ModelCall[] = [];
  readonly warmCalls: WarmCall[] = [];
  /** Called when a call begins and when it has ended. */
  onCall: (call: ModelCall, what: "begins" | "ended") => void = () => {};
  onWarmed: (call: WarmCall) => void = () => {};
  readonly #host: ChildProcess;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: ChildProcess, server: Server) {
    this.#host = host;
    this.#server = server;
  }

  /**
   * Starts a host and listens for the agent.
   * @param runtimeDir where the agent will look; the host gets a folder beside it
   * @throws Error where the host does not come up
   */
  static async start(hostScript: string, runtimeDir: string, cacheDir: string): Promise<HostTap> {
    const behind = `${runtimeDir}-host`;
    for (const dir of [runtimeDir, behind]) mkdirSync(dir, { recursive: true, mode: 0o700 });
    const log = openSync(path.join(behind, "stderr.log"), "a");
    const host = spawn(process.execPath, [hostScript], {
      env: {
        ...process.env,
        SOTTO_RUNTIME_DIR: behind,
        SOTTO_CACHE_DIR: cacheDir,
        SOTTO_HOST_IDLE_MS: String(IDLE_MS),
      },
      stdio: ["ignore", "ignore", log],
    });
    process.once("exit", () => host.kill()); // wherever this process ends
    const hostEndpoint = endpointOf(hostScript, behind);
    const deadline = performance.now() + START_TIMEOUT_MS;
    let secret = readSecret(hostEndpoint);
    for (; !secret; secret = readSecret(hostEndpoint)) {
      if (host.exitCode !== null || performance.now() > deadline)
        throw new Error(`the host does not start, see ${behind}`);
      await sleep(20);
    }
    const server = createServer();
    const tap = new HostTap(host, server);
    server.on("connection", (socket) => tap.#relay(socket, hostEndpoint.address));
    const endpoint = endpointOf(hostScript, runtimeDir);
    await new Promise<void>((resolve, reject) => server.listen(endpoint.address, resolve).once("error", reject));
    writeFileSync(secretPath(endpoint, socketInode(endpoint.address)), JSON.stringify(secret), { mode: 0o600 });
    return tap;
  }

  /** Whether the host works on a completion. */
  get isGenerating(): boolean {
    return this.calls.some(({ endMs }) => endMs === undefined);
  }

  /** Ends the host. */
  async stop(runtimeDir: string): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    const ended = new Promise((resolve) => this.#host.once("exit", resolve));
    if (this.#host.exitCode === null && this.#host.kill("SIGTERM")) await ended;
    for (const dir of [runtimeDir, `${runtimeDir}-host`]) rmSync(dir, { recursive: true, force: true });
  }

  #relay(agent: Socket, address: string): void {
    const host = connect(address);
    const generating = new Map<Message["id"], ModelCall>();
    const warming = new Map<Message["id"], WarmCall>();
    const byName = new Map<number, ModelCall>(); // by the id that the client chose
    this.#tee(agent, host, (message) => {
      if (message.method === Method.generate) {
        const { id, prompt } = message.params as GenerateParams;
        const pieces = prompt.pieces.map(({ kind, path: file, text }) => `${kind} ${file} ${text.length}`);
        const call = { prefix: prompt.prefix, pieces, startMs: performance.now(), cancelled: false, text: "" };
        this.calls.push(call);
        generating.set(message.id, call);
        byName.set(id, call);
        this.onCall(call, "begins");
      } else if (message.method === Method.warm) {
        const call: WarmCall = { startMs: performance.now() };
        this.warmCalls.push(call);
        warming.set(message.id, call);
      } else if (message.method === "$/cancelRequest") {
        const call = generating.get((message.params as Message).id);
        if (call) call.cancelled = true;
      }
    });
    this.#tee(host, agent, (message) => {
      if (message.method === Method.token) {
        const { id, text } = message.params as TokenNotification;
        const call = byName.get(id);
        if (call) call.text += text;
      } else if (message.method === undefined) {
        const call = generating.get(message.id);
        const ended = call ?? warming.get(message.id);
        if (!ended) return;
        ended.endMs = performance.now();
        ended.result = message.result as never; // absent where the host refused
        if (!call) {
          this.onWarmed(ended as WarmCall);
          return;
        }
        call.text = call.result?.text ?? call.text;
        this.onCall(call, "ended");
      }
    });
  }

  #tee(from: Socket, to: Socket, onMessage: (message: Message) => void): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    const copy = new PassThrough();
    new StreamMessageReader(copy).listen((message) => onMessage(message as Message));
    from.on("data", (bytes) => {
      to.write(bytes);
      copy.write(bytes);
    });
    from.on("error", () => {}); // 'close' follows
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
