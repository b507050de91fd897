// A window of the editor that outlives its agents: starts the agent, starts it again when it ends as the language client does, opens the documents
// again, and sends edits and requests. Every request comes to one outcome.

import { setTimeout as sleep } from "node:timers/promises";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { RestartBudget } from "../../../src/editor/restartBudget.ts";
import { AgentMethod, type Counters } from "../../../src/protocol/messages.ts";
import { type AgentOptions, AgentProcess } from "../replay/agentProcess.ts";

/** No answer takes longer: five times the deadline of a first word (3 s), and what a stopped process holds up besides. */
export const ANSWER_MS = 25_000;

const RETRY_MS = 250;

export interface Item {
  insertText: string;
  range: { start: Position; end: Position };
  command?: { command: string; arguments?: unknown[] };
}

export interface Position {
  line: number;
  character: number;
}

export type Outcome =
  | { kind: "answered"; item: Item; ms: number }
  | { kind: "empty" | "cancelled" | "agentGone"; ms: number }
  | { kind: "failed"; why: string; ms: number };

interface OpenFile {
  languageId: string;
  version: number;
  text: string;
}

export interface WindowOptions extends AgentOptions {
  answerMs?: number; // how long an answer may take; default ANSWER_MS
}

export class EditorWindow {
  readonly #options: WindowOptions;
  readonly #files = new Map<string, OpenFile>();
  #budget = new RestartBudget();
  #agent: AgentProcess | undefined;
  #closing = false;
  readonly outagesMs: number[] = []; // how long the model was away each time, as the status item would say it
  #downSinceMs: number | undefined;
  restartsAsked = 0; // what only a person could bring back: the agent or the host had given up
  readonly totals: Record<string, number> = {}; // the counters of all agents that were asked
  #last: Partial<Record<"modelCalls" | "requests" | "accepted", number>> = {};

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  get agent(): AgentProcess | undefined {
    return this.#agent;
  }

  get isReady(): boolean {
    return this.#agent?.status?.state === "ready";
  }

