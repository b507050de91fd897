// What only the editor knows: definitions by providers, where the cursor rests, and the prompt inspector.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { EditorAnswers } from "../../../src/editor/editorAnswers.ts";
import { AgentMethod, type ContextAnswer, type ContextParams } from "../../../src/protocol/messages.ts";
import {
  closeEditors,
  counters,
  execute,
  modelReady,
  open,
  setSetting,
  sleep,
  sotto,
  until,
} from "../../support/editorSuite.ts";

async function openSample(name: string): Promise<vscode.TextEditor> {
  const folder = vscode.workspace.workspaceFolders?.[0].uri;
  assert.ok(folder);
  return vscode.window.showTextDocument(vscode.Uri.joinPath(folder, name), { preview: false });
}

function moveTo(editor: vscode.TextEditor, line: number, character = 0): void {
  editor.selection = new vscode.Selection(line, character, line, character);
}

/** The text that the inspector shows for the active editor. */
async function inspected(): Promise<string> {
  await execute("sotto.showContextAsText");
  const document = vscode.window.activeTextEditor?.document;
  assert.equal(document?.uri.scheme, "sotto-context");
  return document.getText();
}

/** The same without showing it. */
async function contextAt({ document, selection }: vscode.TextEditor): Promise<string> {
  const { line, character } = selection.active;
  const params: ContextParams = { uri: document.uri.toString(), position: { line, character } };
  return (await (await sotto()).request<ContextAnswer>(AgentMethod.context, params)).text;
}

/** The cursor goes to the end of the text. */
async function insertAtEnd(editor: vscode.TextEditor, text: string): Promise<void> {
  const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
  await editor.edit((edit) => edit.insert(end, text));
  const { line, character } = editor.document.lineAt(editor.document.lineCount - 1).range.end;
  moveTo(editor, line, character);
}

const listed = /\n {2}search {2}tools\/parcels\.ts(:[\d, -]+)? {2}/; // sent or left out
const sent = /\n {2}search {2}tools\/parcels\.ts:[\d, -]+ {2}\d+ tokens/;

