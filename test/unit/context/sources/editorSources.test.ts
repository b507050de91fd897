// The sources of a window's folders: whose they are, what of open documents is read, and that the read rules hold for all of them.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Parsers } from "../../../../common/syntax/parsers.ts";
import { EditorSources } from "../../../../src/context/sources/editorSources.ts";
import type { FolderIndex } from "../../../../src/index/searchIndex.ts";
import { Documents } from "../../../../src/workspace/documents.ts";

const base = mkdtempSync(path.join(tmpdir(), "sotto-sources-"));
after(() => rmSync(base, { recursive: true, force: true }));
const root = path.join(base, "w");
const inner = path.join(root, "inner");
for (const [file, text] of Object.entries({
  "w/a.ts": "one\ntwo\nthree\n",
  "w/.gitignore": "private.ts\n",
  "w/private.ts": "mine\n",
  "w/inner/b.ts": "inner\n",
  "outside.ts": "outside\n",
})) {
  mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
  writeFileSync(path.join(base, file), text);
}
const uriOf = (file: string) => pathToFileURL(path.join(base, file)).href;

function window(options: { index?: (root: string) => FolderIndex } = {}) {
  const parsers: Parsers = { kind: "none", reason: "", for: () => undefined };
  const documents: Documents = new Documents({ parsers, relativePath: (uri) => sources.relativePath(uri) });
  const sources: EditorSources = new EditorSources({
    roots: [root, inner],
    exclude: () => [],
    useClipboard: () => false,
    document: (uri) => documents.get(uri),
    askDefinitions: async () => [],
    readClipboard: async () => undefined,
    openIndex: options.index,
  });
  return {
    sources,
    open(file: string, text: string) {
      documents.open({ uri: uriOf(file), languageId: "typescript", version: 1, text });
      sources.opened(uriOf(file));
    },
    replaceFirstLine(file: string, text: string) {
      const uri = uriOf(file);
      const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1_000 } };
      sources.edited(uri, [{ range, text }], (change) =>
        documents.change({ textDocument: { uri, version: 2 }, contentChanges: [change] }),
      );
      return documents.get(uri)?.text.getText();
    },
    close(file: string) {
      sources.closed(uriOf(file));
      documents.close(uriOf(file));
    },
  };
}
const recent = { nowMs: Date.now() + 1_000, limit: 10 };

test("a file belongs to its innermost folder, and outside of all to none", () => {
  const { sources } = window();
  assert.equal(sources.relativePath(uriOf("w/a.ts")), "a.ts");
  assert.equal(sources.relativePath(uriOf("w/inner/b.ts")), "b.ts");
  assert.equal(sources.relativePath(uriOf("outside.ts")), "outside.ts");
  assert.equal(sources.relativePath("untitled:Untitled-1"), "Untitled-1");
  assert.ok(sources.of(uriOf("w/a.ts")));
  assert.notEqual(sources.of(uriOf("w/a.ts")), sources.of(uriOf("w/inner/b.ts")));
  for (const uri of [uriOf("outside.ts"), uriOf("w2/a.ts"), "untitled:Untitled-1", "file://another/machine.ts"]) {
    assert.equal(sources.of(uri), undefined);
  }
});

test("an open document is read as the editor has it, until it is closed; what is refused on the disk stays refused", async () => {
  const { sources, open, replaceFirstLine, close } = window();
  const { workspace } = sources.of(uriOf("w/a.ts"))!;
  open("w/a.ts", "unsaved\n");
  open("w/private.ts", "unsaved too\n");
  assert.equal(await workspace.read("a.ts"), "unsaved\n");
  replaceFirstLine("w/a.ts", "typed");
  assert.equal(await workspace.read("a.ts"), "typed\n");
  let refusal: string | undefined;
  assert.equal(await workspace.read("private.ts", (why) => (refusal = why)), undefined);
  assert.equal(refusal, "gitignore");
  assert.equal(await workspace.read("inner/b.ts"), "inner\n");
  close("w/a.ts");
  assert.equal(await workspace.read("a.ts"), "one\ntwo\nthree\n");
});

