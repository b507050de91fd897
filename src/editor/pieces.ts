// Missing pieces as code actions: asks the agent where a person has opened the menu, or where something is reported, and offers what it has verified.
// Decides nothing about what is missing.

import * as vscode from "vscode";
import { documentedIds } from "../../common/syntax/languages.ts";
import { type OfferedPiece, type PiecesAnswer, PiecesMethod, type PiecesParams } from "../protocol/pieces.ts";
import type { AgentClient } from "./languageClient.ts";

const KIND = vscode.CodeActionKind.RefactorRewrite.append("piece");

export class PieceActions implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.languages.registerCodeActionsProvider([...documentedIds], this, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, KIND],
    });
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    { start, end }: vscode.Range,
    { diagnostics, triggerKind, only }: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const isAsked = triggerKind === vscode.CodeActionTriggerKind.Invoke;
    if (!isAsked && diagnostics.length === 0) return []; // the check costs too much for each move of the cursor
    const params: PiecesParams = { uri: document.uri.toString(), start, end };
    const answer = await this.#agent.request<PiecesAnswer>(PiecesMethod.find, params, token).catch(() => undefined); // the agent starts again: no menu waits for it
    if (!answer || "error" in answer || "reason" in answer.value || token.isCancellationRequested) return [];
    if (document.version !== answer.value.version) return [];
    return answer.value.pieces
      .map((piece) => actionOf(document, piece, diagnostics))
      .filter(({ kind }) => !only || (kind && only.contains(kind)));
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** A quick fix of the diagnostics that it mends; a rewrite where nothing is reported. */
function actionOf(
  { uri }: vscode.TextDocument,
  { title, edits, mends }: OfferedPiece,
  diagnostics: readonly vscode.Diagnostic[],
): vscode.CodeAction {
  const mended = diagnostics.filter(({ range, code }) => {
    const number = typeof code === "object" ? code.value : code;
    return mends.some((one) => one.code === Number(number) && range.start.isEqual(positionOf(one.start)));
  });
  const action = new vscode.CodeAction(`${title} (Sotto)`, mended.length > 0 ? vscode.CodeActionKind.QuickFix : KIND);
  action.diagnostics = mended;
  action.edit = new vscode.WorkspaceEdit();
  for (const { start, end, newText } of edits)
    action.edit.replace(uri, new vscode.Range(positionOf(start), positionOf(end)), newText);
  return action;
}

const positionOf = ({ line, character }: OfferedPiece["mends"][number]["start"]): vscode.Position =>
  new vscode.Position(line, character);
