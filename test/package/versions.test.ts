// Two versions of the installed package at a time, and one that is replaced under its running host, as an update does it: each agent talks to a host of
// its own version, and what somebody has open goes on.

import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { nodeIn } from "../../scripts/package/targets.ts";
import { until } from "../support/hostProcess.ts";
import { LspClient } from "../support/lspClient.ts";
import { ownTarget, unpack, vsixFile } from "./support.ts";

const READY_MS = 120_000; // on a busy machine
const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-versions-"));
const [run, work] = ["run", "work"].map((name) => path.join(scratch, name)) as [string, string];
const older = path.join(scratch, "extensions", "sotto.sotto-0.1.0");
const newer = path.join(scratch, "extensions", "sotto.sotto-0.1.1");
const uri = pathToFileURL(path.join(work, "add.ts")).href;
const text = "export function add(a: number, b: number): number {\n  return a \n}\n";
const clients: LspClient[] = [];

/** Another build has other bytes. */
const rebuild = (extension: string) => appendFileSync(path.join(extension, "dist", "host.cjs"), "\n// another build\n");

before(() => {
  for (const folder of [run, work]) mkdirSync(folder, { mode: 0o700 });
  writeFileSync(path.join(work, "add.ts"), text);
  unpack(vsixFile(), older);
  cpSync(older, newer, { recursive: true });
  rebuild(newer);
});

after(async () => {
  for (const client of clients) client.process.kill();
  for (const { process } of clients)
    if (process.exitCode === null) await new Promise((end) => process.once("exit", end));
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
});

/** An editor with this version, in which the file is open. */
async function editorWith(extension: string): Promise<LspClient> {
  const command = [path.join(extension, nodeIn(ownTarget)), path.join(extension, "dist", "cli.cjs"), "language-server"];
  const env = { HOME: scratch, SOTTO_RUNTIME_DIR: run, SOTTO_HOST_IDLE_MS: "500" };
  const client = new LspClient([...command, "--stdio"] as unknown as [string, ...string[]], env, work);
  clients.push(client);
  const workspaceFolders = [{ uri: pathToFileURL(work).href, name: "work" }];
  await client.request("initialize", { processId: null, rootUri: null, workspaceFolders, capabilities: {} });
  client.notify("initialized", {});
  const textDocument = { uri, languageId: "typescript", version: 1, text };
  client.notify("textDocument/didOpen", { textDocument });
  return client;
}

/** What it suggests after "return a "; asked again until the model is there. */
function suggested(client: LspClient): Promise<string> {
  const params = { textDocument: { uri }, position: { line: 1, character: 11 }, context: { triggerKind: 1 } };
  const ask = async () => {
    const result = await client.request("textDocument/inlineCompletion", params);
    const [item] = Array.isArray(result) ? result : (result?.items ?? []);
    return item?.insertText as string | undefined;
  };
  return until("a suggestion comes", ask, READY_MS);
}

const hosts = () => readdirSync(run).filter((name) => name.endsWith(".sock"));

test("two versions side by side: both suggest, each by a host of its own", async () => {
  const [first, second] = await Promise.all([editorWith(older), editorWith(newer)]);
  assert.deepEqual(await Promise.all([suggested(first), suggested(second)]), ["+ b;", "+ b;"]);
  assert.equal(hosts().length, 2);
  await second.close();
  await until("the newer version's host ends without an editor", () => hosts().length === 1 || undefined);
  assert.equal(await suggested(first), "+ b;");
});

test("an update under a running host: the open editor goes on, and one that opens afterwards gets the new host", async () => {
  const [open] = clients as [LspClient];
  rebuild(older);
  assert.equal(await suggested(open), "+ b;");
  const reopened = await editorWith(older);
  assert.equal(await suggested(reopened), "+ b;");
  assert.equal(hosts().length, 2);
  await Promise.all([open.close(), reopened.close()]);
  await until("both hosts end", () => hosts().length === 0 || undefined);
});
