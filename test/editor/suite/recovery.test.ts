// What is killed comes back by itself, and files that are too much are left alone without anything hanging.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {
  accept,
  addFunction,
  alive,
  closeEditors,
  counters,
  execute,
  modelReady,
  open,
  sotto,
  trigger,
  type,
  until,
} from "../../support/editorSuite.ts";

async function completes(): Promise<void> {
  const editor = await open(addFunction.source);
  await trigger();
  await accept(editor);
  assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
}

suite("recovery", () => {
  suiteSetup(modelReady);
  teardown(closeEditors);

  test("a killed host: the next request is answered by another", async () => {
    const { hostPid } = await counters();
    assert.ok(hostPid);
    process.kill(hostPid, "SIGKILL");
    await until("the host is gone", () => !alive(hostPid));
    const start = Date.now();
    const editor = await open(addFunction.source);
    // The first requests may end without a suggestion while the new host loads its model; where ghost text stands, VS Code does not ask again.
    await until(
      "a suggestion of another host",
      async () => {
        await execute("sotto.completeHere");
        await accept(editor, undefined, 5_000);
        return true;
      },
      40_000,
    );
    console.log(`[test] suggestion ${Date.now() - start} ms after the host was killed`);
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
    const now = (await counters()).hostPid;
    assert.ok(now !== undefined && now !== hostPid);
  });

  test("a killed agent: started again, and it knows the open documents", async () => {
    const editor = await open(addFunction.source);
    const { agentPid, hostPid } = await counters();
    const start = Date.now();
    process.kill(agentPid, "SIGKILL");
    await until("another agent", async () => (await counters()).agentPid !== agentPid);
    console.log(`[test] another agent after ${Date.now() - start} ms`);
    await modelReady();
    assert.equal((await counters()).hostPid, hostPid, "the host was kept");
    await trigger();
    await accept(editor);
    assert.equal(editor.document.lineAt(addFunction.line).text, addFunction.completed);
    await (await sotto()).request("sotto/unknown").catch(() => {}); // an unknown request harms nobody
    await completes();
  });

  test("one line of 1 MB", async () => {
    const editor = await open(`const data = "${"x".repeat(1 << 20)}¦`);
    const before = await counters();
    await type("abc", 80);
    await trigger();
    const after = await counters();
    assert.equal(after.modelCalls, before.modelCalls, JSON.stringify(after.none));
    assert.ok((after.none.lineTooLong ?? 0) > (before.none.lineTooLong ?? 0), JSON.stringify(after.none));
    assert.ok(editor.document.lineAt(0).text.endsWith("abc"));
    await completes();
  });

  test("a file of 10 MB", async () => {
    const folder = vscode.workspace.workspaceFolders?.[0].uri.fsPath;
    assert.ok(folder);
    const file = path.join(folder, "large.ts");
    writeFileSync(file, "export const value = 1;\n".repeat(Math.ceil((10 << 20) / 24)));
    try {
      const document = await vscode.workspace.openTextDocument(file);
      const editor = await vscode.window.showTextDocument(document);
      editor.selection = new vscode.Selection(0, 0, 0, 0);
      const before = await counters();
      await type("let x = ", 30);
      await trigger();
      const after = await counters();
      assert.equal(after.modelCalls, before.modelCalls);
      assert.ok((after.none.fileTooLarge ?? 0) > (before.none.fileTooLarge ?? 0), JSON.stringify(after.none));
      await closeEditors();
      await completes();
    } finally {
      rmSync(file, { force: true });
    }
  });

  test("a file that does not parse", async () => {
    await open(`${"}}} ((( class { =>\n".repeat(50)}${addFunction.source}`);
    const before = await counters();
    await trigger();
    assert.equal((await counters()).requests, before.requests + 1);
    await closeEditors();
    await completes();
  });
});
