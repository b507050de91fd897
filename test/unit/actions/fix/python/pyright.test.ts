// Python's types by pyright: a stand-in for its server says what it finds; which candidates pass, and what becomes of a server that hangs or ends.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createParsers } from "../../../../../common/syntax/parsers.ts";
import { fixesFor } from "../../../../../src/actions/fix/fix.ts";
import { openChecker } from "../../../../../src/actions/fix/openChecker.ts";
import { Pyright, pyrightOf } from "../../../../../src/actions/fix/python/pyright.ts";
import { pythonTypesOf } from "../../../../../src/actions/fix/python/pythonTools.ts";
import { withChanges } from "../../../../../src/typescript/problems.ts";
import { openDocument } from "../../../../../src/workspace/documents.ts";

const parsers = await createParsers();
const skip = process.platform === "win32" && "the stand-in is a script with a first line that names its interpreter";
const JSON_RPC = import.meta.resolve("vscode-jsonrpc/node");

/** A folder with a server of its own; `said(text)` gives the diagnostics, `names` what a completion offers. */
function folderWith(t: TestContext, said: string, names = "[]"): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-pyright-test-")));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(path.join(root, ".venv", "bin"), { recursive: true });
  const program = path.join(root, ".venv", "bin", "pyright-langserver");
  const server = `#!${process.execPath}
import(${JSON.stringify(JSON_RPC)}).then(({ default: rpc }) => {
  const connection = rpc.createMessageConnection(new rpc.StreamMessageReader(process.stdin), new rpc.StreamMessageWriter(process.stdout));
  const said = ${said};
  const tell = (uri, version, text) =>
    connection.sendNotification("textDocument/publishDiagnostics", { uri, version, diagnostics: said(text) });
  connection.onRequest("initialize", () => ({ capabilities: {} }));
  connection.onNotification("textDocument/didOpen", ({ textDocument: { uri, version, text } }) => tell(uri, version, text));
  connection.onNotification("textDocument/didChange", ({ textDocument: { uri, version }, contentChanges: [{ text }] }) => tell(uri, version, text));
  connection.onRequest("textDocument/completion", () => ${names}.map((label) => ({ label })));
  connection.onClose(() => process.exit(0));
  connection.listen();
});
`;
  writeFileSync(program, server);
  chmodSync(program, 0o755);
  return root;
}

const TEXT = "class User:\n    name = 1\n\n\ndef f(user: User) -> int:\n    return user.nmae\n";
const range = "{ start: { line: 5, character: 16 }, end: { line: 5, character: 20 } }";
const MISSPELT = `(text) => text.includes("nmae") ? [{ range: ${range}, severity: 1, code: "reportAttributeAccessIssue", message: 'Cannot access attribute "nmae" for class "User"' }] : []`;

async function fixed(t: TestContext, root: string, text: string) {
  const said: string[] = [];
  const uri = pathToFileURL(path.join(root, "a.py")).href;
  const document = openDocument({ uri, path: "a.py", languageId: "python", text }, parsers);
  const pyright = new Pyright(pyrightOf(root, "")!, root, (line) => said.push(line), 4_000);
  t.after(() => pyright.dispose());
  const opened = await openChecker(document, undefined, undefined, pyright);
  assert.ok("checker" in opened);
  const before = await opened.checker.problems();
  const fixes = before[0]
    ? (await fixesFor(document, before[0], before, opened, new AbortController().signal)).fixes
    : [];
  return { before, texts: fixes.map(({ edit }) => withChanges(text, [edit])), said };
}

test("a misspelt member: the server knows the members, and the near one passes", { skip }, async (t) => {
  const root = folderWith(t, MISSPELT, '["age", "name", "__class__"]');
  const { before, texts } = await fixed(t, root, TEXT);
  assert.deepEqual(
    before.map(({ start, end }) => TEXT.slice(start, end)),
    ["nmae"],
  );
  assert.deepEqual(texts, [TEXT.replace("nmae", "name")]);
});

test("warnings, and imports that another environment would know, are no problems of the file", { skip }, async (t) => {
  const others = `() => [
    { range: ${range}, severity: 2, message: "x is not accessed" },
    { range: ${range}, severity: 1, code: "reportMissingImports", message: 'Import "x" could not be resolved' },
    { range: ${range}, severity: 1, code: "reportAttributeAccessIssue", message: '"y" is unknown import symbol' }]`;
  assert.deepEqual((await fixed(t, folderWith(t, others), TEXT)).before, []);
});

test("a server that hangs, ends or cannot be started is named once and not asked again; the text is checked all the same", {
  skip,
}, async (t) => {
  const wrong = "def length(items):\n    return len(itmes)\n";
  const broken = folderWith(t, "() => []");
  writeFileSync(path.join(broken, ".venv", "bin", "pyright-langserver"), "no program");
  for (const [root, why] of [
    [folderWith(t, "() => { while (true); }"), /it took longer than 4 s/],
    [folderWith(t, "() => process.exit(1)"), /its server has ended/],
    [broken, /is not asked again: /],
  ] as const) {
    const { texts, said } = await fixed(t, root, wrong);
    assert.deepEqual(texts, [wrong.replace("itmes", "items")]);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0]!, why);
  }
});

test("pyright is asked where it is installed, otherwise mypy; neither: none", { skip }, (t) => {
  const root = folderWith(t, "() => []");
  assert.ok(pythonTypesOf(root, () => {}) instanceof Pyright);
  assert.equal(pyrightOf(tmpdir(), ""), undefined);
});
