// The lab's page: it names every script that is no module of another one, and nothing that is not there. TypeScript that no page names is knip's to find.

import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../common/util/packageRoot.ts";

const root = packageRoot(import.meta.dirname);
const page = readFileSync(path.join(root, "lab", "README.md"), "utf8");

test("every program in Python or for the shell is named", () => {
  const programs = globSync("lab/**/*.{py,sh}", { cwd: root }).map((file) => file.split(path.sep).join("/"));
  assert.ok(programs.length > 0);
  assert.deepEqual(
    programs.filter((file) => !page.includes(file)),
    [],
  );
});

test("every bench is named", () => {
  const benches = globSync("lab/bench/*.ts", { cwd: root }).map((file) => path.basename(file, ".ts"));
  assert.ok(benches.length > 0);
  assert.deepEqual(
    benches.filter((name) => !page.includes(`npm run bench -- ${name}\``)),
    [],
  );
});

test("what is named is there", () => {
  const named = [...page.matchAll(/(?<![\w/])(?:lab|scripts|server|src|docs|test|models|finetune)\/[\w/.-]+/g)];
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.map(([file]) => file).filter((file) => !existsSync(path.join(root, file))),
    [],
  );
});