test("edits are those of the folder, and none of files that nobody should look at", async () => {
  const { sources, open, replaceFirstLine } = window();
  for (const file of ["w/a.ts", "w/private.ts", "w/.env", "w/inner/b.ts", "outside.ts"]) {
    open(file, "one\n");
    assert.equal(replaceFirstLine(file, `edited ${file}`), `edited ${file}\n`);
  }
  const edits = async (file: string) =>
    (await sources.of(uriOf(file))!.edits!.recent(recent)).map((hunk) => [hunk.path, ...hunk.after]);
  assert.deepEqual(await edits("w/a.ts"), [["a.ts", "edited w/a.ts"]]);
  assert.deepEqual(await edits("w/inner/b.ts"), [["b.ts", "edited w/inner/b.ts"]]);
});

test("a notebook's cell belongs to the folder of its notebook, which is read as it is on the disk", async () => {
  const { sources } = window();
  const cell = `vscode-notebook-cell:${new URL(uriOf("w/inner/data.ipynb")).pathname}#W0sZmlsZQ==`;
  assert.equal(sources.relativePath(cell), "data.ipynb");
  assert.equal(sources.of(cell), sources.of(uriOf("w/inner/b.ts")));
  const { pathname } = new URL(uriOf("w/inner/b.ts"));
  sources.opened(`vscode-notebook-cell:${pathname}#W1`);
  assert.equal(await sources.of(cell)!.workspace.read("b.ts"), "inner\n");
  sources.visited(cell, 3);
  assert.deepEqual(sources.of(cell)!.visited!.recent(10), []);
  assert.equal(sources.relativePath("vscode-notebook-cell:Untitled-1.ipynb?jupyter-notebook#W0"), "Untitled-1.ipynb");
});

test("visits are those of the folder, and move with edits", () => {
  const { sources, open, replaceFirstLine } = window();
  open("w/a.ts", "one\n".repeat(50));
  sources.visited(uriOf("w/a.ts"), 30);
  sources.visited(uriOf("w/inner/b.ts"), 3);
  sources.visited(uriOf("outside.ts"), 3);
  replaceFirstLine("w/a.ts", "1\n2\n3");
  const visited = sources.of(uriOf("w/a.ts"))!.visited!.recent(10);
  assert.deepEqual(
    visited.map(({ path, line }) => [path, line]),
    [["a.ts", 32]],
  );
});

test("an index for each folder hears of the changes below it, and is closed when it is switched off", () => {
  const heard: string[] = [];
  const index = (folder: string): FolderIndex => ({
    ready: true,
    search: () => [],
    definitions: () => [],
    pathsEndingIn: () => [],
    changed: (paths) => void heard.push(`${path.basename(folder)}: ${paths.join(" ")}`),
    dispose: () => void heard.push(`${path.basename(folder)} closed`),
  });
  const { sources } = window({ index });
  assert.equal(sources.of(uriOf("w/a.ts"))?.index, undefined);
  sources.filesChanged([uriOf("w/a.ts")]);
  assert.ok(sources.useIndex(true));
  assert.ok(sources.useIndex(true));
  assert.ok(sources.of(uriOf("w/a.ts"))?.index);
  sources.filesChanged([uriOf("w/a.ts"), uriOf("w/inner"), uriOf("w/inner/b.ts"), uriOf("outside.ts"), "untitled:x"]);
  assert.deepEqual(heard, ["w: a.ts inner inner/b.ts", "inner: b.ts"]);
  assert.ok(!sources.useIndex(false));
  assert.deepEqual(heard.slice(2), ["w closed", "inner closed"]);
  assert.equal(sources.of(uriOf("w/a.ts"))?.index, undefined);
  assert.ok(!window().sources.useIndex(true)); // no index is made here
});
