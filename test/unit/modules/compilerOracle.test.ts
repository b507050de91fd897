// Dependencies resolve as TypeScript resolves them: every entry of every package that is installed here.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { ModuleResolver } from "../../../src/modules/resolveModule.ts";
import { cachedWorkspace } from "../../../src/workspace/cachedWorkspace.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";

const root = packageRoot(import.meta.dirname);
const options: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** What the compiler finds, relative to the root; undefined where that is no declaration, or one too large to be read. */
function byCompiler(module: string): string | undefined {
  const found = ts.resolveModuleName(module, path.join(root, "src/a.ts"), options, ts.sys).resolvedModule;
  if (!found || !/\.d\.[cm]?ts$/.test(found.resolvedFileName)) return undefined;
  if (statSync(found.resolvedFileName).size > 300_000) return undefined;
  return path.relative(root, found.resolvedFileName).split(path.sep).join("/");
}

/** A package's name, and the entries that its `exports` name one by one. */
function entriesOf(folder: string): string[] {
  const { exports } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
  const name = folder.replace("node_modules/", "");
  const entries = typeof exports === "object" && exports !== null ? Object.keys(exports) : [];
  const named = entries.filter((entry) => /^\.\/[^*]*[^*/]$/.test(entry) && !entry.endsWith(".json"));
  return [name, ...named.map((entry) => name + entry.slice(1))];
}

test("dependencies resolve as TypeScript resolves them", async () => {
  const { packages } = JSON.parse(readFileSync(path.join(root, "node_modules/.package-lock.json"), "utf8"));
  const folders = Object.keys(packages).filter((folder) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(folder));
  const resolver = new ModuleResolver(cachedWorkspace(folderWorkspace(root)));
  let compared = 0;
  for (const module of folders.flatMap(entriesOf)) {
    const expected = byCompiler(module);
    if (expected === undefined) continue;
    const [file] = await resolver.resolve(module, "src/a.ts", "typescript");
    assert.equal(file?.path, expected, module);
    compared++;
  }
  assert.ok(compared > 100, `${compared}`);
});
