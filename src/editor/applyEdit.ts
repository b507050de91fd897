// Applies an edit that the agent answered, only to the document that it was asked about: at once, or first as a diff to accept piece by piece.

import * as vscode from "vscode";
import type { NamedEdit } from "../protocol/docstring.ts";

/**
 * As one undo step.
 * @param version that the edits are of
 * @param preview shows the editor's own refactor preview, where each edit can be left out
 * @returns "left" where the person, or the editor, did not want it; nothing is changed then, as where the document has "changed" meanwhile
 */
export async function applyEdits(
  document: vscode.TextDocument,
  version: number,
  edits: readonly NamedEdit[],
  preview: boolean,
): Promise<"applied" | "changed" | "left"> {
  if (document.version !== version || document.isClosed) return "changed";
  const edit = new vscode.WorkspaceEdit();
  for (const { name, start, end, newText } of edits) {
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    edit.replace(document.uri, range, newText, preview ? { needsConfirmation: true, label: name } : undefined);
  }
  if (await vscode.workspace.applyEdit(edit, { isRefactoring: preview })) return "applied";
  return document.version === version ? "left" : "changed";
}