  /** Starts an agent, and another one whenever it ends. */
  async open(): Promise<void> {
    const agent = await AgentProcess.open(this.#options);
    this.#agent = agent;
    this.#last = {};
    agent.onStatus = ({ state }) => this.#noteState(state === "ready");
    this.#noteState(this.isReady);
    void agent.ended.then(() => this.#ended(agent));
    for (const [uri, file] of this.#files) this.#notify("textDocument/didOpen", { textDocument: { uri, ...file } });
  }

  /** The editor is gone, and comes back. @returns the id of the agent that was left alone */
  async reopen(): Promise<number> {
    await this.count();
    const old = this.#agent!;
    this.#closing = true;
    old.abandon();
    this.#agent = undefined;
    old.connection.dispose();
    this.#closing = false;
    await this.open();
    return old.pid;
  }

  /** The editor is gone for good. */
  abandon(): void {
    this.#closing = true;
    this.#agent?.abandon();
  }

  async close(): Promise<void> {
    await this.count();
    this.#closing = true;
    await this.#agent?.stop();
  }

  text(uri: string): string {
    return this.#files.get(uri)?.text ?? "";
  }

  openFile(uri: string, languageId: string, text: string): void {
    this.#files.set(uri, { languageId, version: 1, text });
    this.#notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
  }

  closeFile(uri: string): void {
    if (this.#files.delete(uri)) this.#notify("textDocument/didClose", { textDocument: { uri } });
  }

  edit(uri: string, start: number, end: number, text: string): void {
    const file = this.#files.get(uri)!;
    const range = { start: positionAt(file.text, start), end: positionAt(file.text, end) };
    file.text = file.text.slice(0, start) + text + file.text.slice(end);
    file.version++;
    const contentChanges = [{ range, rangeLength: end - start, text }];
    this.#notify("textDocument/didChange", { textDocument: { uri, version: file.version }, contentChanges });
  }

  rest(uri: string, offset: number): void {
    this.#notify(AgentMethod.rested, { uri, position: positionAt(this.text(uri), offset) });
  }

  accepted({ command }: Item): void {
    if (!command || !this.#agent || this.#agent.hasEnded) return;
    this.#agent.connection.sendRequest("workspace/executeCommand", command).catch(() => {}); // the agent may be gone by then
  }

  filesChanged(uris: readonly string[]): void {
    this.#notify("workspace/didChangeWatchedFiles", { changes: uris.map((uri) => ({ uri, type: 2 })) });
  }

  /** Asks for a completion at an offset. @param signal the next key */
  async ask(uri: string, offset: number, isInvoked: boolean, signal: AbortSignal): Promise<Outcome> {
    const startMs = performance.now();
    const ended = <T extends object>(outcome: T) => ({ ...outcome, ms: performance.now() - startMs });
    const agent = this.#agent;
    if (!agent || agent.hasEnded) return ended({ kind: "agentGone" });
    const cancellation = new CancellationTokenSource();
    signal.addEventListener("abort", () => cancellation.cancel(), { once: true });
    const params = {
      textDocument: { uri },
      position: positionAt(this.text(uri), offset),
      context: { triggerKind: isInvoked ? 1 : 2 }, // LSP: invoked, automatic
    };
    const { answerMs = ANSWER_MS } = this.#options;
    const late = Symbol("late");
    try {
      const answer = await Promise.race([
        agent.connection.sendRequest<Item[] | null>("textDocument/inlineCompletion", params, cancellation.token),
        sleep(answerMs, late, { ref: false }),
        agent.ended.then(() => undefined),
      ]);
      if (answer === late) return ended({ kind: "failed", why: `no answer in ${answerMs} ms` });
      if (answer === undefined) return ended({ kind: "agentGone" });
      if (signal.aborted) return ended({ kind: "cancelled" });
      const [item] = (answer as Item[] | null) ?? [];
      return item ? ended({ kind: "answered", item }) : ended({ kind: "empty" });
    } catch (error) {
      if (agent.hasEnded || this.#agent !== agent) return ended({ kind: "agentGone" });
      if (signal.aborted) return ended({ kind: "cancelled" });
      return ended({ kind: "failed", why: (error as Error).message });
    }
  }

  /** Adds what the agent has counted since the last look to the totals. */
  async count(): Promise<void> {
    const agent = this.#agent;
    if (!agent || agent.hasEnded) return;
    const asked = agent.connection.sendRequest<Counters>(AgentMethod.counters).catch(() => undefined);
    const counters = await Promise.race([asked, sleep(5_000, undefined, { ref: false })]); // it may be stopped or killed
    if (!counters || agent !== this.#agent) return;
    for (const name of ["modelCalls", "requests", "accepted"] as const) {
      this.totals[name] = (this.totals[name] ?? 0) + counters[name] - (this.#last[name] ?? 0);
      this.#last[name] = counters[name];
    }
  }

  /** What a person does where the status says that the host has failed. */
  async restartHostIfFailed(): Promise<void> {
    if (this.#agent?.status?.state !== "failed" || this.#agent.hasEnded) return;
    this.restartsAsked++;
    await this.#agent.connection.sendRequest(AgentMethod.restartHost).catch(() => {});
  }

  #noteState(isReady: boolean): void {
    if (!isReady) this.#downSinceMs ??= performance.now();
    else if (this.#downSinceMs !== undefined) {
      this.outagesMs.push(performance.now() - this.#downSinceMs);
      this.#downSinceMs = undefined;
    }
  }

  async #ended(agent: AgentProcess): Promise<void> {
    agent.connection.dispose();
    if (!this.#closing) this.#noteState(false);
    if (this.#closing || agent !== this.#agent) return;
    let delayMs = this.#budget.next(Date.now());
    if (delayMs === undefined) {
      this.restartsAsked++;
      this.#budget = new RestartBudget();
      delayMs = 0;
    }
    await sleep(delayMs);
    while (!this.#closing && agent === this.#agent) {
      await this.open().catch(() => sleep(RETRY_MS)); // it was killed while it started
    }
  }

  #notify(method: string, params: object): void {
    if (!this.#agent || this.#agent.hasEnded) return;
    this.#agent.connection.sendNotification(method, params).catch(() => {}); // the agent's end shows elsewhere
  }
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length - 1, character: offset - (before.lastIndexOf("\n") + 1) };
}

export function offsetAt(text: string, { line, character }: Position): number {
  let at = 0;
  for (let i = 0; i < line; i++) at = text.indexOf("\n", at) + 1;
  return at + character;
}
