// Suggestions of the embedded model, greedy, through the real editor: asked for, shown, taken, typed through, cancelled.

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
} from "./support.ts";

suite("completion", () => {
  suiteSetup(modelReady);
  teardown(closeEditors);

  test("asked for, accepted, undone; the agent hears of the acceptance", async () => {
    const editor = await open(addFunction.source);
    const before = await counters();
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
    await until("the agent counts it", async () => (await counters()).accepted === before.accepted + 1);
    await execute("undo");
    assert.equal(editor.document.lineAt(addFunction.line).text, "  return ");
  });

  test("the first word is accepted, then the rest", async () => {
    const editor = await open(addFunction.source);
    await trigger();
    await accept(editor, "editor.action.inlineSuggest.acceptNextWord");
    const { text } = editor.document.lineAt(addFunction.line);
    assert.ok(addFunction.completed.startsWith(text) && text.length > "  return ".length, text);
    assert.ok(text.length < addFunction.completed.length, text);
    await accept(editor);
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
  });

  test("typing brings a suggestion by itself", async () => {
    const editor = await open("function add(a: number, b: number): number {\n  ¦\n}\n");
    await type("return ", 30);
    await accept(editor);
    assert.equal(editor.document.lineAt(1).text, addFunction.completed);
  });

  test("typing what is suggested costs no call of the model", async () => {
    const editor = await open(addFunction.source);
    await trigger();
    const before = await counters();
    await type("a + ", 150);
    const after = await until("answers to the typed keys", async () => {
      const now = await counters();
      return now.requests > before.requests && now;
    });
    assert.equal(after.modelCalls, before.modelCalls);
    assert.ok((after.shown.typedAsSuggested ?? 0) > (before.shown.typedAsSuggested ?? 0), JSON.stringify(after.shown));
    await accept(editor);
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
  });

  test("a newer keystroke cancels the request before it", async () => {
    const filler = Array.from({ length: 40 }, (_, i) => `const value${i} = compute(${i}, "${i * 7}");\n`).join("");
    await open(`${filler}¦`);
    const before = await counters();
    await type("let rest", 70);
    await sleep(500);
    const after = await counters();
    assert.ok((after.none.cancelled ?? 0) > (before.none.cancelled ?? 0), JSON.stringify(after.none));
  });

  for (const [language, source, line, completed] of [
    ["javascript", "function multiply(a, b) {\n  return ¦\n}\n", 1, "  return a * b;"],
    ["python", "def add(a, b):\n    return ¦\n", 1, "    return a + b"],
    ["typescriptreact", addFunction.source, 1, addFunction.completed],
    ["javascriptreact", "function multiply(a, b) {\n  return ¦\n}\n", 1, "  return a * b;"],
  ] as const) {
    test(`in ${language}`, async () => {
      const editor = await open(source, language);
      await trigger();
      await accept(editor);
      assert.equal(editor.document.lineAt(line).text, completed);
    });
  }

  test("characters outside the basic plane before the cursor", async () => {
    const smile = `const smile = "😀😀"; // 👩‍👩‍👧`;
    const editor = await open(`${smile}\n${addFunction.source}`);
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(0).text, smile);
    assert.match(editor.document.lineAt(2).text, /^ {2}return \S.*;$/); // in its place; which words is the model's business
    assert.equal(editor.document.lineAt(3).text, "}");
  });

  test("a file with CRLF line ends keeps them", async () => {
    const editor = await open(addFunction.source.replaceAll("\n", "\r\n")); // the editor makes all line ends alike
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    await trigger();
    await accept(editor);
    const text = editor.document.getText();
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
    assert.equal(text.replaceAll("\r\n", "").includes("\n"), false);
  });

  test("the suggest widget's selected item comes first in what is suggested", async () => {
    const editor = await open("const alphabet = 1;\nconst twice = alph¦;\n");
    const before = await counters();
    await execute("editor.action.triggerSuggest");
    await until("an answer while the widget is open", async () => (await counters()).requests > before.requests);
    await execute("hideSuggestWidget");
    assert.equal(editor.document.lineAt(1).text, "const twice = alph;");
  });
});
