// Tells the agent where the cursor rests. While it moves nothing is done but setting a timer anew.

import * as vscode from "vscode";
import { AgentMethod, type VisitedParams } from "../protocol/messages.ts";
import { type AgentClient, documentSelector } from "./languageClient.ts";

const REST_MS = 500;

export class CursorRest implements vscode.Disposable {
  readonly #listeners: vscode.Disposable[];
  readonly #agent: AgentClient;
  #timer: NodeJS.Timeout | undefined;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    const moved = () => {
      if (this.#timer) this.#timer.refresh();
      else this.#timer = setTimeout(() => this.#rested(), REST_MS);
    };
    this.#listeners = [
      vscode.window.onDidChangeTextEditorSelection(moved),
      vscode.window.onDidChangeActiveTextEditor(moved),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const listener of this.#listeners) listener.dispose();
  }

  #rested(): void {
    this.#timer = undefined;
    const editor = vscode.window.activeTextEditor;
    if (!editor || vscode.languages.match(documentSelector, editor.document) === 0) return;
    const visited: VisitedParams = { uri: editor.document.uri.toString(), line: editor.selection.active.line };
    this.#agent.notify(AgentMethod.visited, visited);
  }
}
