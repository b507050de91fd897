// `sotto index` as a process: its figures, what is left out, and going on where it was interrupted.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { tryLock } from "../../common/util/fileLock.ts";
import { databaseFile, lockFile } from "../../src/index/location.ts";
import { outcomeOf, startNode } from "./support/nodeProcess.ts";

const dir = mkdtempSync(path.join(tmpdir(), "sotto-cli-index-"));
after(() => rmSync(dir, { recursive: true }));
process.env.SOTTO_CACHE_DIR = path.join(dir, "cache"); // the processes inherit it

const root = path.join(dir, "root");
mkdirSync(path.join(root, "made"), { recursive: true });
writeFileSync(path.join(root, "a.ts"), "export class Apple {\n  peel(): void {}\n}\n");
writeFileSync(path.join(root, "b.py"), "def pear():\n    return 1\n");
writeFileSync(path.join(root, "c.png"), "");
writeFileSync(path.join(root, "made", "d.ts"), "// @generated\nconst plum = 1;\n");
const args = ["index", "--root", root, "--json"];

test("the figures of a folder, as one JSON document on one line", async () => {
  const { status, stdout, stderr } = await outcomeOf(startNode("cli/main.ts", args));
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^[^\n]+\n$/);
  const { ms, sizeBytes, rssBytes, ...counts } = JSON.parse(stdout);
  assert.ok(ms > 0 && sizeBytes > 10_000 && rssBytes > 10_000_000, stdout);
  const licenceGuard = { packages: 0, files: 0, fingerprints: 0, skipped: {} };
  const expected = { files: 2, chunks: 2, lines: 7, sourceBytes: 66, withoutTree: 0, licenceGuard };
  assert.deepEqual(counts, { ...expected, skipped: { generated: 1, notSource: 1 } });
});

test("without --json it is said in words", async () => {
  const { status, stdout } = await outcomeOf(startNode("cli/main.ts", ["index", "--root", root]));
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^2 files, 7 lines, 2 chunks in \d+ ms; the index has \d+\.\d MB\nLeft out:\n {2}generated {2}1\n/,
  );
});

test("while another process writes the index, its figures are told as they are", async () => {
  const unlock = tryLock(lockFile(databaseFile(root)))!;
  const { status, stdout, stderr } = await outcomeOf(startNode("cli/main.ts", args));
  unlock();
  assert.equal(status, 0, stderr);
  assert.match(stderr, /Another process keeps this index up to date/);
  assert.equal(JSON.parse(stdout).files, 2);
});

test("a folder that is not there is status 1, with what to do", async () => {
  const missing = ["index", "--root", path.join(dir, "none"), "--json"];
  const { status, stdout, stderr } = await outcomeOf(startNode("cli/main.ts", missing));
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /is not a folder\. Check the path\.\n$/);
});

test("Ctrl+C keeps what was indexed", { skip: process.platform === "win32" }, async () => {
  const large = path.join(dir, "large");
  mkdirSync(large);
  for (let i = 0; i < 2_500; i++)
    writeFileSync(path.join(large, `f${i}.ts`), `export const apple${i} = ${i};\n`.repeat(40));
  const child = startNode("cli/main.ts", ["index", "--root", large, "--json"]);
  const first = await outcomeOf(child, (piece) => {
    if (/^\d+ files/.test(piece)) child.kill("SIGINT");
  });
  assert.equal(first.status, 130, first.stderr);
  assert.match(first.stderr, /What was indexed is kept/);
  const { stdout } = await outcomeOf(startNode("cli/main.ts", ["index", "--root", large, "--json"]));
  assert.equal(JSON.parse(stdout).files, 2_500);
});
