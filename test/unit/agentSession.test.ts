// A window's real session: what an untrusted workspace must not do, and what its ignore files still do. Only the model is a test's.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Connection, InitializeParams } from "vscode-languageserver/node";
import { extension } from "../../src/agent/extension.ts";
import { openSession, type Session } from "../../src/agent/session.ts";
import { contextText } from "../../src/completion/contextText.ts";
import { readSettings } from "../../src/config/settings.ts";
import type { AgentConfiguration } from "../../src/protocol/messages.ts";
import { type ScriptedModel, scriptedModel } from "./completion/scriptedModel.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-session-"));
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
after(() => rmSync(scratch, { recursive: true, force: true }));

const root = path.join(scratch, "w");
const TEXT = 'import { total } from "./total.ts";\n\nexport const sum = \n';
for (const [file, text] of Object.entries({
  ".gitignore": "/made/\n",
  ".sottoignore": "mine.ts\n",
  "total.ts":
    "/** What only this file says. */\nexport function total(values: number[]): number {\n  return values.length;\n}\n",
  "sum.ts": TEXT,
})) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}
const uriOf = (file: string) => pathToFileURL(path.join(root, file)).href;
const never = new AbortController().signal;

interface Window {
  session: Session;
  model: ScriptedModel;
  asked: string[]; // of the editor
  suggested(file: string): Promise<string>;
}

/** A window on the folder, with an editor that tells nothing. */
async function window(trusted: boolean): Promise<Window> {
  const asked: string[] = [];
  const say = () => {};
  const connection = {
    console: { info: say, warn: say, error: say, log: say, debug: say },
    sendRequest: async (method: string) => {
      asked.push(method);
      return [];
    },
  };
  const initializationOptions: AgentConfiguration = {
    ...readSettings(() => undefined).settings,
    exclude: ["left/"],
    useClipboard: true,
    snoozedUntilMs: 0,
    trusted,
  };
  const params = { initializationOptions, workspaceFolders: [{ uri: pathToFileURL(root).href, name: "w" }] };
  const asConnection = connection as unknown as Connection;
  const session = await openSession(
    asConnection,
    {},
    extension.open(asConnection, params as unknown as InitializeParams),
  );
  const model = scriptedModel("total([1]);\n");
  session.host.generate = model.generate;
  session.host.inspect = async ({ pieces, prefix }) => {
    const sent = pieces.map((piece) => ({ ...piece, tokens: 1 }));
    return { pieces: sent, dropped: [], prompt: prefix, tokens: 1 };
  };
  session.host.wake = say;
  session.sourcesOf(uriOf("sum.ts"))!.patienceMs = 30_000; // what is not sent was not late
  const suggested = async (file: string) => {
    const uri = uriOf(file);
    const document = session.documents.open({ uri, languageId: "typescript", version: 1, text: TEXT });
    session.sources.opened(uri);
    const { outcome } = await session.completer.complete({ document, offset: TEXT.length - 1, explicit: true }, never);
    return outcome.kind === "none" ? outcome.reason : outcome.items[0].text;
  };
  return { session, model, asked, suggested };
}

/** The paths of the files whose pieces went with the last prompt. */
const sent = ({ model }: Window) => new Set(model.calls.at(-1)!.prompt.pieces.map((piece) => piece.path));

test("nothing but the open file goes into a prompt where the workspace is not trusted", async () => {
  const trusted = await window(true);
  assert.equal(await trusted.suggested("sum.ts"), "total([1]);");
  assert.deepEqual(sent(trusted), new Set(["total.ts"]), "what there would be to send");

  const untrusted = await window(false);
  assert.equal(await untrusted.suggested("sum.ts"), "total([1]);");
  assert.deepEqual(sent(untrusted), new Set());
  assert.doesNotMatch(JSON.stringify(untrusted.model.calls), /What only this file says/);
  assert.deepEqual(untrusted.asked, [], "neither definitions nor the clipboard");
  const sources = untrusted.session.sourcesOf(uriOf("sum.ts"))!;
  assert.deepEqual(await sources.workspace.list(), []);
  assert.equal(await sources.workspace.read("total.ts"), undefined);
  for (const { session } of [trusted, untrusted]) session.adapters.dispose();
});

test("the workspace's own compiler is code of the workspace: none is asked before it is trusted", async () => {
  for (const trusted of [true, false]) {
    const { session } = await window(trusted);
    assert.equal(session.compilerOf(uriOf("sum.ts")) !== undefined, trusted);
    session.configuration = { ...session.configuration, trusted: true };
    assert.ok(session.compilerOf(uriOf("sum.ts")), "as soon as it is");
    session.configuration = { ...session.configuration, useCompiler: false };
    assert.equal(session.compilerOf(uriOf("sum.ts")), undefined);
    session.adapters.dispose();
  }
});

test("what an ignore file or the setting keeps shut is not completed, whether the workspace is trusted or not", async () => {
  for (const trusted of [true, false]) {
    const opened = await window(trusted);
    for (const file of ["made/a.ts", "mine.ts", "left/a.ts", ".env.ts"])
      assert.equal(await opened.suggested(file), "ignoredFile", `${file}, trusted: ${trusted}`);
    assert.deepEqual(opened.model.calls, []);
    opened.session.adapters.dispose();
  }
});

test("the prompt inspector says that the document is all there is, and of a file that is shut why", async () => {
  const { session, suggested } = await window(false);
  const shown = async (file: string) => {
    await suggested(file);
    const uri = uriOf(file);
    const deps = { sources: session.sourcesOf(uri), model: session.modelFor(uri), tier: undefined };
    return (await contextText(session.documents.get(uri)!, TEXT.length - 1, deps, never)).text;
  };
  assert.match(await shown("sum.ts"), /^Context: of this document alone\n/);
  assert.equal(await shown("mine.ts"), "Nothing would be sent for mine.ts: excluded by .sottoignore.");
  session.adapters.dispose();
});
