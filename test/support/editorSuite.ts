// Helpers shared by the tests inside the extension host: the extension's test API, documents with a cursor mark, waiting.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import type { SottoApi } from "../../src/extension.ts";
import { withPlainLineEnds } from "../../src/feedback/edits.ts";
import { AgentMethod, type Counters } from "../../src/protocol/messages.ts";

/** A prompt whose greedy answer of the embedded model is one line and stable. The cursor is at ¦. */
export const addFunction = {
  source: "function add(a: number, b: number): number {\n  return ¦\n}\n",
  line: 1,
  completed: "  return a + b;",
};

export const execute = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The activated extension's test API. */
export async function sotto(): Promise<SottoApi> {
  const extension = vscode.extensions.getExtension<SottoApi>("sotto.sotto");
  assert.ok(extension, "the extension is not installed");
  return extension.activate();
}

export async function counters(): Promise<Counters> {
  return (await sotto()).request<Counters>(AgentMethod.counters);
}

/** Waits until `probe` returns a truthy value; an exception counts as not yet. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<Exclude<T, false | undefined>> {
  const deadlineMs = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadlineMs) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | undefined>;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  throw new Error(`timed out: ${what}${last ? ` (${last})` : ""}`);
}

/** Waits until the model is loaded. */
export async function modelReady(): Promise<void> {
  const api = await sotto();
  await until("the model is ready", () => /^Sotto: (ready|working)\./.test(api.statusText()), 45_000).catch((error) =>
    assert.fail(`${error.message}; the status item says: ${api.statusText()}`),
  );
}

let opened = 0;

/**
 * Opens a new document; the cursor goes to where ¦ stands in `source`. The agent's cache does not know it, since each ends in another number of
 * empty lines: they leave the model's answer as it is, which a comment of its own changes now and then.
 */
export async function open(source: string, language = "typescript"): Promise<vscode.TextEditor> {
  const offset = source.indexOf("¦");
  const lineBreak = source.includes("\r\n") ? "\r\n" : "\n";
  const content = source.replace("¦", "") + lineBreak.repeat(opened++);
  const editor = await until("a document with this content", () => shown(language, content));
  const { document } = editor;
  const cursor = document.positionAt(Math.max(0, offset));
  editor.selection = new vscode.Selection(cursor, cursor);
  return editor;
}

/** Shows a new document; undefined where VS Code has restored the backup of a closed document of the same name ("Untitled-1"). */
async function shown(language: string, content: string): Promise<vscode.TextEditor | undefined> {
  const document = await vscode.workspace.openTextDocument({ language, content });
  const editor = await vscode.window.showTextDocument(document);
  if (withPlainLineEnds(document.getText()) === withPlainLineEnds(content)) return editor;
  console.log("[test] a closed document's backup was opened instead of a new document; once more");
  await execute("workbench.action.revertAndCloseActiveEditor");
  return undefined;
}

/** Asks for a suggestion and waits until the agent has answered. */
export async function trigger(): Promise<void> {
  const before = (await counters()).requests;
  await execute("sotto.completeHere");
  await until("an answer of the agent", async () => (await counters()).requests > before);
}

/** Takes the ghost text (no public event tells when it is there): repeats the command until the document changes. */
export async function accept(
  { document }: vscode.TextEditor,
  command = "editor.action.inlineSuggest.commit",
  timeoutMs = 10_000,
): Promise<void> {
  const { version } = document;
  await until(
    `${command} changes the document`,
    async () => {
      await execute(command); // awaited: a queued one would run in the next step
      await sleep(30);
      return document.version !== version;
    },
    timeoutMs,
  ).catch(async (error) => assert.fail(`${error.message}; the agent has counted ${JSON.stringify(await counters())}`));
}

/** Types as a person does. */
export async function type(text: string, delayMs: number): Promise<void> {
  for (const character of text) {
    await execute("type", { text: character });
    await sleep(delayMs);
  }
}

/** Closes every editor without asking whether to save. */
export async function closeEditors(): Promise<void> {
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  for (let left = tabs().length; left > 0; left--) await execute("workbench.action.revertAndCloseActiveEditor");
  await until("all editors are closed", () => tabs().length === 0);
}

/** Whether a process is alive; a zombie counts as dead. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Sets one of our settings for the user; undefined removes it. */
export async function setSetting(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration("sotto").update(key, value, vscode.ConfigurationTarget.Global);
}
