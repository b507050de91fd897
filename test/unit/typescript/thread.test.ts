// The compiler's thread: when it answers, when it is late, and that it comes and goes without anybody noticing.

import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { shippedCompiler } from "../../../src/typescript/loadCompiler.ts";
import {
  CheckFailed,
  CompilerThread,
  type CompilerThreadOptions,
  DocumentChanged,
} from "../../../src/typescript/thread.ts";
import { type OpenDocument, openDocument } from "../../../src/workspace/documents.ts";
import { folderOf } from "./folder.ts";

const root = packageRoot(import.meta.dirname);
const editorCompiler = path.join(root, "node_modules", "typescript");
const parsers = await createParsers();
const signal = new AbortController().signal;

function threadOf(t: TestContext, open: OpenDocument[], folder: string, options: Partial<CompilerThreadOptions> = {}) {
  const said: string[] = [];
  const thread = new CompilerThread({
    root: folder,
    editorCompiler,
    script: path.join(root, "src", "typescript", "worker.ts"),
    exclude: () => [],
    openDocuments: () => open,
    log: (line) => said.push(line),
    ...options,
  });
  t.after(() => thread.dispose());
  const ask = (document: OpenDocument, text: string, budgetMs = 60_000, signalled = signal) =>
    thread.unknownIn({ document, offset: document.text.getText().length, text, replaceAfter: 0 }, budgetMs, signalled);
  return { thread, said, ask };
}

function documentIn(folder: string, name: string, text: string, languageId = "typescript"): OpenDocument {
  const uri = pathToFileURL(path.join(folder, name)).href;
  return openDocument({ uri, path: name, languageId, text }, parsers);
}

const there = { unknown: [{ name: "there", kind: "name", start: 0 }] };

test("building, then an answer; edits and other documents are told", async (t) => {
  const { root: folder } = folderOf(t, { "library.ts": "export const a = 1;" });
  const open = [documentIn(folder, "here.ts", "import { a } from './library';\n")];
  const { thread, ask, said } = threadOf(t, open, folder);
  assert.deepEqual(await ask(open[0]!, "there();"), { reason: "building" });
  assert.equal(await thread.built(open[0]!), undefined);
  assert.deepEqual(await ask(open[0]!, "there(); a.toFixed();"), there);

  open[0] = documentIn(folder, "here.ts", "import { a, b } from './library';\nfunction there() {}\n");
  assert.deepEqual(await ask(open[0], "there();"), { unknown: [] });
  open.push(documentIn(folder, "library.ts", "export const a = 1; export const b = { one: 1 };"));
  assert.deepEqual(await ask(open[0], "b.two;"), {
    unknown: [{ name: "two", kind: "member", start: 2, instead: ["one"] }],
  });
  open.pop();
  assert.deepEqual(await ask(open[0], "b.two;"), { unknown: [] }, "closed: as on the disk, where there is no b");
  const ahead = documentIn(folder, "here.ts", "export const there = 1;\n");
  assert.deepEqual(await ask(ahead, "there;"), { unknown: [] }, "the document of the question, as it will be");
  assert.deepEqual(await ask(open[0], "there; where;"), { unknown: [{ name: "where", kind: "name", start: 7 }] });
  assert.deepEqual(said, []);
});

test("the workspace's own compiler comes first; one that does not fit is named", async (t) => {
  const stub =
    "exports.createLanguageService = () => {}; exports.sys = {}; throw new Error('the workspace has its own');";
  const { root: folder, write } = folderOf(t, {
    "node_modules/typescript/package.json": JSON.stringify({ name: "typescript", version: "5.0.0" }),
    "node_modules/typescript/lib/typescript.js": stub,
  });
  const open = [documentIn(folder, "here.ts", "export {};\n")];
  const own = threadOf(t, open, folder);
  assert.equal(await own.thread.built(open[0]!), undefined, "the editor's takes its place");
  assert.match(own.said.join(), /the workspace has its own/);

  write("node_modules/typescript/package.json", JSON.stringify({ name: "typescript", version: "7.1.0" }));
  const tooNew = threadOf(t, open, folder, { editorCompiler: undefined });
  assert.equal(await tooNew.thread.built(open[0]!), "noCompiler");
  assert.match(tooNew.said.join(), /TypeScript 7\.1\.0 .* has no compiler that Sotto can ask/);
  assert.deepEqual(await tooNew.ask(open[0]!, "there();"), { reason: "noCompiler" });
});

