// Hostile files do not hold the agent: its real documents, context and filters on texts of up to 1 MB, by the longest time of the processor between
// two turns of the event loop. The bound is generous, since machines differ: before it was held, these texts took 240 to 2,000 ms.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Connection, InitializeParams } from "vscode-languageserver/node";
import { extension } from "../../src/agent/extension.ts";
import { openSession, type Session } from "../../src/agent/session.ts";
import { readSettings } from "../../src/config/settings.ts";
import { scriptedModel } from "./completion/scriptedModel.ts";

/** Far above what is measured (90 to 230 ms on a quiet machine; the goal is 50): beside other work it is twice that. A hang takes seconds. */
const MAX_BLOCK_MS = 1_500;

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-hostile-"));
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
after(() => rmSync(scratch, { recursive: true, force: true }));

const repeated = (row: string, units: number) => row.repeat(Math.floor(units / row.length));
const counted = (row: (i: number) => string, units: number) => {
  let text = "";
  for (let i = 0; text.length < units; i++) text += row(i);
  return text;
};
const SOME = 300_000;
const MANY = 990_000;
const hostile: Record<string, string> = {
  "10,000 open brackets": "(\n".repeat(10_000),
  "open round brackets": repeated(`${"(".repeat(30)}\n`, SOME),
  "open braces": repeated(`${"{".repeat(30)}\n`, SOME),
  "open templates": repeated("`${\n", SOME),
  "one line": repeated("a+", MANY),
  "100,000 lines": repeated("let a;\n", MANY),
  blanks: repeated(`${" ".repeat(15_000)}x\n`, MANY),
  comments: repeated("// a b c d e f\n", MANY),
  decorators: repeated("@a\n", MANY),
  functions: counted((i) => `export function f${i}(a: number): string { return String(a + ${i}); }\n`, MANY),
  imports: counted((i) => `import { a${i} } from "./m${i}";\n`, SOME),
  requires: counted((i) => `const r${i} = require("./m${i}");\n`, MANY),
  identifiers: counted((i) => `name${i} = other${i};\n`, SOME),
  "nested functions": counted((i) => `function f${i}(){\n`, SOME),
};

/** The agent of a window on an empty folder. */
async function openWindow(): Promise<Session> {
  const root = path.join(scratch, "w");
  mkdirSync(root);
  const say = () => {};
  const connection = {
    console: { info: say, warn: say, error: say, log: say, debug: say },
    sendRequest: async () => [],
  };
  const { settings } = readSettings(() => undefined);
  const more = { exclude: [], useClipboard: false, useCompiler: false, snoozedUntilMs: 0, trusted: true };
  const params = {
    initializationOptions: { ...settings, ...more },
    workspaceFolders: [{ uri: pathToFileURL(root).href, name: "w" }],
  };
  const asConnection = connection as unknown as Connection;
  const session = await openSession(
    asConnection,
    {},
    extension.open(asConnection, params as unknown as InitializeParams),
  );
  session.host.generate = scriptedModel("total([1]);\n").generate;
  session.host.wake = say;
  return session;
}

/** Processor time of this thread where Node tells it, otherwise of the process. */
const usedMs = () => {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1_000;
};

/** The longest time that `work` did not let others run. */
async function longestBlockMs(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = usedMs();
  let running = true;
  const turn = () => {
    const now = usedMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  await new Promise((resolve) => setTimeout(resolve, 20)); // what it left behind
  running = false;
  return longest;
}

/** Opens the text, asks at its end at once, in its middle once it is parsed, and types there. */
async function complete({ documents, sources, completer }: Session, text: string): Promise<void> {
  const uri = pathToFileURL(path.join(scratch, "w", "a.ts")).href;
  const middle = text.indexOf("\n", text.length / 2) + 1 || text.length;
  const askAt = async (offset: number) => {
    const document = documents.get(uri)!;
    await completer.complete({ document, offset, explicit: true }, new AbortController().signal);
  };
  documents.open({ uri, languageId: "typescript", version: 1, text });
  sources.opened(uri);
  await askAt(text.length);
  for (let i = 0; i < 200 && documents.get(uri)!.noTree === "it is still being parsed"; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await askAt(middle);
  const at = documents.get(uri)!.text.positionAt(middle);
  documents.change({
    textDocument: { uri, version: 2 },
    contentChanges: [{ range: { start: at, end: at }, text: "foo" }],
  });
  await askAt(middle + 3);
  documents.close(uri);
}

test("no hostile file holds the agent", async (t) => {
  const session = await openWindow();
  await complete(session, "function a(b) {\n  return b;\n}\n".repeat(100)); // loaded and compiled by now
  for (const [name, text] of Object.entries(hostile)) {
    const longest = await longestBlockMs(() => complete(session, text));
    t.diagnostic(`${name}: ${longest.toFixed(0)} ms`);
    assert.ok(longest <= MAX_BLOCK_MS, `${name}: ${longest.toFixed(0)} ms`);
  }
  session.adapters.dispose();
});
