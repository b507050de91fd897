// "Explain This Suggestion": the agent's explanation as a page beside the editor. It grows while the agent measures; closing it, or asking anew,
// ends that.

import * as vscode from "vscode";
import {
  type ExplainAnswer,
  type ExplainedPage,
  type ExplainFurtherParams,
  ExplainMethod,
  type ExplainProgress,
  type StopMessage,
} from "../protocol/explain.ts";
import { ask } from "./asking.ts";
import type { AgentClient } from "./languageClient.ts";
import { type OpenPage, openPage } from "./pagePanel.ts";

/** How often the page may change while it grows, in milliseconds. */
const REFRESH_MS = 250;

export class ExplainView implements vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #asked = new Set<vscode.CancellationTokenSource>(); // questions about what is shown
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
    let shown: ExplainedPage;
    const show = (content: ExplainedPage) => {
      shownMs = performance.now();
      shown = content;
      if (page) return page.update(content);
      const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri;
      page = openPage({
        ...{ kind: "explain", content, ...(folder && { folder }) },
        onMessage: async (message) => {
          const answer = await this.#askFurther(message as ExplainFurtherParams | StopMessage);
          if (answer !== "stopped") show(answer?.page ?? shown); // where it failed, what was pressed can be pressed again
        },
      });
      void page.closed.then(() => {
        running.cancel();
        this.#stop();
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

  async #askFurther(question: ExplainFurtherParams | StopMessage): Promise<ExplainProgress | "stopped" | undefined> {
    if (question.kind === "stop") {
      this.#stop();
      return "stopped";
    }
    const asked = new vscode.CancellationTokenSource();
    this.#asked.add(asked);
    try {
      const found = await ask<ExplainProgress>(this.#agent, ExplainMethod.explainFurther, question, asked.token);
      return asked.token.isCancellationRequested ? "stopped" : found;
    } finally {
      this.#asked.delete(asked);
    }
  }

  /** Ends what is asked further. */
  #stop(): void {
    for (const asked of this.#asked) asked.cancel();
  }

  dispose(): void {
    this.#running?.cancel();
    this.#stop();
  }
}
