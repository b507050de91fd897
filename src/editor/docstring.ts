// "Write Docstring Here", from the palette and as a code action: asks the agent, and puts what it gives into the document as one undo step.
// Decides nothing about what is written.

import * as vscode from "vscode";
import { documentedIds } from "../../common/syntax/languages.ts";
import type { CommandId } from "../config/commands.ts";
import { type Docstring, DocstringMethod, type DocstringParams, type DocstringTarget } from "../protocol/docstring.ts";
import { applyEdit } from "./applyEdit.ts";
import { askWithProgress, say } from "./asking.ts";
import type { AgentClient } from "./languageClient.ts";

const COMMAND: CommandId = "sotto.writeDocstring";
const KIND = vscode.CodeActionKind.RefactorRewrite.append("docstring");

export class DocstringCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.languages.registerCodeActionsProvider([...documentedIds], this, {
      providedCodeActionKinds: [KIND],
    });
  }

  /** At the cursor, with a progress that can be cancelled. What is changed in the document meanwhile is never overwritten. */
  async write(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document, selection } = editor;
    const params: DocstringParams = { uri: document.uri.toString(), position: selection.active };
    const title = "Writing a docstring …";
    const answer = await askWithProgress<Docstring>(this.#agent, title, DocstringMethod.write, params);
    if (!answer) return;
    if ("reason" in answer) return say(`No docstring: ${answer.reason}.`);
    const done = await applyEdit(editor, answer.version, answer);
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
