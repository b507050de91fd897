// Shows edits of a document before they are made: the document beside what it becomes, and a list in which each edit is ticked and can be left out.
// (The editor's own refactor preview begins with nothing ticked.) Changes nothing.

import * as vscode from "vscode";
import type { NamedEdit } from "../protocol/docstring.ts";
import { withEdits } from "./withEdits.ts";

const SCHEME = "sotto-preview";

interface EditItem extends vscode.QuickPickItem {
  edit: NamedEdit;
}

export class EditPreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  #text = ""; // of the one document that is shown

  /** @returns those that are ticked; undefined where the person wants none */
  async choose(document: vscode.TextDocument, edits: readonly NamedEdit[]): Promise<NamedEdit[] | undefined> {
    const before = document.getText();
    const uri = vscode.Uri.from({ scheme: SCHEME, path: document.uri.path });
    const show = (ticked: readonly NamedEdit[]) => {
      this.#text = withEdits(before, ticked);
      this.#changed.fire(uri);
    };
    show(edits);
    const name = document.uri.path.split("/").at(-1);
    await vscode.commands.executeCommand("vscode.diff", document.uri, uri, `${name}: before and after`, {
      preview: true,
    });
    const chosen = await tick(edits, show);
    await closeTabOf(uri);
    return chosen;
  }

  provideTextDocumentContent(): string {
    return this.#text;
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

/** @param onChange called with those that are ticked now */
function tick(
  edits: readonly NamedEdit[],
  onChange: (ticked: readonly NamedEdit[]) => void,
): Promise<NamedEdit[] | undefined> {
  const list = vscode.window.createQuickPick<EditItem>();
  list.title = `${edits.length === 1 ? "One change" : `${edits.length} changes`}: OK makes those that are ticked, Escape none`;
  list.canSelectMany = true;
  list.ignoreFocusOut = true; // one looks at the difference meanwhile
  list.items = edits.map((edit) => ({ label: edit.name, description: `line ${edit.start.line + 1}`, edit }));
  list.selectedItems = list.items;
  const ticked = () => list.selectedItems.map(({ edit }) => edit);
  return new Promise((resolve) => {
    list.onDidChangeSelection(() => onChange(ticked()));
    list.onDidAccept(() => {
      resolve(ticked());
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined); // nothing where it was accepted before
      list.dispose();
    });
    list.show();
  });
}

async function closeTabOf(uri: vscode.Uri): Promise<void> {
  const isOfIt = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString();
  await vscode.window.tabGroups.close(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter(isOfIt)));
}