suite("context", () => {
  const registered: vscode.Disposable[] = [];
  suiteSetup(modelReady);
  teardown(async () => {
    for (const one of registered.splice(0)) one.dispose();
    for (const key of ["enable", "index"]) await setSetting(key, undefined);
    await closeEditors();
  });

  const provide = (provideDefinition: vscode.DefinitionProvider["provideDefinition"]) =>
    registered.push(vscode.languages.registerDefinitionProvider({ language: "python" }, { provideDefinition }));

  test("definitions of another extension's provider: those of the workspace, with their whole range", async () => {
    const { document } = await openSample("tools/sales.py");
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)!.uri;
    const target = vscode.Uri.joinPath(folder, "src/money.ts");
    const name = new vscode.Range(3, 7, 3, 12);
    provide((_document, position) => [
      { targetUri: target, targetRange: new vscode.Range(3, 0, 8 + position.line, 1), targetSelectionRange: name },
      { targetUri: vscode.Uri.file(path.resolve("/elsewhere/x.py")), targetRange: name },
    ]);
    const params = { uri: document.uri.toString(), version: document.version };
    const positions = [
      { line: 0, character: 0 },
      { line: 1, character: 0 },
    ];
    const answers = await new EditorAnswers().definitions({ ...params, positions });
    assert.deepEqual(answers, [
      { places: [{ uri: target.toString(), startLine: 3, endLine: 9 }] },
      { places: [{ uri: target.toString(), startLine: 3, endLine: 10 }] },
    ]);
    const outdated = await new EditorAnswers().definitions({ ...params, version: document.version - 1, positions });
    assert.deepEqual(outdated, [{ reason: "document changed" }, { reason: "document changed" }]);
  });

  test("a provider that does not answer is given up", async () => {
    const { document } = await openSample("tools/sales.py");
    let end = () => {};
    let calls = 0;
    provide(() => {
      calls++;
      return new Promise((resolve) => {
        end = () => resolve([]);
      });
    });
    const params = { uri: document.uri.toString(), version: document.version };
    const answers = await new EditorAnswers().definitions({
      ...params,
      positions: [
        { line: 0, character: 0 },
        { line: 1, character: 0 },
      ],
    });
    assert.deepEqual(answers, [{ reason: "editor too slow" }, { reason: "editor too slow" }]);
    assert.equal(calls, 1);
    end();
  });

  test("where the cursor rests is told once, and only in languages that Sotto knows", async () => {
    const editor = await openSample("src/basket.ts");
    await sleep(700); // opening it counts too
    const before = (await counters()).visits;
    for (let line = 1; line < 9; line++) {
      moveTo(editor, line);
      await sleep(30);
    }
    await until("a visit", async () => (await counters()).visits > before);
    await sleep(700);
    assert.equal((await counters()).visits, before + 1);
    const other = await open("one\ntwo¦\n", "plaintext");
    moveTo(other, 0);
    await sleep(700);
    assert.equal((await counters()).visits, before + 1);
  });

  test("where the cursor rests the host reads ahead, once; not where something is selected or completion is off", async () => {
    const editor = await openSample("src/basket.ts");
    await sleep(700); // opening it is a rest too
    const rests = async () => (await counters()).rests;
    const total = async () => Object.values(await rests()).reduce((sum, count) => sum + count, 0);
    const line = editor.document
      .getText()
      .split("\n")
      .findLastIndex((text) => text.endsWith(";"));
    const { warmed = 0 } = await rests();
    moveTo(editor, line, editor.document.lineAt(line).text.length);
    await until("it is read", async () => ((await rests()).warmed ?? 0) > warmed);
    const after = await total();
    editor.selection = new vscode.Selection(line - 1, 0, line, 0);
    await sleep(500);
    assert.equal(await total(), after);
    await setSetting("enable", { "*": false });
    moveTo(editor, line, editor.document.lineAt(line).text.length);
    await until("it is not read", async () => ((await rests()).disabled ?? 0) > 0);
    assert.equal((await rests()).warmed, warmed + 1);
  });

  test("the inspector shows the pieces, what was redacted, and the prompt; the document as the editor has it", async () => {
    const editor = await openSample("src/basket.ts");
    const line = editor.document.lineCount - 1;
    const planted = ["tr0ub4dor", "3xQ"].join("&");
    await editor.edit((edit) =>
      edit.insert(new vscode.Position(line, 0), `const password = "${planted}";\n\nlet here = `),
    );
    moveTo(editor, editor.document.lineCount - 1, "let here = ".length);
    const piece = /\n {2}\w+ {2}src\/money\.ts:[\d, -]+ {2}\d+ tokens {2}\d/;
    await until("the imported file is read", async () => piece.test(await contextAt(editor))); // the first request is in a hurry
    const text = await inspected();
    assert.match(text, /^Line \d+, column 12\nContext: \d+ ms, index [a-z ]+\nRetrievers: [^\n]+\nSent: \d+ tokens\n/);
    assert.match(text, piece);
    assert.match(text, /\nSecrets redacted:\n {2}src\/basket\.ts {2}1 keyword\n/);
    assert.ok(text.trimEnd().endsWith("let here ="), text.slice(-200));
    assert.ok(!text.includes(planted));
  });

  test("a file that is neither open nor imported is found as soon as it is there, until .sottoignore names it", async () => {
    const root = vscode.workspace.workspaceFolders![0].uri.fsPath;
    const [parcels, ignore] = [path.join(root, "tools", "parcels.ts"), path.join(root, ".sottoignore")];
    const editor = await openSample("src/stock.js");
    await insertAtEnd(editor, "\nconst label = parcelLabel(");
    await until("the index", async () => (await contextAt(editor)).includes("index ready"));
    try {
      writeFileSync(
        parcels,
        "export function parcelLabel(weightGrams: number): string {\n  return String(weightGrams);\n}\n",
      );
      const createdMs = Date.now();
      await until("the index has the new file", async () => listed.test(await contextAt(editor)));
      console.log(`[test] a new file is found after ${Date.now() - createdMs} ms`);
      await insertAtEnd(editor, "1);\nconst other = parcelLabel(".padStart(100, "\n")); // a new place: nothing is kept for its own sake
      await until("it is in the prompt", async () => sent.test(await contextAt(editor)));
      assert.match(await inspected(), sent);
      writeFileSync(ignore, "parcels.ts\n");
      const ignoredMs = Date.now();
      await until("it is gone", async () => !(await contextAt(editor)).includes("parcelLabel(weightGrams"));
      console.log(`[test] a file that .sottoignore names is out of the context after ${Date.now() - ignoredMs} ms`);
    } finally {
      rmSync(parcels, { force: true });
      rmSync(ignore, { force: true });
    }
  });

  test("the index is closed where it is switched off, and opened again", async () => {
    const editor = await openSample("src/basket.ts");
    await setSetting("index", false);
    await until("no index", async () => (await contextAt(editor)).includes("index off"));
    await setSetting("index", undefined);
    await until("the index", async () => (await contextAt(editor)).includes("index ready"));
  });

  test("the inspector says why nothing would be sent", async () => {
    await open("plain words¦", "plaintext");
    assert.match(
      await inspected(),
      /\nNothing would be sent for untitled:Untitled-\d+: its language is not completed\.\n/,
    );
  });

  test("the inspector is a page, and plain text where nothing would be sent", async () => {
    const editor = await openSample("src/basket.ts");
    moveTo(editor, 5);
    await execute("sotto.showContext");
    const labels = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    await until("the page is open", () => labels().includes("Prompt at src/basket.ts:6"));
    await open("plain words¦", "plaintext");
    await execute("sotto.showContext");
    assert.equal(vscode.window.activeTextEditor?.document.uri.scheme, "sotto-context");
  });

  test("explains the suggestion at the cursor on a page beside it", async () => {
    const editor = await openSample("tools/sales.py");
    await insertAtEnd(editor, "\n\ndef total_again(rows):\n    return ");
    await execute("sotto.explain");
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const isExplained = (tab: vscode.Tab) => /^Why (this|no) suggestion\?/.test(tab.label);
    const tab = await until("the page", () => tabs().find(isExplained), 60_000);
    assert.match(tab.label, /tools\/sales\.py, line \d+, column 12$/);
    assert.ok(tab.input instanceof vscode.TabInputWebview);
  });

  test("summarises the active file on a page", async () => {
    await openSample("src/basket.ts");
    void execute("sotto.summarise"); // it ends when the model has written its sentences
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const isSummary = ({ label, input }: vscode.Tab) =>
      label === "src/basket.ts" && input instanceof vscode.TabInputWebview;
    await until("the page", () => tabs().some(isSummary), 60_000);
  });

  test("explains the definition around the cursor on a page", async () => {
    const editor = await openSample("src/basket.ts");
    const at = editor.document.positionAt(editor.document.getText().indexOf("class Basket") + 8);
    editor.selection = new vscode.Selection(at, at);
    await execute("sotto.explainHere");
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await until("the page", () => tabs().some(({ label }) => label === "class Basket"), 60_000);
  });
});
