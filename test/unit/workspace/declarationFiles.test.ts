// Which files are declarations, and which of them tell of a dependency.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeclaration, isOfDependency } from "../../../src/workspace/declarationFiles.ts";

test("declarations", () => {
  for (const file of ["a.d.ts", "b/a.d.mts", "a.d.cts", "a.d.css.ts", "a.d.d.ts", ".d.ts"])
    assert.ok(isDeclaration(file), file);
  for (const file of ["a.ts", "a.d.js", "a.d.ts/b.ts", "ad.ts", "a.d.cssts", "a.d.tsx"])
    assert.ok(!isDeclaration(file), file);
});

test("those of dependencies", () => {
  const paths = ["node_modules/a/package.json", "/x/node_modules/a.d.ts", "b/node_modules/@c/d/e.d.cts"];
  for (const file of paths) assert.ok(isOfDependency(file), file);
  const others = [
    "package.json",
    "a.d.ts",
    "my_node_modules/a.d.ts",
    "node_modules/a.ts",
    "node_modules/a/my-package.json",
  ];
  for (const file of others) assert.ok(!isOfDependency(file), file);
});
