// What next edits look like in the editor: a quiet mark at each place, the old and the new text at the one that is shown, and one hint behind a line.
// The colours are the theme's; where it has none, the editor draws nothing, so in high contrast what is shown has a border instead of a background.

import * as vscode from "vscode";

const ADDED: vscode.ThemableDecorationAttachmentRenderOptions = {
  backgroundColor: new vscode.ThemeColor("diffEditor.insertedTextBackground"),
  border: "1px solid",
  borderColor: new vscode.ThemeColor("diffEditor.insertedTextBorder"),
};

/** What stands in an editor; nothing where it is absent. */
export interface Drawn {
  places?: readonly vscode.DecorationOptions[];
  shown?: { range: vscode.Range; newText: string };
  hint?: { line: vscode.Range; text: string };
}

export class Marks implements vscode.Disposable {
  readonly #place: vscode.TextEditorDecorationType;
  readonly #shown = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("diffEditor.removedTextBackground"),
    outline: "1px solid",
    outlineColor: new vscode.ThemeColor("diffEditor.removedTextBorder"),
    textDecoration: "line-through",
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  readonly #hint = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor("editorCodeLens.foreground"), fontStyle: "italic", margin: "0 0 0 1.5em" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });

  /** @param icon of the gutter */
  constructor(icon: vscode.Uri) {
    this.#place = vscode.window.createTextEditorDecorationType({
      gutterIconPath: icon,
      gutterIconSize: "contain",
      overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.infoForeground"),
      overviewRulerLane: vscode.OverviewRulerLane.Right,
      borderWidth: "0 0 1px 0",
      borderStyle: "dotted",
      borderColor: new vscode.ThemeColor("editorInfo.foreground"),
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  }

  draw(editor: vscode.TextEditor, { places = [], shown, hint }: Drawn): void {
    editor.setDecorations(this.#place, places);
    const after = (contentText: string, as: vscode.ThemableDecorationAttachmentRenderOptions = {}) => ({
      after: { contentText, ...as },
    });
    editor.setDecorations(
      this.#shown,
      shown ? [{ range: shown.range, renderOptions: after(shown.newText, ADDED) }] : [],
    );
    editor.setDecorations(this.#hint, hint ? [{ range: hint.line, renderOptions: after(hint.text) }] : []);
  }

  dispose(): void {
    for (const type of [this.#place, this.#shown, this.#hint]) type.dispose();
  }
}
