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
} from "../../support/editorSuite.ts";

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

  test("what becomes of suggestions is inferred: Tab, the next word, Esc and other typing, a word and Tab, undo", async () => {
    /** How the counts of the agent change by what is done with a suggestion that has been looked at. */
    const changes = async (act: (editor: vscode.TextEditor) => Promise<unknown>) => {
      const { feedback: before } = await counters();
      const editor = await open(addFunction.source);
      await trigger();
      await sleep(1_000);
      await act(editor);
      await closeEditors();
      const { feedback: after } = await counters();
      const names = ["accepted", "partlyAccepted", "typedThrough", "rejected", "undone"].filter(
        (name) => after[name] !== before[name],
      );
      const characters = (after.charactersAccepted ?? 0) - (before.charactersAccepted ?? 0);
      return {
        ...Object.fromEntries(names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])),
        characters,
      };
    };
    const left = "a + b;".length; // behind "  return "
    assert.deepEqual(await changes(accept), { accepted: 1, characters: left });
    const words = await changes(async (editor) => {
      for (let word = 0; word < 3; word++) await accept(editor, "editor.action.inlineSuggest.acceptNextWord");
      await execute("editor.action.inlineSuggest.hide");
      await type("zz", 30);
    });
    assert.deepEqual(words, { partlyAccepted: 1, characters: "+ ".length }); // a single character may be a key
    const other = await changes(async () => {
      await execute("editor.action.inlineSuggest.hide");
      await type("zz", 30);
    });
    assert.deepEqual(other, { rejected: 1, characters: 0 });
    const wordAndTab = await changes(async (editor) => {
      await accept(editor, "editor.action.inlineSuggest.acceptNextWord");
      await accept(editor);
    });
    assert.deepEqual(wordAndTab, { accepted: 1, characters: left - 1 });
    const undone = await changes(async (editor) => {
      await accept(editor);
      await execute("undo");
    });
    assert.deepEqual(undone, { undone: 1, characters: 0 });
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
    const calls = after.modelCalls - before.modelCalls;
    const allowed = after.followUps - before.followUps + (after.callsBeside - before.callsBeside);
    assert.ok(calls <= allowed, `${calls} calls`); // but for what is asked for in advance, and for what else could stand there
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
