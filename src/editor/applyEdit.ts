// Puts what an agent has answered into the document that it was asked about, and into no other.

import * as vscode from "vscode";
import type { Position } from "../protocol/docstring.ts";

export interface AnsweredEdit {
  start: Position;
  end: Position;
  newText: string;
}

/** As one undo step. @returns false where the document is no longer the one of that version, or the editor refuses; nothing is changed then */
export async function applyEdit(
  editor: vscode.TextEditor,
  version: number,
  { start, end, newText }: AnsweredEdit,
): Promise<boolean> {
  const { document } = editor;
  if (document.version !== version || document.isClosed) return false;
  const range = new vscode.Range(start.line, start.character, end.line, end.character);
  return editor.edit((edit) => edit.replace(range, newText));
}
