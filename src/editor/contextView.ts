// "Show Context Here": the agent's prompt inspector as a read-only document beside the editor. All text comes from the agent, except when the agent is gone.

import * as vscode from "vscode";
import { AgentMethod, type ContextAnswer, type ContextParams } from "../protocol/messages.ts";
import type { AgentClient } from "./languageClient.ts";

const SCHEME = "sotto-context";

export class ContextView implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration: vscode.Disposable;
  readonly #texts = new Map<string, string>();

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())),
    );
  }

  /** One document for each file, made anew at each call. */
  async show(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor || editor.document.uri.scheme === SCHEME) return;
    const { document, selection } = editor;
    const { line, character } = selection.active;
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${document.uri.path.split("/").at(-1)} (context)`,
      query: document.uri.toString(),
    });
    const params: ContextParams = { uri: document.uri.toString(), position: { line, character } };
    const text = await this.#agent.request<ContextAnswer>(AgentMethod.context, params).then(
      (answer) => answer.text,
      (error) => `Nothing can be shown: ${error instanceof Error ? error.message : error}.`,
    );
    this.#texts.set(uri.toString(), `Line ${line + 1}, column ${character + 1}\n${text}\n`);
    this.#changed.fire(uri);
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "Closed: ask again at the cursor.\n";
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
