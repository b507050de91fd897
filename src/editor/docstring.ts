// "Write Docstring Here", from the palette and as a code action: asks the agent, and puts what it gives into the document as one undo step.
// Decides nothing about what is written.

import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import {
  type Docstring,
  DocstringMethod,
  type DocstringParams,
  type DocstringTarget,
  type Position,
} from "../protocol/docstring.ts";
import { ask } from "./asking.ts";
import type { AgentClient } from "./languageClient.ts";

const LANGUAGES = ["typescript", "typescriptreact", "javascript", "javascriptreact", "python"];
const COMMAND: CommandId = "sotto.writeDocstring";
const KIND = vscode.CodeActionKind.RefactorRewrite.append("docstring");

const positionOf = ({ line, character }: Position) => new vscode.Position(line, character);

export class DocstringCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.languages.registerCodeActionsProvider(LANGUAGES, this, {
      providedCodeActionKinds: [KIND],
    });
  }

  /** At the cursor, with a progress that can be cancelled. What is changed in the document meanwhile is never overwritten. */
  async write(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document, selection } = editor;
    const params: DocstringParams = { uri: document.uri.toString(), position: selection.active };
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: "Writing a docstring …",
      cancellable: true,
    };
    const answer = await vscode.window.withProgress(options, (_progress, token) =>
      ask<Docstring>(this.#agent, DocstringMethod.write, params, token),
    );
    if (!answer) return;
    if ("reason" in answer) return say(`No docstring: ${answer.reason}.`);
    const range = new vscode.Range(positionOf(answer.start), positionOf(answer.end));
    const isCurrent = document.version === answer.version && !document.isClosed;
    const done = isCurrent && (await editor.edit((edit) => edit.replace(range, answer.newText)));
    if (!done) say(`No docstring for ${answer.name}: the file was changed meanwhile.`);
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    _context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    if (!range.isEmpty) return []; // what is selected is about to be moved or rewritten
    const params: DocstringParams = { uri: document.uri.toString(), position: range.start };
    const target = await this.#agent
      .request<DocstringTarget>(DocstringMethod.target, params, token)
      .catch((): DocstringTarget => null); // no agent: it is not offered
    if (!target) return [];
    const title = `${target.hasDocstring ? "Update" : "Write"} the docstring of ${target.name} (Sotto)`;
    const action = new vscode.CodeAction(title, KIND);
    action.command = { command: COMMAND, title };
    return [action];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

const say = (text: string): void => void vscode.window.showInformationMessage(text);
