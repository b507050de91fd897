// Tells a person who asked for a suggestion and gets none why, where it would have stood: grey text behind the line, gone with the next key, a move
// of the cursor, or after a while. No pop-up, and nothing in the document.

import * as vscode from "vscode";
import type { OutcomeParams } from "../protocol/messages.ts";

/** How long the hint stays if nothing happens, in milliseconds. */
const STAYS_MS = 8_000;

export class NothingHint implements vscode.Disposable {
  readonly #style = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor("editorCodeLens.foreground"), fontStyle: "italic", margin: "0 0 0 1.5em" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  readonly #listeners: vscode.Disposable[];
  #shownIn: vscode.TextEditor | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onDidAnswer what came of a request for a suggestion */
  constructor(onDidAnswer: vscode.Event<OutcomeParams>) {
    const hide = () => this.#hide();
    this.#listeners = [
      onDidAnswer((outcome) => this.#answered(outcome)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document === this.#shownIn?.document && hide()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => textEditor === this.#shownIn && hide()),
      vscode.window.onDidChangeActiveTextEditor(hide),
    ];
  }

  dispose(): void {
    this.#hide();
    for (const listener of this.#listeners) listener.dispose();
    this.#style.dispose();
  }

  #answered({ uri, position: { line, character }, explicit, none }: OutcomeParams): void {
    this.#hide();
    const editor = vscode.window.activeTextEditor;
    if (!explicit || !none || editor?.document.uri.toString() !== uri) return;
    const cursor = new vscode.Position(line, character);
    if (!editor.selection.isEmpty || !editor.selection.active.isEqual(cursor)) return; // the person has gone on
    const { end } = editor.document.lineAt(line).range;
    const contentText = `No suggestion: ${none.why}`;
    editor.setDecorations(this.#style, [
      { range: new vscode.Range(end, end), renderOptions: { after: { contentText } } },
    ]);
    this.#shownIn = editor;
    this.#timer = setTimeout(() => this.#hide(), STAYS_MS);
  }

  #hide(): void {
    clearTimeout(this.#timer);
    this.#shownIn?.setDecorations(this.#style, []);
    this.#shownIn = undefined;
  }
}
