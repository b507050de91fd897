// Applies edits that the agent answered, only to the document that it was asked about: at once, or first as a diff in which each can be left out.

import * as vscode from "vscode";
import type { NamedEdit } from "../protocol/docstring.ts";
import type { EditPreview } from "./editPreview.ts";

/**
 * As one undo step. Where the person looks elsewhere by then, a message says what was done, with a button that goes there.
 * @param version that the edits are of
 * @param preview shows them first, where it is given
 * @param done what the message says: "The docstring of run"
 * @returns outcome: "left" where the person, or the editor, did not want it; nothing is changed then, as where the document has "changed"
 * meanwhile; taken: the edits that were made
 */
export async function applyEdits(
  document: vscode.TextDocument,
  version: number,
  edits: readonly NamedEdit[],
  preview: EditPreview | undefined,
  done: string,
): Promise<{ outcome: "applied" | "changed" | "left"; taken: readonly NamedEdit[] }> {
  const none = (outcome: "changed" | "left") => ({ outcome, taken: [] });
  const isChanged = () => document.version !== version || document.isClosed;
  if (isChanged()) return none("changed");
  const chosen = preview ? await preview.choose(document, edits) : edits;
  if (!chosen || chosen.length === 0) return none("left");
  if (isChanged()) return none("changed");
  const edit = new vscode.WorkspaceEdit();
  for (const one of chosen) edit.replace(document.uri, rangeOf(one), one.newText);
  if (!(await vscode.workspace.applyEdit(edit))) return none(document.version === version ? "left" : "changed");
  if (!preview) announce(document, rangeOf(chosen[0]).start, done);
  return { outcome: "applied", taken: chosen };
}

const rangeOf = ({ start, end }: NamedEdit): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

/** Says nothing where the person sees the place. */
function announce(document: vscode.TextDocument, place: vscode.Position, done: string): void {
  const seen = vscode.window.visibleTextEditors.some(
    (editor) => editor.document === document && editor.visibleRanges.some((range) => range.contains(place)),
  );
  if (seen) return;
  const show = "Show";
  const where = `${document.uri.path.split("/").at(-1)}, line ${place.line + 1}`;
  void vscode.window.showInformationMessage(`${done} was written: ${where}.`, show).then((picked) => {
    if (picked !== show) return;
    void vscode.window.showTextDocument(document, { selection: new vscode.Range(place, place) });
  });
}
