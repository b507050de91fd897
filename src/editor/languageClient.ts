// The window's agent as a language server: starts it, restarts it when it ends, and passes configuration and status on.
// Shows nothing: every message goes to the log. Owns no completion logic.

import { randomUUID } from "node:crypto";
import path from "node:path";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  ProgressType,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from "vscode-languageclient/node";
import { supportedLanguages } from "../config/languages.ts";
import type { ActionProgress } from "../protocol/actionProgress.ts";
import { type EngineKeyAnswer, type EngineKeyParams, EngineMethod } from "../protocol/engines.ts";
import { type FineTuneJob, FineTuneMethod, type FineTuneStatus } from "../protocol/fineTune.ts";
import {
  type AgentConfiguration,
  AgentMethod,
  type ClipboardAnswer,
  type DefinitionsAnswer,
  type DefinitionsParams,
  type ModelStatus,
  type OutcomeParams,
} from "../protocol/messages.ts";
import { NextEditMethod, type NextEditsParams } from "../protocol/nextEdits.ts";
import { AgentNode } from "./agentNode.ts";
import { RestartBudget } from "./restartBudget.ts";

/** Schemes of the documents in which a person writes: not git:, output:, comment:, … */
export const writtenSchemes: readonly string[] = ["file", "untitled", "vscode-vfs", "vscode-notebook-cell"];
export const documentSelector = supportedLanguages.flatMap((language) =>
  writtenSchemes.map((scheme) => ({ scheme, language })),
);

/** The library shows error toasts for a failed restart, a write to a dead agent and more: here all go to the log only. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  /** Whoever has messages traced with their content (sotto.trace.server) does not find a key there. */
  override trace(message: string, data?: unknown): void {
    super.trace(message, message.includes(`'${EngineMethod.key} `) ? undefined : data);
  }
}

export type AgentState = "starting" | "running" | "failed";

/** What the agent may ask of the editor. */
interface Answers {
  definitions(params: DefinitionsParams): Promise<DefinitionsAnswer>;
  clipboard(): Promise<ClipboardAnswer>;
}

export interface AgentClientOptions {
  extensionPath: string;
  log: vscode.LogOutputChannel;
  configuration: () => AgentConfiguration;
  answers: Answers;
  /** The person's key for the server of an origin. */
  engineKey: (origin: string) => Thenable<string | undefined>;
}

export class AgentClient implements vscode.Disposable {
  readonly #options: AgentClientOptions;
  readonly #node: AgentNode;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #asked = new vscode.EventEmitter<void>();
  /** The editor asks for a suggestion. */
  readonly onDidAsk = this.#asked.event;
  readonly #told = new vscode.EventEmitter<OutcomeParams>();
  /** What came of a request for a suggestion. */
  readonly onDidAnswer = this.#told.event;
  readonly #found = new vscode.EventEmitter<NextEditsParams>();
  /** What was found after an edit. */
  readonly onDidFindNextEdits = this.#found.event;
  #client: QuietClient | undefined;
  #state: AgentState = "starting";
  #model: ModelStatus = { state: "stopped", working: false };
  #jobs: readonly FineTuneJob[] = [];

  constructor(options: AgentClientOptions) {
    this.#options = options;
    this.#node = new AgentNode(options.extensionPath);
  }

  get state(): AgentState {
    return this.#state;
  }

  /** The Node that the agent runs on. */
  get node(): string {
    return this.#node.executable ?? process.execPath;
  }

  get model(): ModelStatus {
    return this.#model;
  }

  /** The fine-tunings of this window's folders. */
  get jobs(): readonly FineTuneJob[] {
    return this.#jobs;
  }