test("a checker: problems, the compiler's own fixes, whether a change is one; built anew where the disk has changed", async (t) => {
  const text = "import { known } from './library';\nknwon + 1;\n";
  const files = { "tsconfig.json": "{}", "library.ts": "export const known = 1;", "here.ts": text };
  const { root: folder, write } = folderOf(t, files);
  const document = documentIn(folder, "here.ts", text);
  const { thread } = threadOf(t, [document], folder);
  const checker = await thread.checkerOf(document);
  assert.ok("problems" in checker, JSON.stringify(checker));
  const before = await checker.problems();
  assert.deepEqual(
    before.map(({ start, end }) => text.slice(start, end)),
    ["knwon"],
  );
  const fixes = await checker.ownFixes(before[0]!);
  assert.ok(fixes.some(({ changes: [change] }) => change?.newText === "known"));
  const { start, end } = before[0]!;
  const faultOf = (newText: string) => checker.faultOf([{ start, end, newText }], before[0]!, before);
  assert.equal(await faultOf("known"), undefined);
  assert.equal(await faultOf("other"), "newProblem");

  write("more.ts", "declare const knwon: number;"); // a script: for all files
  thread.changed([path.join(folder, "more.ts")]);
  assert.deepEqual(await checker.problems(), []);

  assert.deepEqual(await thread.checkerOf(documentIn(folder, "a.py", "", "python")), { reason: "otherLanguage" });
});

test("a checker says nothing of a document that has changed, or when its thread has ended", async (t) => {
  const { root: folder } = folderOf(t, { "tsconfig.json": "{}" });
  const document = documentIn(folder, "here.ts", "const a: string = 1;\n");
  const changing = Object.create(document, { version: { get: () => version } }) as OpenDocument;
  let version = 1;
  const { thread } = threadOf(t, [], folder);
  const checker = await thread.checkerOf(changing);
  assert.ok("problems" in checker);
  const asked = checker.problems();
  version = 2;
  await assert.rejects(asked, DocumentChanged);
  const ended = await thread.checkerOf(document);
  assert.ok("problems" in ended);
  const waiting = ended.problems();
  thread.dispose();
  await assert.rejects(waiting, CheckFailed);
});

test("a check that takes too long is late; the thread goes on, and says which compiler it has", async (t) => {
  const { root: folder } = folderOf(t, { "tsconfig.json": "{}" });
  const document = documentIn(folder, "here.ts", "const a: string = 1;\n");
  const told: string[] = [];
  const { thread } = threadOf(t, [document], folder, { checkMs: 0, tell: (line) => told.push(line) });
  const checker = await thread.checkerOf(document);
  assert.ok("problems" in checker);
  await assert.rejects(checker.problems(), (error) => error instanceof CheckFailed && error.reason === "late");
  assert.ok(thread.isRunning);
  assert.match(told.join(), /^TypeScript \d+\.\d+\.\d+ of the editor checks /);
});

test("where the workspace's compiler cannot be asked and there is no editor's, Sotto's own is taken", async (t) => {
  const { root: folder } = folderOf(t, {
    "node_modules/typescript/package.json": JSON.stringify({ name: "typescript", version: "7.0.2" }),
  });
  const open = [documentIn(folder, "here.ts", "export {};\n")];
  const told: string[] = [];
  const options = {
    editorCompiler: undefined,
    shippedCompiler: shippedCompiler(),
    tell: (line: string) => told.push(line),
  };
  const { thread, said } = threadOf(t, open, folder, options);
  assert.equal(await thread.built(open[0]!), undefined);
  assert.match(said.join(), /TypeScript 7\.0\.2 .* has no compiler that Sotto can ask/);
  assert.match(told.join(), /^TypeScript \d+\.\d+\.\d+ of Sotto checks /);
});

