// Where an editor is not one file with one cursor: what is suggested there, and that nothing is written that nobody took.

import assert from "node:assert/strict";
import * as vscode from "vscode";
import {
  accept,
  addFunction,
  closeEditors,
  counters,
  execute,
  modelReady,
  open,
  sleep,
  trigger,
  type,
  until,
} from "../../support/editorSuite.ts";

const commit = "editor.action.inlineSuggest.commit";

/** A document of the workspace's folder that holds `text`. */
async function fileWith(name: string, text: string): Promise<vscode.Uri> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, "a folder is open");
  const uri = vscode.Uri.joinPath(folder.uri, name);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  return uri;
}

suite("unusual editors", () => {
  suiteSetup(modelReady);
  teardown(closeEditors);

  test("several cursors: what is taken comes to all of them or to the first alone", async () => {
    const editor = await open(`${addFunction.source}function total(a: number, b: number) {\n  return \n}\n`);
    const first = editor.selection.active;
    const second = new vscode.Position(first.line + 3, first.character);
    editor.selections = [new vscode.Selection(first, first), new vscode.Selection(second, second)];
    await trigger();
    await accept(editor);
    const lineOf = ({ line }: vscode.Position) => editor.document.lineAt(line).text;
    assert.match(lineOf(first), /^ {2}return \S/); // which words is the model's business
    assert.ok([lineOf(first), "  return "].includes(lineOf(second)), lineOf(second));
    assert.equal(editor.document.lineAt(2).text, "}");
  });

  test("a file that may not be written stays as it is", async () => {
    const files = vscode.workspace.getConfiguration("files");
    const uri = await fileWith("readonly.ts", addFunction.source.replace("¦", ""));
    await files.update("readonlyInclude", { "**/readonly.ts": true }, vscode.ConfigurationTarget.Global);
    try {
      const editor = await vscode.window.showTextDocument(uri);
      editor.selection = new vscode.Selection(1, 9, 1, 9);
      await execute("sotto.completeHere");
      await sleep(1_000);
      await execute(commit);
      assert.equal(editor.document.isDirty, false);
      assert.equal(editor.document.lineAt(1).text, "  return ");
    } finally {
      await files.update("readonlyInclude", undefined, vscode.ConfigurationTarget.Global);
      await vscode.workspace.fs.delete(uri);
    }
  });

  test("the changed side of a diff is completed like any file", async () => {
    const text = addFunction.source.replace("¦", "");
    const left = await fileWith("left.ts", text.replace("return ", "return a;"));
    const right = await fileWith("right.ts", text);
    try {
      await execute("vscode.diff", left, right);
      const editor = await until("the changed side has the focus", () => {
        const active = vscode.window.activeTextEditor;
        return active?.document.uri.path === right.path ? active : undefined;
      });
      editor.selection = new vscode.Selection(1, 9, 1, 9);
      await trigger();
      await accept(editor);
      assert.match(editor.document.lineAt(1).text, /^ {2}return \S/); // the other side may tell which words
    } finally {
      await closeEditors();
      for (const uri of [left, right]) await vscode.workspace.fs.delete(uri);
    }
  });

  test("a cell of a notebook is completed, and its other cells stay as they are", async () => {
    const cell = (text: string) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "python");
    const data = new vscode.NotebookData([cell("def add(a, b):\n    return "), cell("x = 1")]);
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", data);
    await vscode.window.showNotebookDocument(notebook);
    await execute("notebook.cell.edit");
    const editor = await until("the cell has the focus", () => {
      const active = vscode.window.activeTextEditor;
      return active?.document === notebook.cellAt(0).document ? active : undefined;
    });
    editor.selection = new vscode.Selection(1, 11, 1, 11);
    await trigger();
    await accept(editor);
    assert.match(editor.document.getText(), /^def add\(a, b\):\n {4}return \S/);
    assert.equal(notebook.cellAt(1).document.getText(), "x = 1");
  });

  test("while a snippet is filled in no suggestion takes the Tab key", async () => {
    const editor = await open("¦");
    const snippet = new vscode.SnippetString("function add(a: number, b: number): number {\n  return ");
    snippet.appendPlaceholder("result").appendText(";\n}\nadd(").appendPlaceholder("first").appendText(", 2);\n");
    await editor.insertSnippet(snippet.appendTabstop(0));
    const before = await counters();
    await type("a", 30);
    await until(
      "an answer to the key, or none asked for",
      async () => (await counters()).requests > before.requests,
      3_000,
    ).catch(() => undefined);
    await sleep(300);
    const { version } = editor.document;
    await execute(commit);
    await sleep(100);
    assert.equal(editor.document.version, version, editor.document.getText());
    await execute("jumpToNextSnippetPlaceholder");
    assert.equal(editor.document.getText(editor.selection), "first");
  });

  test("text that is written from right to left stays in its place", async () => {
    const hebrew = 'const greeting = "שלום עולם"; // שלום';
    const editor = await open(`${hebrew}\n${addFunction.source}`);
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(0).text, hebrew);
    assert.match(editor.document.lineAt(2).text, /^ {2}return \S.*;$/);
    assert.equal(editor.document.lineAt(3).text, "}");
  });
});
