// The agent as a language server of any editor: its life, and what it makes of messages that are none. One process for each test.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { isRunning } from "../support/hostProcess.ts";
import { framed } from "../support/lspClient.ts";
import { Editors } from "./support/editorWindow.ts";

const editors = new Editors();
const [InvalidRequest, MethodNotFound, ServerNotInitialized] = [-32600, -32601, -32002];
const initialize = { processId: null, rootUri: null, capabilities: {} };

before(() => editors.start());
after(() => editors.dispose());

test("initialize is answered with what it can do, and stdout carries nothing else", async () => {
  const { client, initialized } = await editors.window();
  const { capabilities, serverInfo } = initialized;
  assert.equal(serverInfo.name, "sotto");
  assert.equal(capabilities.positionEncoding, "utf-16");
  assert.equal(capabilities.inlineCompletionProvider, true);
  assert.deepEqual(capabilities.textDocumentSync, { openClose: true, change: 2, save: true });
  assert.deepEqual(capabilities.codeActionProvider.codeActionKinds, [
    "refactor.rewrite.docstring",
    "quickfix",
    "refactor.rewrite.piece",
    "refactor.rewrite.nextEdit",
  ]);
  assert.ok(capabilities.executeCommandProvider.commands.includes("sotto.accepted"));
  await client.close();
  assert.equal(client.stderr, "");
  assert.equal(client.stray, "");
});

test("shutdown and exit end it with 0, exit alone with 1", async () => {
  const [polite, hasty] = await Promise.all([editors.window(), editors.window()]);
  assert.equal(await polite.client.request("shutdown"), null);
  polite.client.notify("exit");
  hasty.client.notify("exit");
  assert.equal((await polite.client.end()).status, 0);
  assert.equal((await hasty.client.end()).status, 1);
});

test("the end of stdin ends it within 200 ms, with 1 unless it was shut down", async () => {
  const windows = await Promise.all([editors.window(), editors.window(), editors.window()]);
  await windows[0].client.request("shutdown");
  const ends = [];
  for (const { client } of windows) {
    const startMs = performance.now();
    client.process.stdin.end();
    ends.push(await client.end(startMs));
  }
  assert.deepEqual(
    ends.map(({ status }) => status),
    [0, 1, 1],
  );
  assert.ok(Math.min(...ends.map(({ ms }) => ms)) < 200, JSON.stringify(ends)); // the least: others may keep the machine busy
});

test("the end of the editor's process ends it, even where stdin stays open", async () => {
  const editor = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const { client } = await editors.window({ params: { processId: editor.pid } });
  await client.request("sotto/counters");
  assert.ok(isRunning(client.process.pid!), "while the editor runs");
  const startMs = performance.now();
  editor.kill("SIGKILL");
  const { status, ms } = await client.end(startMs);
  assert.equal(status, 1);
  assert.ok(ms < 2_000, `${ms} ms`); // of which the library's own look would take 3 s
});

test("before initialize nothing is served, and a window is initialized once", async () => {
  const client = editors.agent();
  const early = await client.ask("textDocument/inlineCompletion", {});
  assert.ok([MethodNotFound, ServerNotInitialized].includes(early.error!.code));
  await client.request("initialize", initialize);
  const again = await client.ask("initialize", initialize);
  assert.equal(again.error?.code, InvalidRequest);
  await client.close();
});

test("an unknown request is refused, an unknown notification left", async () => {
  const { client } = await editors.window();
  client.notify("textDocument/unheardOf", {});
  client.notify("$/unheardOf", {});
  assert.equal((await client.ask("textDocument/hover", {})).error?.code, MethodNotFound);
  assert.equal(typeof (await client.request("sotto/counters")).requests, "number");
  await client.close();
});

test("a header that says no length ends it at once, and why is said on stderr", async () => {
  const { client } = await editors.window();
  client.write("Content-Lenth: 5\r\n\r\nhello");
  assert.equal((await client.end()).status, 1);
  assert.match(client.stderr, /^sotto: the editor's message cannot be read: Header must provide a Content-Length/);
});

test("a message that is no JSON is told on stderr and left; the next is answered", async () => {
  const { client } = await editors.window();
  client.write("Content-Length: 5\r\n\r\n{bad}");
  await client.request("sotto/counters");
  assert.match(client.stderr, /^sotto: the editor's message cannot be read: /);
  await client.close();
});

test("messages may come in pieces, several at once, and with more headers", async () => {
  const { client } = await editors.window({ params: { capabilities: {} } }); // nothing is asked of it, so no answer comes between
  const note = framed({ jsonrpc: "2.0", method: "$/unheardOf", params: { text: "ä😀" } });
  const typed = `Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n${note}`;
  for (const piece of [note.slice(0, 7), note.slice(7), note + typed]) {
    client.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(typeof (await client.request("sotto/counters")).requests, "number");
  await client.close();
});
