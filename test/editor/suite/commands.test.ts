// Activation, every command, the states of the status item, settings that do not fit.

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { commands } from "../../../src/config/commands.ts";
import {
  accept,
  addFunction,
  closeEditors,
  counters,
  execute,
  modelReady,
  open,
  setSetting,
  sleep,
  sotto,
  trigger,
  type,
  until,
} from "../../support/editorSuite.ts";

suite("commands and settings", () => {
  suiteSetup(modelReady);
  teardown(async () => {
    await execute("sotto.cancelSnooze");
    for (const key of ["enable", "maxTokens", "multiLine", "quiet"]) await setSetting(key, undefined);
    await closeEditors();
  });

  test("activation", async () => {
    const api = await sotto();
    console.log(`[test] VS Code ${vscode.version} (${vscode.env.appName}), Node ${process.version}`);
    console.log(`[test] activate() took ${api.activationMs.toFixed(1)} ms`);
    console.log(`[test] ${api.statusText()}`);
    assert.match(api.statusText(), /ready\. \S+ on \S+/);
  });

  test("every command of the table is registered", async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const id of Object.keys(commands)) assert.ok(registered.has(id), id);
  });

  test("a language is switched off and on again", async () => {
    const api = await sotto();
    await open(addFunction.source);
    await execute("sotto.disableLanguage");
    await until("the status item says so", () => api.statusText().startsWith("Sotto: off for typescript"));
    const before = await counters();
    await trigger();
    const after = await counters();
    assert.equal(after.none.disabled, (before.none.disabled ?? 0) + 1);
    assert.equal(after.modelCalls, before.modelCalls);
    await execute("sotto.enableLanguage");
    await until("ready again", () => /^Sotto: ready/.test(api.statusText()));
  });

  test("off for every language, and a language that Sotto does not know", async () => {
    const api = await sotto();
    await open("plain words¦", "plaintext");
    await until("not for it", () => api.statusText().startsWith("Sotto: not for plaintext"));
    await setSetting("enable", { "*": false });
    await until("off", () => api.statusText().startsWith("Sotto: off."));
  });

  test("a snooze stops automatic suggestions, not those that are asked for", async () => {
    const api = await sotto();
    const editor = await open("function add(a: number, b: number): number {\n  ¦\n}\n");
    await execute("sotto.snooze", 5);
    assert.match(api.statusText(), /^Sotto: snoozed\. No suggestions until/);
    const before = await counters();
    await type("return ", 100);
    const after = await until("an automatic request", async () => {
      const now = await counters();
      return (now.none.snoozed ?? 0) > (before.none.snoozed ?? 0) && now;
    });
    assert.equal(after.modelCalls, before.modelCalls);
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(1).text, addFunction.completed);
    await execute("sotto.cancelSnooze");
    await until("ready again", () => /^Sotto: ready/.test(api.statusText()));
  });

  test("who asks where nothing comes reads why, in the status too", async () => {
    const api = await sotto();
    await open('const greeting = "¦hello";\n');
    await setSetting("enable", { "*": false });
    await until("off", () => api.statusText().startsWith("Sotto: off."));
    await trigger();
    await setSetting("enable", undefined);
    await until("ready again", () => /^Sotto: ready/.test(api.statusText()));
    assert.match(api.statusText(), /\nNothing shown here: suggestions are switched off for this language\.\n/);
    assert.match(api.statusText(), /\nSince this window opened: .*nothing .*suggestions are switched off/);
  });

  test("more suggestions and fewer, in steps", async () => {
    const eagerness = () => vscode.workspace.getConfiguration("sotto").get("eagerness");
    for (const [command, expected] of [
      ["sotto.showMore", "more"],
      ["sotto.showMore", "more"],
      ["sotto.showFewer", "usual"],
      ["sotto.showFewer", "fewer"],
      ["sotto.showMore", "usual"],
    ] as const) {
      await execute(command);
      await until(`${command}: ${expected}`, () => eagerness() === expected);
    }
    await setSetting("eagerness", undefined);
  });

  test("quiet mode: nothing by itself, and what is asked for", async () => {
    const api = await sotto();
    const editor = await open("function add(a: number, b: number): number {\n  ¦\n}\n");
    await execute("sotto.enterQuietMode");
    await until("quiet", () => api.statusText().startsWith("Sotto: quiet."));
    const before = await counters();
    await type("return ", 100);
    const after = await until("an automatic request", async () => {
      const now = await counters();
      return (now.none.quiet ?? 0) > (before.none.quiet ?? 0) && now;
    });
    assert.equal(after.modelCalls, before.modelCalls);
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(1).text, addFunction.completed);
    await execute("sotto.leaveQuietMode");
    await until("ready again", () => /^Sotto: ready/.test(api.statusText()));
  });

  test("a corrupt setting gives its default and one warning", async () => {
    const api = await sotto();
    await setSetting("maxTokens", "many");
    await until("a warning", () => api.statusText().includes("The setting sotto.maxTokens must be a whole number"));
    const editor = await open(addFunction.source);
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
    await setSetting("maxTokens", undefined);
    await until("no warning", () => !api.statusText().includes("sotto.maxTokens"));
  });

  test("maxTokens cuts a suggestion", async () => {
    await setSetting("maxTokens", 4);
    await sleep(100);
    const source = "const primes = [2, 3, 5, 7, 11,¦\n";
    const editor = await open(source);
    await trigger();
    await accept(editor).catch(() => {}); // what is cut may also be withheld
    const added = editor.document.lineAt(0).text.length - source.length + 2;
    assert.ok(added <= 16, `${added} characters from 4 tokens`);
  });

  test("restart host: another process, and suggestions go on", async () => {
    const { hostPid } = await counters();
    assert.ok(hostPid);
    await execute("sotto.restartHost");
    await until("another host", async () => {
      const now = (await counters()).hostPid;
      return now !== undefined && now !== hostPid;
    });
    const editor = await open(addFunction.source); // the status item speaks of the active editor's language
    await modelReady();
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
  });

  test("show statistics, which outlive the agent, and reset them", async () => {
    const api = await sotto();
    await execute("sotto.resetStatistics", "counts");
    const editor = await open(addFunction.source);
    await trigger();
    await accept(editor);
    const { agentPid } = await counters();
    await api.stop();
    api.start();
    await until("another agent", async () => (await counters()).agentPid !== agentPid);
    await modelReady();
    const shown = () => vscode.window.activeTextEditor?.document;
    await execute("sotto.showStatistics");
    assert.equal(shown()?.uri.scheme, "sotto-statistics");
    await until("the suggestion is in it", () => /\nShown +1 +1 +1\n/.test(shown()?.getText() ?? ""));
    assert.match(shown()!.getText(), /\n {2}accepted +1 \(100 %\)/);
    assert.match(shown()!.getText(), /\nNot measured later, times +[1-5] /);
    await execute("sotto.resetStatistics", "counts");
    await until("the open document follows", () => /\nShown +0 +0 +0\n/.test(shown()?.getText() ?? ""));
    await execute("sotto.showDashboard");
    const isDashboard = ({ input }: vscode.Tab) => input instanceof vscode.TabInputWebview;
    await until("the dashboard is open", () => vscode.window.tabGroups.activeTabGroup.tabs.some(isDashboard));
  });

  test("show log opens the log", async () => {
    const isLog = ({ document: { uri } }: vscode.TextEditor) => uri.scheme === "output" && /sotto/i.test(uri.path);
    await execute("sotto.showLog");
    await until("the log is on the screen", () => vscode.window.visibleTextEditors.find(isLog));
    await execute("workbench.action.closePanel");
  });
});
