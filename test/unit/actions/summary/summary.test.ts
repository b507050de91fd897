// A file's summary in a workspace in memory: users through a barrel, needs, notes, size; files without a grammar, of 10,000 lines, and refused ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { markdownOf } from "../../../../src/actions/factPage/markdown.ts";
import { pageOf } from "../../../../src/actions/factPage/page.ts";
import { type FileSummary, summaryOf } from "../../../../src/actions/summary/summary.ts";
import { summaryPage } from "../../../../src/actions/summary/summaryPage.ts";
import { memoryIndex } from "../../../../src/index/memoryIndex.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import type { Workspace } from "../../../../src/workspace/workspace.ts";

const parsers = await createParsers();
const { signal } = new AbortController();

const inMemory = (files: Record<string, string>): Workspace => ({
  list: async () => Object.keys(files).sort(),
  read: async (path) => files[path],
});

async function summaryIn(files: Record<string, string>, path: string, languageId: string): Promise<FileSummary> {
  const workspace = inMemory(files);
  const index = await memoryIndex(workspace, parsers);
  const document = openDocument({ uri: `file:///${path}`, path, languageId, text: files[path]! }, parsers);
  const summary = await summaryOf(document, { workspace, index }, signal);
  assert.ok(!("reason" in summary));
  return summary;
}

const SHOP = {
  "src/price.ts":
    "// The prices of the shop.\n\nimport { round } from './math';\n// TODO: cents\nexport function priceOf(item: string): number { return round(1); }\n",
  "src/math.ts": "export const round = (a: number) => a;\n",
  "src/index.ts": "export * from './price';\n",
  "src/cart.ts": "import { priceOf } from './price';\nexport const total = () => priceOf('a');\n",
  "app/main.ts": "import { priceOf } from '../src/index';\nconsole.log(priceOf('a'));\n",
  "app/other.ts": "export const priceOf = 1; // another one of the same name\n",
};

test("who uses a file: by its own path and through the file that hands it on; a name alone is no use", async () => {
  const { users, needs, notes, sentence } = await summaryIn(SHOP, "src/price.ts", "typescript");
  assert.deepEqual(
    users.users.map(({ path, uses }) => [path, uses.map(({ name, line }) => `${name}:${line}`).join()]).sort(),
    [
      ["app/main.ts", "priceOf:2"],
      ["src/cart.ts", "priceOf:2"],
      ["src/index.ts", ""],
    ],
  );
  assert.deepEqual(needs, [{ module: "./math", names: ["round"], path: "src/math.ts", line: 3 }]);
  assert.deepEqual(notes, [{ word: "TODO", text: "cents", line: 4 }]);
  assert.equal(sentence, "The prices of the shop.");
});

test("what it needs: in JavaScript what runs, not the declarations beside it; of a Go package the file that has its name", async () => {
  const files = {
    "a.js": "const { b } = require('./b');\nexports.a = b;\n",
    ...{ "b.js": "exports.b = 1;\n", "b.d.ts": "export const b: number;\n" },
    "go.mod": "module example.com/m\n",
    "main.go": 'package main\n\nimport "example.com/m/conf"\n\nfunc main() { conf.Load() }\n',
    ...{ "conf/also.go": "package conf\n", "conf/conf.go": "package conf\n\nfunc Load() {}\n" },
  };
  assert.equal((await summaryIn(files, "a.js", "javascript")).needs[0]?.path, "b.js");
  const summary = await summaryIn(files, "main.go", "go");
  assert.equal(summary.needs[0]?.path, "conf/conf.go");
  assert.match(markdownOf(summaryPage(summary)), /`example\.com\/m\/conf`, \[conf\/conf\.go:1\]/);
});

test("as Markdown every place is a link; as a page nothing of the file is markup", async () => {
  const files = { "a b.ts": "/** Gives <b>`x`</b>. */\nexport const tag = '<script>';\n" };
  const page = summaryPage(await summaryIn(files, "a b.ts", "typescript"));
  assert.match(markdownOf(page), /- `const tag = '<script>'`, \[line 2\]\(a%20b\.ts#L2\): Gives/);
  const { body } = pageOf(page, "more to come");
  assert.ok(!body.includes("<script>") && body.includes("&lt;script&gt;"));
  assert.match(body, /<button[^>]*data-path="a b\.ts" data-line="2">line 2<\/button>/);
  assert.match(body, /role="status">more to come/);
});

test("a file in no workspace, in a language without a grammar, or of 10,000 lines: told as far as it goes, with the reason", async () => {
  const lua = openDocument(
    { uri: "file:///a.lua", path: "a.lua", languageId: "lua", text: "-- TODO: all\nprint(1)\n" },
    parsers,
  );
  const summary = await summaryOf(lua, undefined, signal);
  assert.ok(!("reason" in summary));
  assert.deepEqual(summary.notes, [{ word: "TODO", text: "all", line: 1 }]);
  assert.deepEqual(summary.exports, []);
  assert.match(summary.gaps.join(), /no syntax tree.*lies in no open folder/s);

  const text = Array.from({ length: 10_000 }, (_, at) => `export const name${at} = ${at}; // TODO: ${at}`).join("\n");
  const long = await summaryIn({ "long.ts": text }, "long.ts", "typescript");
  assert.equal(long.exports.length, 10_000);
  const markdown = markdownOf(summaryPage(long));
  assert.ok(markdown.length < 30_000, `${markdown.length}`);
  assert.match(markdown, /Of 10000 exports the first 80 are listed/);
});

test("a secret file and one that an ignore file excludes are refused", async () => {
  const open = (path: string) =>
    openDocument({ uri: `file:///${path}`, path, languageId: "typescript", text: "export const a = 1;\n" }, parsers);
  assert.deepEqual(
    await summaryOf(open(".env.ts"), { workspace: { ...inMemory({}), ignored: async () => "secretFile" } }, signal),
    {
      reason: "ignoredFile",
    },
  );
});
