// "Explain Here", from the palette and as a code action: the agent's facts of the definition around the cursor, and what the editor knows of the name
// there, as a page. Changes nothing.

import * as vscode from "vscode";
import { languageIds } from "../../common/syntax/languages.ts";
import type { CommandId } from "../config/commands.ts";
import {
  type DefinitionHereAnswer,
  type ExplainHereParams,
  SummaryMethod,
  type SummaryProgress,
} from "../protocol/summary.ts";
import { ask } from "./asking.ts";
import type { AgentClient } from "./languageClient.ts";
import { nameAtCursor } from "./nameAtCursor.ts";
import { openPage } from "./pagePanel.ts";

const COMMAND: CommandId = "sotto.explainHere";
const KIND = vscode.CodeActionKind.Empty.append("explain"); // neither a fix nor a refactoring: it stands below them

export class ExplainHereCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.languages.registerCodeActionsProvider([...languageIds], this, {
      providedCodeActionKinds: [KIND],
    });
  }

  /** The name at the cursor, as far as the editor knows it, and the definition around it. */
  async explain(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document, selection } = editor;
    const name = await nameAtCursor(document, selection.active);
    const params: ExplainHereParams = {
      uri: document.uri.toString(),
      position: selection.active,
      ...(name && { name }),
    };
    const found = await ask<SummaryProgress>(this.#agent, SummaryMethod.explainHere, params);
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri;
    if (found) openPage({ kind: "here", content: found.page, ...(folder && { folder }) });
  }

  /** Where a person asks for actions at a cursor, and there is something to tell. */
  async provideCodeActions(
    document: vscode.TextDocument,
    { start, isEmpty }: vscode.Range,
    { triggerKind }: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    if (triggerKind !== vscode.CodeActionTriggerKind.Invoke || !isEmpty) return [];
    const params = { uri: document.uri.toString(), position: start };
    const answer = await this.#agent
      .request<DefinitionHereAnswer>(SummaryMethod.definitionHere, params, token)
      .catch(() => undefined); // the agent starts again: no menu waits for it
    if (!answer || "error" in answer || token.isCancellationRequested) return [];
    const { title, refused } = answer.value;
    const subject = refused ? undefined : (title ?? (await nameAtCursor(document, start))?.name);
    if (subject === undefined || token.isCancellationRequested) return [];
    const action = new vscode.CodeAction(`Explain ${subject} (Sotto)`, KIND);
    action.command = { command: COMMAND, title: action.title };
    return [action];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
