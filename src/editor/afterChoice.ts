// Has ghost text come again after an item of the editor's list was chosen: the editor asks by itself after its own command, but not after a click.

import * as vscode from "vscode";
import { ChoiceWatch } from "./choiceWatch.ts";
import type { AgentClient } from "./languageClient.ts";

export class AfterChoice implements vscode.Disposable {
  readonly #watch = new ChoiceWatch(() => this.#ask());
  readonly #listeners: vscode.Disposable[];

  constructor(agent: AgentClient) {
    this.#listeners = [
      agent.onDidAsk(() => this.#watch.over()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#watch.over()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
        if (document !== vscode.window.activeTextEditor?.document || contentChanges.length === 0) return;
        const changes = contentChanges.map(({ text, rangeLength }) => ({ text, replaced: rangeLength }));
        this.#watch.changed(reason === undefined ? changes : []); // undo and redo bring words, too
      }),
    ];
  }

  dispose(): void {
    this.#watch.over();
    for (const listener of this.#listeners) listener.dispose();
  }

  #ask(): void {
    const document = vscode.window.activeTextEditor?.document;
    const inlineSuggest = vscode.workspace.getConfiguration("editor.inlineSuggest", document);
    if (!document || !inlineSuggest.get("enabled", true)) return;
    void vscode.commands.executeCommand("editor.action.inlineSuggest.trigger", { explicit: false });
  }
}
