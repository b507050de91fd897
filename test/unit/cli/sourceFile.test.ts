import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { MAX_SOURCE_BYTES, offsetAt, readSource, workspaceRoot, writeEdit } from "../../../cli/sourceFile.ts";
import { UserError } from "../../../common/errors.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-source-")));
after(() => rmSync(dir, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(dir, name);
  writeFileSync(file, content);
  return file;
}

const refused = (message: RegExp) => (error: unknown) => error instanceof UserError && message.test(error.message);

test("a file is read as text, its path told from the workspace", () => {
  mkdirSync(path.join(dir, "src"));
  const file = write(path.join("src", "ä.ts"), "\ufeffconst a = 'ü😀';\r\n");
  const { path: relative, text } = readSource(file, dir);
  assert.equal(relative, "src/ä.ts");
  assert.equal(text, "const a = 'ü😀';\r\n", "the byte order mark is dropped");
});

test("each thing that can be wrong has its own sentence", () => {
  assert.throws(() => readSource(path.join(dir, "none.ts"), dir), refused(/does not exist/));
  assert.throws(() => readSource(dir, dir), refused(/is not a file/));
  assert.throws(() => readSource(write("a.bin", Uint8Array.of(1, 0, 2)), dir), refused(/binary/));
  assert.throws(() => readSource(write("latin.ts", Uint8Array.of(0xe4, 0x20)), dir), refused(/not UTF-8/));
  assert.throws(() => readSource(write("a.ts", ""), path.join(dir, "src")), refused(/outside the workspace/));
  const large = write("large.ts", "");
  truncateSync(large, MAX_SOURCE_BYTES);
  assert.throws(() => readSource(large, dir), refused(/too large: 10\.0 MB/));
});

test("an edit is put into the file that it was made for, whose mode and byte order mark stay", () => {
  const file = write("edited.ts", "\ufeffconst a = 1;\r\n");
  chmodSync(file, 0o751);
  const link = path.join(dir, "link.ts");
  symlinkSync(file, link);
  const { text } = readSource(file, dir);
  writeEdit(link, text, { start: 6, end: 7, newText: "ü" });
  assert.equal(readFileSync(file, "utf8"), "\ufeffconst ü = 1;\r\n");
  assert.equal(statSync(file).mode & 0o777, 0o751);
  assert.throws(() => writeEdit(file, text, { start: 0, end: 0, newText: "x" }), refused(/was changed meanwhile/));
  assert.throws(
    () => writeEdit(path.join(dir, "none.ts"), text, { start: 0, end: 0, newText: "x" }),
    refused(/not exist/),
  );
  assert.equal(readFileSync(file, "utf8"), "\ufeffconst ü = 1;\r\n");
  assert.ok(readdirSync(dir).every((name) => !name.endsWith(".new")));
});

test("positions count lines and UTF-16 units from one", () => {
  const text = "ab\r\n\t😀c\rlast\n";
  assert.equal(offsetAt(text, 1, 1), 0);
  assert.equal(offsetAt(text, 1, 3), 2, "the end of the line");
  assert.equal(offsetAt(text, 2, 2), 5, "a tab is one unit");
  assert.equal(offsetAt(text, 2, 4), 7, "an emoji is two");
  assert.equal(text.slice(offsetAt(text, 3, 1), offsetAt(text, 3, 5)), "last");
  assert.equal(offsetAt(text, 4, 1), text.length, "the empty line after the last line break");
  assert.equal(offsetAt("", 1, 1), 0);
});

test("a position that is not there is refused", () => {
  assert.throws(() => offsetAt("ab\n", 3, 1), refused(/no line 3: the file has 2 lines/));
  assert.throws(() => offsetAt("ab", 0, 1), refused(/no line 0: the file has 1 line\./));
  assert.throws(() => offsetAt("ab\ncd", 1, 4), refused(/no column 4: its last column is 3/));
  assert.throws(() => offsetAt("ab", 1, 0), refused(/no column 0/));
});

test("the workspace is the nearest folder with a marker", () => {
  const inner = path.join(dir, "w", "a", "b");
  mkdirSync(inner, { recursive: true });
  writeFileSync(path.join(dir, "w", "package.json"), "{}");
  assert.equal(workspaceRoot(inner), path.join(dir, "w"));
  mkdirSync(path.join(dir, "w", "a", ".git"));
  assert.equal(workspaceRoot(inner), path.join(dir, "w", "a"));
});

test("a file that grew, or became a pipe, between a look and the next is no longer the one", {
  skip: process.platform === "win32",
}, () => {
  const file = write("grows.ts", "a");
  truncateSync(file, MAX_SOURCE_BYTES + 1);
  const edit = { start: 0, end: 1, newText: "b" };
  assert.throws(() => writeEdit(file, "a", edit), refused(/too large/));
  rmSync(file);
  execFileSync("mkfifo", [file]);
  assert.throws(() => writeEdit(file, "a", edit), refused(/not a regular file/));
  assert.throws(() => readSource(file, dir), refused(/not a file/));
});