test("late: after its budget, or when the request is given up", async (t) => {
  const { root: folder } = folderOf(t, { "a/tsconfig.json": "{}", "b/tsconfig.json": "{}", "c/tsconfig.json": "{}" });
  const open = ["a", "b", "c"].map((name) => documentIn(folder, `${name}/${name}.ts`, "export {};\n"));
  const { thread, ask } = threadOf(t, open, folder);
  await thread.built(open[0]!);
  thread.prepare(open[1]!); // keeps it busy for longer than a millisecond
  assert.deepEqual(await ask(open[0]!, "there();", 1), { reason: "late" });
  const aborted = new AbortController();
  const answer = ask(open[0]!, "there();", 60_000, aborted.signal);
  aborted.abort();
  assert.deepEqual(await answer, { reason: "late" });
  assert.equal(await thread.built(open[1]!), undefined);
  thread.prepare(open[2]!); // keeps it busy until both questions are there
  const [older, newer] = [ask(open[0]!, "there();"), ask(open[1]!, "there();")];
  assert.deepEqual(await newer, there);
  assert.deepEqual(await older, { reason: "late" }, "the newest question counts");
});

test("what had no program gets one when the disk has changed", async (t) => {
  const { root: folder, write } = folderOf(t, { ".sottoignore": "here.ts\n" });
  const open = [documentIn(folder, "here.ts", "export {};\n")];
  const { thread, ask } = threadOf(t, open, folder);
  assert.equal(await thread.built(open[0]!), "noProgram");
  assert.deepEqual(await ask(open[0]!, "there();"), { reason: "noProgram" });
  write(".sottoignore", "nothing.ts\n");
  await new Promise((resolve) => setTimeout(resolve, 600)); // the rules look at their files twice a second
  thread.changed([path.join(folder, ".sottoignore")]);
  assert.equal(await thread.built(open[0]!), undefined);
  assert.deepEqual(await ask(open[0]!, "there();"), there);
});

test("languages and places that it has no say in", async (t) => {
  const { root: folder } = folderOf(t, {});
  const python = documentIn(folder, "a.py", "", "python");
  const untitled = openDocument({ uri: "untitled:a", path: "a", languageId: "typescript", text: "" }, parsers);
  const { ask } = threadOf(t, [python, untitled], folder, { script: "/there/is/none" });
  assert.deepEqual(await ask(python, "there"), { reason: "otherLanguage" });
  assert.deepEqual(await ask(untitled, "there"), { reason: "otherLanguage" });
});

test("idle, it ends, and comes back when it is needed", async (t) => {
  const { root: folder } = folderOf(t, {});
  const open = [documentIn(folder, "a.ts", "export {};\n")];
  const { thread, ask } = threadOf(t, open, folder, { idleMs: 300 });
  await thread.built(open[0]!);
  while (thread.isRunning) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(await ask(open[0]!, "there();"), { reason: "building" });
});

test("out of memory it fails, and is not started for ever", async (t) => {
  const { root: folder } = folderOf(t, {});
  const open = [documentIn(folder, "a.ts", "export {};\n")];
  const { thread, said } = threadOf(t, open, folder, { heapMb: 12 });
  assert.equal(await thread.built(open[0]!), "failed");
  assert.equal(await thread.built(open[0]!), "failed");
  const ends = said.length;
  assert.ok(ends >= 1, said.join("\n"));
  assert.equal(await thread.built(open[0]!), "failed");
  assert.equal(said.length, ends, "it was not started again");
  assert.equal(thread.isRunning, false);
});

test("the rest of an edit: found in time, or late after its budget, or given up", async (t) => {
  const { root: folder } = folderOf(t, { "other.ts": "import { a } from './here';\nexport const b = a;\n" });
  const open = [documentIn(folder, "here.ts", "export const fresh = 1;\nexport const c = a;\n")];
  const { thread } = threadOf(t, open, folder);
  const rest = (budgetMs: number, signalled = signal) =>
    thread.rewrite(open[0]!, "export const a = 1;\nexport const c = a;\n", "rename", budgetMs, signalled);
  const found = await rest(60_000);
  assert.ok("places" in found, JSON.stringify(found));
  assert.equal(found.places.length, 1);
  assert.deepEqual(await rest(0), { failure: "late" });
  assert.deepEqual(await rest(60_000, AbortSignal.abort()), { failure: "late" });
  const other = { ...open[0]!, languageId: "python" };
  assert.deepEqual(await thread.rewrite(other, "", "rename", 60_000, signal), { failure: "otherLanguage" });
});
