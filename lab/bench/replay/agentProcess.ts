// The product's agent, started as VS Code's language client starts it, with the settings' defaults; and what the editor answers it. There is no
// language service here: the agent's questions for definitions get "provider failed".

import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { readSettings } from "../../../src/config/settings.ts";
import {
  type AgentConfiguration,
  AgentMethod,
  type Counters,
  type DefinitionsAnswer,
  type DefinitionsParams,
  type ModelStatus,
} from "../../../src/protocol/messages.ts";

const READY_TIMEOUT_MS = 60_000;

export interface AgentOptions {
  productRoot: string; // has dist/agent.cjs
  workspaceFolder: string;
  env: Record<string, string>;
  onLog: (line: string) => void;
}

export class AgentProcess {
  readonly connection: MessageConnection;
  /** The host's status as the agent told it last; `onStatus` hears of each. */
  status: ModelStatus | undefined;
  onStatus: (status: ModelStatus) => void = () => {};
  /** Resolves when the process has ended, however that came. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;

  private constructor(child: ChildProcess, connection: MessageConnection, onLog: (line: string) => void) {
    this.#child = child;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
    this.connection = connection;
    this.#ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the model is not ready in time")), READY_TIMEOUT_MS);
      connection.onNotification(AgentMethod.status, (status: ModelStatus) => {
        const { state, error } = status;
        this.status = status;
        this.onStatus(status);
        if (state !== "ready" && state !== "failed") return;
        clearTimeout(late);
        if (state === "ready") resolve();
        else reject(new Error(error?.message));
      });
    });
    this.#ready.catch(() => {}); // start() waits for it
    connection.onNotification("window/logMessage", ({ message }: { message: string }) => onLog(message));
    connection.onRequest("client/registerCapability", () => null);
    connection.onRequest("client/unregisterCapability", () => null);
    connection.onRequest(
      AgentMethod.definitions,
      ({ positions }: DefinitionsParams): DefinitionsAnswer => positions.map(() => ({ reason: "provider failed" })),
    );
    connection.onRequest(AgentMethod.clipboard, () => ({}));
  }

  /** @throws Error where the agent or its model does not come up */
  static async start(options: AgentOptions): Promise<AgentProcess> {
    const agent = await AgentProcess.open(options);
    await agent.#ready;
    return agent;
  }

  /** As `start`, and the model may still be on its way. @throws Error where the agent does not come up */
  static async open({ productRoot, workspaceFolder, env, onLog }: AgentOptions): Promise<AgentProcess> {
    const child = fork(
      path.join(productRoot, "dist", "agent.cjs"),
      ["--node-ipc", `--clientProcessId=${process.pid}`],
      {
        env: { ...process.env, ...env },
        execArgv: ["--disable-warning=ExperimentalWarning"],
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      },
    );
    child.stderr?.setEncoding("utf8").on("data", (text: string) => onLog(`stderr: ${text}`));
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    const agent = new AgentProcess(child, connection, onLog);
    connection.listen();
    child.once("exit", () => connection.dispose()); // what still waits for an answer hears of it
    const uri = pathToFileURL(workspaceFolder).href;
    const configuration: AgentConfiguration = {
      ...readSettings(() => undefined).settings,
      model: "quick", // whatever else this machine could run
      snoozedUntilMs: 0,
      trusted: true,
    };
    await connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: uri,
      capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
      initializationOptions: configuration,
      workspaceFolders: [{ uri, name: path.basename(workspaceFolder) }],
    });
    await connection.sendNotification("initialized", {});
    return agent;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** As if the editor were killed: the agent sees its end of the channel close. */
  abandon(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  counters(): Promise<Counters> {
    return this.connection.sendRequest(AgentMethod.counters);
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest("shutdown").catch(() => {});
    this.connection.dispose();
    if (this.hasEnded) return;
    this.abandon();
    await this.ended;
  }
}
