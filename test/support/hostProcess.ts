// For the host tests: a folder of their own, host processes on the tiny model, raw connections to them. Ends the processes that it started.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { type Endpoint, endpointOf, readSecret } from "../../server/host/protocol/endpoint.ts";
import { PROTOCOL_VERSION } from "../../server/host/protocol/limits.ts";
import {
  type GenerateParams,
  type HelloParams,
  type HelloResult,
  type HostStatus,
  Method,
} from "../../server/host/protocol/messages.ts";
import { ModelClient, type ModelClientOptions, type ModelClientStatus } from "../../src/model/modelClient.ts";

export const TINY_HOST = path.join(import.meta.dirname, "tinyHost.ts");
const PATIENCE_MS = 30_000; // far above what anything here takes

export class Sandbox {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), "sotto-h-"));
  readonly runtimeDir = path.join(this.dir, "r");
  readonly logLines: string[] = []; // of its clients
  private readonly env = {
    SOTTO_RUNTIME_DIR: this.runtimeDir,
    SOTTO_CACHE_DIR: path.join(this.dir, "cache"),
    SOTTO_HOST_IDLE_MS: "20000",
  };
  private readonly children: ChildProcess[] = [];
  private readonly clients: ModelClient[] = [];
  private readonly connections: MessageConnection[] = [];

  /** Starts a host process as a client would, but as a child of the test. */
  spawnHost(env: Record<string, string> = {}, script = TINY_HOST): ChildProcess {
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, ...this.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.children.push(child);
    return child;
  }

  endpoint(script = TINY_HOST): Endpoint {
    return endpointOf(script, this.runtimeDir);
  }

  /** Starts a host and waits until it can be connected to. */
  async host(env: Record<string, string> = {}): Promise<ChildProcess> {
    const child = this.spawnHost(env);
    await until("the host serves", () =>
      readdirIfThere(this.runtimeDir).length > 0 ? readSecret(this.endpoint()) : undefined,
    );
    return child;
  }

  socket(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.endpoint().address);
      socket.once("connect", () => resolve(socket)).once("error", reject);
    });
  }

  /** A connection that has not said hello. */
  async connection(): Promise<MessageConnection> {
    const socket = await this.socket();
    socket.on("error", () => {});
    const connection = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
    connection.onError(() => {});
    connection.onClose(() => connection.dispose());
    connection.onDispose(() => socket.destroy());
    connection.listen();
    this.connections.push(connection);
    return connection;
  }

  helloParams(change: Partial<HelloParams> = {}): HelloParams {
    const token = readSecret(this.endpoint())?.token ?? "";
    return { protocol: PROTOCOL_VERSION, token, client: { name: "test", pid: process.pid }, ...change };
  }

  /** A connection that the host has welcomed, to a model that is ready. */
  async welcome(): Promise<MessageConnection> {
    const connection = await this.connection();
    await connection.sendRequest<HelloResult>(Method.hello, this.helloParams());
    await until("the model is ready", async () => {
      const status = await connection.sendRequest<HostStatus>(Method.status, {});
      return status.state === "ready" || undefined;
    });
    return connection;
  }

  client(options: Partial<ModelClientOptions> = {}): ModelClient {
    const { env, ...rest } = options;
    const client = new ModelClient({
      hostScript: TINY_HOST,
      runtimeDir: this.runtimeDir,
      env: { ...this.env, ...env },
      log: (line) => this.logLines.push(line),
      ...rest,
    });
    this.clients.push(client);
    return client;
  }

  /** The files in the runtime folder, without logs. */
  files(): string[] {
    return readdirIfThere(this.runtimeDir).filter((name) => !/\.log(\.old)?$/.test(name));
  }

  hostLog(): string {
    return readFileSync(this.endpoint().logPath, "utf8");
  }

  /** Ends all clients and hosts of this sandbox, those that the clients started too. */
  async dispose(): Promise<void> {
    const pids = this.clients.map((client) => client.status().pid);
    for (const client of this.clients) client.dispose();
    for (const connection of this.connections) connection.dispose();
    pids.push(...this.children.map(({ pid }) => pid), readSecret(this.endpoint())?.pid);
    for (const pid of pids) if (pid !== undefined && isRunning(pid)) process.kill(pid, "SIGKILL");
    await until("all hosts are gone", () => !pids.some((pid) => pid !== undefined && isRunning(pid)) || undefined);
    rmSync(this.dir, { recursive: true, maxRetries: 5 });
  }
}

/** Waits until `probe` returns a value; fails with `what` when that takes far too long. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  for (const start = Date.now(); ; ) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() - start > patienceMs) throw new Error(`waited in vain until ${what}`);
    await sleep(10);
  }
}

export const untilState = (client: ModelClient, state: ModelClientStatus["state"]) =>
  until(`the client is ${state}`, () => (client.status().state === state ? client.status() : undefined));

export const untilGone = (pid: number) => until(`process ${pid} is gone`, () => !isRunning(pid) || undefined);

/** Whether the process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}

/** The exit status of a child, once it has ended; undefined when a signal ended it. */
export async function exitOf(child: ChildProcess): Promise<number | undefined> {
  await until(`host ${child.pid} has ended`, () => child.exitCode ?? child.signalCode ?? undefined);
  return child.exitCode ?? undefined;
}

/** A request whose answer is long: greedy text of the tiny model that nothing stops. */
export const request = (change: Partial<GenerateParams> = {}): Omit<GenerateParams, "id"> => ({
  prompt: { path: "a.ts", languageId: "typescript", prefix: "let x = ", suffix: "", pieces: [] },
  maxTokens: 24,
  sampling: { temperature: 1, seed: 7 },
  stop: [],
  ...change,
});

function readdirIfThere(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
