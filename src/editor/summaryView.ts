// "Summarise File": the agent's facts of a file as a page, which grows while the model adds sentences; closing it, or asking anew, ends that.

import * as vscode from "vscode";
import { type SummariseAnswer, SummaryMethod, type SummaryProgress } from "../protocol/summary.ts";
import type { AgentClient } from "./languageClient.ts";
import { type OpenPage, openPage } from "./pagePanel.ts";

export class SummaryView implements vscode.Disposable {
  readonly #agent: AgentClient;
  #running: vscode.CancellationTokenSource | undefined;

  constructor(agent: AgentClient) {
    this.#agent = agent;
  }

  /** Resolves when all is told, or nobody waits any more. */
  async show(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document } = editor;
    this.#running?.cancel();
    const running = new vscode.CancellationTokenSource();
    this.#running = running;
    let opened: OpenPage | undefined;
    const show = ({ page }: SummaryProgress) => {
      if (running.token.isCancellationRequested) return;
      if (opened) return opened.update(page);
      const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri;
      opened = openPage({ kind: "summary", content: page, ...(folder && { folder }) });
      void opened.closed.then(() => running.cancel());
    };
    try {
      const answer = await this.#agent.requestWithProgress<SummariseAnswer, SummaryProgress>(
        SummaryMethod.summarise,
        { uri: document.uri.toString() },
        show,
        running.token,
      );
      if (running.token.isCancellationRequested) return;
      if ("value" in answer) show(answer.value);
      else void vscode.window.showErrorMessage(`${answer.error.message} ${answer.error.action}`);
    } catch (error) {
      if (!running.token.isCancellationRequested) throw error;
    }
  }

  dispose(): void {
    this.#running?.cancel();
  }
}
