// An absence: no code of Sotto but the one door (common/util/cappedRead.ts) reads files of a workspace. Held by the syntax tree of every file and
// by a list of who reads what else, with reasons; that the tree's reading finds what it is for is tested with planted readers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { productSources } from "../support/productSources.ts";
import { ALLOWED_READERS } from "./readers/allowed.ts";
import { readersOf } from "./readers/readers.ts";

test("whoever reads from the disk is listed, with what is read; files of a workspace are read through the one door", () => {
  const sources = productSources();
  assert.ok(sources.length > 300);
  const readers = sources.filter(({ file, text }) => readersOf(text, file).length > 0).map(({ file }) => file);
  const allowed = Object.values(ALLOWED_READERS).flat();
  assert.equal(new Set(allowed).size, allowed.length, "a file has one reason");
  assert.deepEqual(readers.sort(), allowed.sort());
});

test("a reader is found however it is written", () => {
  for (const [code, ...readers] of [
    ['import { readFileSync } from "node:fs";', "readFileSync"],
    ['import { readFile as load, stat } from "fs/promises";', "readFile"],
    ['import { createReadStream, copyFileSync } from "fs";', "copyFileSync", "createReadStream"],
    ['import fs from "node:fs"; fs.readFileSync(file);', "readFileSync"],
    ['import * as fs from "node:fs/promises"; await fs.open(file);', "open"],
    ['import { default as fs } from "node:fs"; fs.promises.readFile(file);', "promises"],
    ['import fs from "node:fs"; other(fs);', "fs as a value"],
    ['import fs from "node:fs"; fs["readFileSync"](file);', "fs as a value"],
    ['import { promises } from "node:fs";', "promises"],
    ['export { readFile } from "node:fs/promises";', "exports fs"],
    ['const { readFile } = await import("node:fs/promises");', "loads fs"],
    ['require("fs").readFileSync(file);', "loads fs"],
    ['process.getBuiltinModule("node:fs");', "loads fs"],
    ["compiler.sys.readFile(name);", "sys.readFile"],
    ["const { sys } = compiler; const host = { readFile: sys.readFile };", "sys.readFile"],
  ])
    assert.deepEqual(readersOf(code!), readers.sort(), code);
});

test("what reads no content is no reader", () => {
  for (const code of [
    'import { statSync, writeFileSync, readdirSync, realpathSync } from "node:fs"; statSync("a");',
    'import type { ReadStream } from "node:fs"; import { type FileHandle, stat } from "node:fs/promises";',
    'import fs from "node:fs"; fs.writeFileSync(file, text); options.fs;',
    'import { readCapped } from "../common/util/cappedRead.ts"; await readCapped(file, 10);',
    'const text = "readFileSync(file)"; workspace.read(path); documents.open(item); host.readFile(name);',
  ])
    assert.deepEqual(readersOf(code), [], code);
});
