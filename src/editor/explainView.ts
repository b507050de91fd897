// "Explain This Suggestion": the agent's explanation as a page beside the editor. It grows while the agent measures; closing it, or asking anew,
// ends that.

import * as vscode from "vscode";
import {
  type ExplainAnswer,
  type ExplainedPage,
  type ExplainFurtherParams,
  ExplainMethod,
  type ExplainProgress,
} from "../protocol/explain.ts";
import { ask } from "./asking.ts";
import type { AgentClient } from "./languageClient.ts";
import { type OpenPage, openPage } from "./pagePanel.ts";

/** How often the page may change while it grows, in milliseconds. */
const REFRESH_MS = 250;

export class ExplainView implements vscode.Disposable {
  readonly #agent: AgentClient;
  #running: vscode.CancellationTokenSource | undefined;

  constructor(agent: AgentClient) {
    this.#agent = agent;
  }

  /** Resolves when all is measured, or nobody waits any more. */
  async show(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document, selection } = editor;
    const { line, character } = selection.active;
    this.#running?.cancel();
    const running = new vscode.CancellationTokenSource();
    this.#running = running;
    let page: OpenPage | undefined;
    let shownMs = 0;
    const show = (content: ExplainedPage) => {
      shownMs = performance.now();
      if (page) return page.update(content);
      const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri;
      const opened = openPage({
        ...{ kind: "explain", content, ...(folder && { folder }) },
        onMessage: (message) => this.#askFurther(message as ExplainFurtherParams, running.token, opened),
      });
      page = opened;
      void opened.closed.then(() => {
        running.cancel();
        if (this.#running !== running) return; // another explanation has taken its place
        this.#running = undefined;
        this.#agent.notify(ExplainMethod.explainEnded, {});
      });
    };
    const params = { uri: document.uri.toString(), position: { line, character } };
    try {
      const answer = await this.#agent.requestWithProgress<ExplainAnswer, ExplainProgress>(
        ExplainMethod.explain,
        params,
        (soFar) => {
          if (!running.token.isCancellationRequested && performance.now() - shownMs >= REFRESH_MS) show(soFar.page);
        },
        running.token,
      );
      if (running.token.isCancellationRequested) return;
      if ("value" in answer) show(answer.value.page);
      else void vscode.window.showErrorMessage(`${answer.error.message} ${answer.error.action}`);
    } catch (error) {
      if (!running.token.isCancellationRequested) throw error;
    }
  }

  async #askFurther(question: ExplainFurtherParams, token: vscode.CancellationToken, page: OpenPage): Promise<void> {
    const found = await ask<ExplainProgress>(this.#agent, ExplainMethod.explainFurther, question, token);
    if (found) page.update(found.page);
  }

  dispose(): void {
    this.#running?.cancel();
  }
}
