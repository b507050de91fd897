// Shows edits of a document before they are made: the document beside what it becomes, and a list in which each edit is ticked and can be left out.
// (The editor's own refactor preview begins with nothing ticked.) Changes nothing.

import * as vscode from "vscode";
import type { NamedEdit } from "../protocol/docstring.ts";
import { withEdits } from "./withEdits.ts";

const SCHEME = "sotto-preview";

/** A document and edits of it. */
export interface FileEdits<E extends NamedEdit = NamedEdit> {
  document: vscode.TextDocument;
  edits: readonly E[];
}

interface EditItem<E extends NamedEdit> extends vscode.QuickPickItem {
  edit: E;
}

export class EditPreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly #texts = new Map<string, string>(); // of the documents that are shown, by their addresses here

  /** @returns those that are ticked; undefined where the person wants none */
  async choose(document: vscode.TextDocument, edits: readonly NamedEdit[]): Promise<NamedEdit[] | undefined> {
    const chosen = await this.chooseInFiles([{ document, edits }]);
    return chosen?.flatMap((file) => file.edits);
  }

  /** The same for several documents: they are shown below each other. */
  async chooseInFiles<E extends NamedEdit>(files: readonly FileEdits<E>[]): Promise<FileEdits<E>[] | undefined> {
    const befores = files.map(({ document }) => document.getText());
    const uris = files.map(({ document: { uri } }) => vscode.Uri.from({ scheme: SCHEME, path: uri.path }));
    const show = (ticked: readonly E[]) => {
      for (const [i, { edits }] of files.entries()) {
        const its = edits.filter((edit) => ticked.includes(edit));
        this.#texts.set(uris[i].toString(), withEdits(befores[i], its));
        this.#changed.fire(uris[i]);
      }
    };
    show(files.flatMap(({ edits }) => edits));
    const names = files.map(({ document }) => nameOf(document));
    const title = names.length === 1 ? `${names[0]}: before and after` : "Before and after"; // the editor adds the number of files
    if (files.length === 1)
      await vscode.commands.executeCommand("vscode.diff", files[0].document.uri, uris[0], title, { preview: true });
    else
      await vscode.commands.executeCommand(
        "vscode.changes",
        title,
        files.map(({ document: { uri } }, i) => [uri, uri, uris[i]]),
      );
    const ticked = await tick(files, show);
    await closeTab(title);
    this.#texts.clear();
    return (
      ticked && files.map(({ document, edits }) => ({ document, edits: edits.filter((edit) => ticked.includes(edit)) }))
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "";
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

const nameOf = ({ uri }: vscode.TextDocument): string => uri.path.split("/").at(-1) ?? "";

/** @param onChange called with those that are ticked now */
function tick<E extends NamedEdit>(
  files: readonly FileEdits<E>[],
  onChange: (ticked: readonly E[]) => void,
): Promise<E[] | undefined> {
  const list = vscode.window.createQuickPick<EditItem<E>>();
  list.items = files.flatMap(({ document, edits }) =>
    edits.map((edit) => {
      const line = `line ${edit.start.line + 1}`;
      const description = files.length === 1 ? line : `${nameOf(document)}, ${line}`;
      return { label: edit.name, description, edit };
    }),
  );
  const count = list.items.length;
  list.title = `${count === 1 ? "One change" : `${count} changes`}: OK makes those that are ticked, Escape none`;
  list.canSelectMany = true;
  list.ignoreFocusOut = true; // one looks at the difference meanwhile
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

/** The editor tells nothing of a tab with several documents but its title, to which it adds their number. */
async function closeTab(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs.filter(({ label }) => label === title || label.startsWith(`${title} (`)));
}
