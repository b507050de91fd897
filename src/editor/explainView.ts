// "Explain This Suggestion": the agent's explanation as a Markdown document beside the editor. It grows while the agent measures; closing it, or
// asking anew, ends that.

import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import { type ExplainAnswer, ExplainMethod, type ExplainProgress } from "../protocol/explain.ts";
import type { AgentClient } from "./languageClient.ts";

const SCHEME = "sotto-explain";

/** How often the text may change on screen, in milliseconds. */
const REFRESH_MS = 250;

export class ExplainView implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration: vscode.Disposable;
  readonly #texts = new Map<string, string>();
  #running: vscode.CancellationTokenSource | undefined;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.#texts.delete(uri.toString())) this.#running?.cancel();
      }),
    );
  }

  /** One document for each file, made anew at each call. Resolves when all is measured, or nobody waits any more. */
  async show(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor || editor.document.uri.scheme === SCHEME) return;
    const { document, selection } = editor;
    const { line, character } = selection.active;
    this.#running?.cancel();
    const running = new vscode.CancellationTokenSource();
    this.#running = running;
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${document.uri.path.split("/").at(-1)} (explained).md`,
      query: document.uri.toString(),
    });
    let shownMs = 0;
    const tell = (text: string, isWhole: boolean) => {
      this.#texts.set(uri.toString(), isWhole ? text : `${text}\n*Sotto measures on …*\n`);
      if (!isWhole && performance.now() - shownMs < REFRESH_MS) return;
      shownMs = performance.now();
      this.#changed.fire(uri);
    };
    tell("Sotto reads the prompt again …", true);
    await vscode.window.showTextDocument(uri, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: true,
      preserveFocus: true,
    });
    const position = { line, character };
    try {
      const answer = await this.#agent.requestWithProgress<ExplainAnswer, ExplainProgress>(
        ExplainMethod.explain,
        { uri: document.uri.toString(), position },
        ({ text }) => running.token.isCancellationRequested || tell(text, false),
        running.token,
      );
      if (running.token.isCancellationRequested) return;
      if ("value" in answer) tell(answer.value.text, true);
      else tell(`Nothing can be explained. ${answer.error.message} ${answer.error.action}\n`, true);
    } catch (error) {
      if (!running.token.isCancellationRequested)
        tell(`Nothing can be explained: ${error instanceof Error ? error.message : error}.\n`, true);
    } finally {
      if (this.#running === running) this.#running = undefined;
      running.dispose();
    }
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const command: CommandId = "sotto.explain";
    return this.#texts.get(uri.toString()) ?? `Closed: run ${command} at the cursor again.\n`;
  }

  dispose(): void {
    this.#running?.cancel();
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