  /** Starts an agent; never waits for it and never throws. */
  start(): void {
    const { extensionPath, log, configuration, answers, engineKey } = this.#options;
    const env: Record<string, string> = {}; // read by the library at each start, so a change here reaches the next agent
    const module = path.join(extensionPath, "dist", "agent.cjs");
    const execArgv = ["--disable-warning=ExperimentalWarning"]; // its stderr would land in the log as errors
    const runtime = this.#node.executable;
    const serverOptions = { module, runtime, transport: TransportKind.ipc, options: { env, execArgv } };
    let initialised = false;
    let wasClosed = false;
    const withoutShippedNode = async () => {
      const reason = await this.#node.giveUp();
      if (reason !== undefined) log.warn(reason);
      serverOptions.runtime = this.#node.executable; // read by the library at each start, too
      return reason !== undefined;
    };
    const budget = new RestartBudget();
    const errorHandler: ErrorHandler = {
      error: () => ({ action: ErrorAction.Continue, handled: true }), // a failed write; the agent's end follows
      closed: async () => {
        wasClosed = true;
        // Where it is not Node: native tree-sitter may take the process down where it does not fit.
        if (!initialised && !(await withoutShippedNode())) env.SOTTO_SYNTAX = "wasm";
        initialised = false;
        const delayMs = budget.next(Date.now());
        if (delayMs === undefined) {
          if (client === this.#client) this.#update("failed");
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        await new Promise((resolve) => setTimeout(resolve, delayMs)); // the library waits for this promise
        const action = client === this.#client ? CloseAction.Restart : CloseAction.DoNotRestart; // it may have been replaced
        return { action, handled: true };
      },
    };
    const client = new QuietClient("sotto", "Sotto", serverOptions, {
      documentSelector,
      outputChannel: log, // ours, so that it survives the client
      revealOutputChannelOn: RevealOutputChannelOn.Never, // the default shows a toast for every failed request
      initializationOptions: configuration,
      initializationFailedHandler: () => false,
      middleware: {
        provideInlineCompletionItems: (document, position, context, token, next) => {
          this.#asked.fire();
          return next(document, position, context, token);
        },
      },
      errorHandler,
    });
    this.#client = client;
    this.#update("starting", { state: "stopped", working: false });
    client.onNotification(AgentMethod.status, (model: ModelStatus) => {
      if (client === this.#client) this.#update(this.#state, model);
    });
    client.onNotification(AgentMethod.outcome, (outcome: OutcomeParams) => {
      if (client === this.#client) this.#told.fire(outcome);
    });
    client.onNotification(NextEditMethod.found, (found: NextEditsParams) => {
      if (client === this.#client) this.#found.fire(found);
    });
    client.onNotification(FineTuneMethod.status, ({ jobs }: FineTuneStatus) => {
      if (client !== this.#client) return;
      this.#jobs = jobs;
      this.#changed.fire();
    });
    client.onRequest(AgentMethod.definitions, (params: DefinitionsParams) => answers.definitions(params));
    client.onRequest(AgentMethod.clipboard, () => answers.clipboard());
    client.onRequest(EngineMethod.key, async ({ origin }: EngineKeyParams): Promise<EngineKeyAnswer> => {
      return { key: await engineKey(origin) };
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) initialised = true;
      if (client !== this.#client || this.#state === "failed") return;
      if (newState === State.Running) this.#update("running");
      else if (newState === State.Starting) {
        this.#jobs = []; // the next agent tells them anew
        this.#update("starting", { state: "stopped", working: false });
      }
    });
    client.start().catch(async () => {
      // What failed is in the log. Where a process was there, `closed` decides what follows; else there was none.
      if (!wasClosed && (await withoutShippedNode()) && client === this.#client) await this.restart();
    });
  }

  /** A fresh agent: a client whose start has failed can be neither stopped nor started again. */
  async restart(): Promise<void> {
    const old = this.#client;
    this.#client = undefined;
    await old?.dispose().catch(() => {});
    this.start();
  }

  /** Sends the configuration as it is now; an agent that is not running gets it when it starts. */
  configure(): void {
    this.notify(AgentMethod.configure, this.#options.configuration());
  }

  /** Tells the agent, where it is running. */
  notify(method: string, params: object): void {
    if (this.#client?.state === State.Running) this.#client.sendNotification(method, params).catch(() => {});
  }

  /** @throws Error when the agent does not answer */
  request<T>(method: string, params?: object, token?: vscode.CancellationToken): Promise<T> {
    if (this.#client?.state !== State.Running) return Promise.reject(new Error("the agent is not running"));
    if (token === undefined) return this.#client.sendRequest<T>(method, params); // it would be sent as a parameter
    return this.#client.sendRequest<T>(method, params, token);
  }

  /** As `request`, told how far it is. */
  async requestWithProgress<T, P = ActionProgress>(
    method: string,
    params: object,
    onProgress: (progress: P) => void,
    token: vscode.CancellationToken,
  ): Promise<T> {
    const progressToken = randomUUID();
    const listening = this.#client?.onProgress(new ProgressType<P>(), progressToken, onProgress);
    try {
      return await this.request<T>(method, { ...params, progressToken }, token);
    } finally {
      listening?.dispose();
    }
  }

  /** Resolves when the agent has ended (or was not running). */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.dispose().catch(() => {});
  }

  dispose(): void {
    this.#changed.dispose();
    this.#asked.dispose();
    this.#told.dispose();
    this.#found.dispose();
    void this.stop();
  }

  #update(state: AgentState, model: ModelStatus = this.#model): void {
    this.#state = state;
    this.#model = model;
    this.#changed.fire();
  }
}
