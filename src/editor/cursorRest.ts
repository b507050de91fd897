// Tells the agent where the cursor rests, so that the prompt there is read ahead, and where it stays, which shows what somebody works on.
// While the cursor moves or text is typed, only a timer is reset.

import * as vscode from "vscode";
import { AgentMethod, type RestedParams, type VisitedParams } from "../protocol/messages.ts";
import { type AgentClient, documentSelector } from "./languageClient.ts";

/**
 * How long the cursor must not move to count as resting. People begin to type on a new line within a second, and reading ahead takes most of it.
 * Slow typing has pauses of this length too; the prompt is known then, and nothing is read.
 */
const REST_MS = 120;

/** How long the cursor must rest for the place to count as visited. */
const STAY_MS = 500;

export class CursorRest implements vscode.Disposable {
  readonly #listeners: vscode.Disposable[];
  readonly #agent: AgentClient;
  #moving: NodeJS.Timeout | undefined; // until it rests
  #resting: NodeJS.Timeout | undefined; // until that is a stay

  constructor(agent: AgentClient) {
    this.#agent = agent;
    const { window, workspace } = vscode;
    let wasRunning = false;
    this.#listeners = [
      window.onDidChangeTextEditorSelection(() => this.#moved()),
      window.onDidChangeActiveTextEditor(() => this.#moved()),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document === window.activeTextEditor?.document) this.#moved(); // also where the text was changed from elsewhere
      }),
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.#moved(); // other windows have used the host meanwhile
      }),
      agent.onDidChange(() => {
        const isRunning = agent.state === "running";
        if (isRunning && !wasRunning) this.#moved(); // it knows of no rest yet
        wasRunning = isRunning;
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.#moving);
    clearTimeout(this.#resting);
    for (const listener of this.#listeners) listener.dispose();
  }

  #moved(): void {
    if (this.#moving) {
      this.#moving.refresh();
      return;
    }
    clearTimeout(this.#resting);
    this.#moving = setTimeout(() => this.#rested(), REST_MS);
  }

  #rested(): void {
    this.#moving = undefined;
    this.#resting = setTimeout(() => this.#stayed(), STAY_MS - REST_MS);
    const editor = completedEditor();
    if (!editor?.selection.isEmpty) return;
    const { line, character } = editor.selection.active;
    const rested: RestedParams = { uri: editor.document.uri.toString(), position: { line, character } };
    this.#agent.notify(AgentMethod.rested, rested);
  }

  #stayed(): void {
    const editor = completedEditor();
    if (!editor) return;
    const visited: VisitedParams = { uri: editor.document.uri.toString(), line: editor.selection.active.line };
    this.#agent.notify(AgentMethod.visited, visited);
  }
}

/** The active editor, where Sotto completes its language. */
function completedEditor(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && vscode.languages.match(documentSelector, editor.document) > 0 ? editor : undefined;
}
