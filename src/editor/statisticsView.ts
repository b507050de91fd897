// "Show Statistics" and "Reset Statistics": the agent's counts as a read-only document, and the question before they are deleted.
// Counts nothing itself.

import * as vscode from "vscode";
import { AgentMethod, type ResetStatisticsParams, type StatisticsAnswer } from "../protocol/messages.ts";
import type { AgentClient } from "./languageClient.ts";

const SCHEME = "sotto-statistics";
const URI = vscode.Uri.from({ scheme: SCHEME, path: "/Sotto Statistics.md" });

const COUNTS = "Reset Counts";
const EXAMPLES = "Reset Counts and Delete Examples";

export class StatisticsView implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  /** One document, made anew at each call. */
  async show(): Promise<void> {
    this.#changed.fire(URI);
    await vscode.window.showTextDocument(URI, { preview: true });
  }

  /** @param what "counts" or "examples" (both) where a key binding names it; else the person is asked */
  async reset(what: unknown): Promise<void> {
    const picked = what === "counts" ? COUNTS : what === "examples" ? EXAMPLES : await ask();
    if (picked === undefined) return;
    const params: ResetStatisticsParams = { examples: picked === EXAMPLES };
    const { text } = await this.#agent.request<StatisticsAnswer>(AgentMethod.resetStatistics, params);
    this.#changed.fire(URI);
    vscode.window.setStatusBarMessage(`Sotto: ${text}`, 5_000);
  }

  provideTextDocumentContent(): Promise<string> {
    return this.#agent.request<StatisticsAnswer>(AgentMethod.statistics).then(
      (answer) => answer.text,
      (error) => `Nothing can be shown: ${error instanceof Error ? error.message : error}.\n`,
    );
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

function ask(): Thenable<string | undefined> {
  const question = "Forget what was counted about suggestions in all windows?";
  return vscode.window.showWarningMessage(question, { modal: true }, COUNTS, EXAMPLES);
}
