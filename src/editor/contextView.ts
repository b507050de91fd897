// "Show Context Here": the agent's prompt inspector as a page, or as a read-only document beside the editor, which also tells why nothing would be
// sent. All text comes from the agent, except when the agent is gone.

import * as vscode from "vscode";
import { AgentMethod, type ContextAnswer, type ContextParams } from "../protocol/messages.ts";
import type { AgentClient } from "./languageClient.ts";
import { openPage } from "./pagePanel.ts";

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

  /** One page, made anew at each call; it tells what changed since the last one. As text where nothing would be sent. */
  async show(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor || editor.document.uri.scheme === SCHEME) return;
    const answer = await this.#ask(editor);
    if (!answer.page) return this.#showText(editor, answer.text);
    const folder = vscode.workspace.getWorkspaceFolder(editor.document.uri)?.uri;
    openPage({ kind: "context", content: answer.page, ...(folder && { folder }) });
  }

  /** One document for each file, made anew at each call. */
  async showAsText(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor || editor.document.uri.scheme === SCHEME) return;
    await this.#showText(editor, (await this.#ask(editor)).text);
  }

  async #ask({ document, selection }: vscode.TextEditor): Promise<ContextAnswer> {
    const { line, character } = selection.active;
    const params: ContextParams = { uri: document.uri.toString(), position: { line, character } };
    return this.#agent.request<ContextAnswer>(AgentMethod.context, params).catch((error) => ({
      text: `Nothing can be shown: ${error instanceof Error ? error.message : error}.`,
    }));
  }

  async #showText({ document, selection }: vscode.TextEditor, text: string): Promise<void> {
    const { line, character } = selection.active;
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${document.uri.path.split("/").at(-1)} (context)`,
      query: document.uri.toString(),
    });
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
