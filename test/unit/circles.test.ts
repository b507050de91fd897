// The gate's search for circles of imports: planted ones are found, between files and between folders; what may use each other is none.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { circlesIn, folderImports, type Imports, readImports } from "../../scripts/circles.ts";

/** "a b c": `a` imports `b` and `c`. */
const importsOf = (...lines: string[]): Imports =>
  new Map(lines.map((line) => line.split(" ")).map(([file, ...imported]) => [file, new Set(imported)]));

test("files: a circle is told once, from its first name, the shortest way", () => {
  assert.deepEqual(circlesIn(importsOf("c.ts a.ts", "b.ts c.ts", "a.ts b.ts d.ts", "d.ts")), [
    ["a.ts", "b.ts", "c.ts"],
  ]);
  assert.deepEqual(circlesIn(importsOf("a.ts b.ts c.ts", "b.ts c.ts", "c.ts a.ts")), [["a.ts", "c.ts"]]);
  assert.deepEqual(circlesIn(importsOf("a.ts a.ts")), [["a.ts"]]);
});

test("files: two circles are both told, and a diamond is none", () => {
  assert.deepEqual(circlesIn(importsOf("a.ts b.ts", "b.ts a.ts c.ts", "c.ts d.ts", "d.ts c.ts")), [
    ["a.ts", "b.ts"],
    ["c.ts", "d.ts"],
  ]);
  assert.deepEqual(circlesIn(importsOf("a.ts b.ts c.ts", "b.ts d.ts", "c.ts d.ts", "d.ts")), []);
});

const foldersIn = (...lines: string[]) => circlesIn(folderImports(importsOf(...lines)));

test("folders side by side: a circle of different files, at any depth", () => {
  assert.deepEqual(foldersIn("x/a/1.ts x/b/deep/2.ts", "x/b/3.ts x/a/deep/4.ts"), [["x/a", "x/b"]]);
  assert.deepEqual(foldersIn("a/1.ts b/2.ts", "b/3.ts c/4.ts", "c/5.ts a/6.ts"), [["a", "b", "c"]]);
  assert.deepEqual(foldersIn("x/a/1.ts x/b/2.ts", "x/b/3.ts x/c/4.ts"), []);
});

test("a folder and what lies in it may use each other, also by way of a neighbour", () => {
  assert.deepEqual(foldersIn("x/1.ts x/a/2.ts", "x/a/3.ts x/4.ts"), []);
  assert.deepEqual(foldersIn("x/a/1.ts x/2.ts", "x/2.ts x/b/3.ts", "x/b/3.ts x/a/4.ts"), []);
});

test("what lies at a border counts by itself, but is no way round it", () => {
  const contract = "server/host/protocol/messages.ts";
  assert.deepEqual(foldersIn(`server/engine/1.ts ${contract}`, "server/host/2.ts server/engine/3.ts"), []);
  assert.deepEqual(foldersIn(`server/engine/1.ts ${contract}`, `${contract} server/engine/3.ts`), [
    ["server/engine", "server/host/protocol"],
  ]);
  assert.deepEqual(foldersIn("test/support/a/1.ts test/support/b/2.ts"), []);
});

test("planted in files: types, dynamic imports and files that git does not know yet count", (t) => {
  const root = mkdtempSync(path.join(tmpdir(), "sotto-circles-"));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(path.join(root, "in"));
  execFileSync("git", ["init", "-q"], { cwd: root });
  writeFileSync(path.join(root, "a.ts"), 'import type { B } from "./in/b.ts";\nexport const one: B = 1;\n');
  writeFileSync(path.join(root, "in", "b.ts"), 'export type B = 1;\nawait import("../a.ts");\nimport "node:fs";\n');
  writeFileSync(path.join(root, "c.ts"), '// import "./a.ts";\nexport const text = \'import "./a.ts"\';\n');
  const imports = readImports(root);
  assert.deepEqual(circlesIn(imports), [["a.ts", "in/b.ts"]]);
  assert.deepEqual([...imports.get("c.ts")!], []);
});
