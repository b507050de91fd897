// A folder as a workspace: what is listed and read, and that nothing outside the root is.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { folderWorkspace } from "../../../src/context/workspace.ts";

const base = mkdtempSync(path.join(tmpdir(), "sotto-workspace-"));
after(() => rmSync(base, { recursive: true, force: true }));
const root = path.join(base, "root");

const files: Record<string, string | Buffer> = {
  "root/src/b.ts": "b",
  "root/src/a.ts": "a",
  "root/README.md": "read me",
  "root/node_modules/x/index.js": "x",
  "root/packages/p/node_modules/y.js": "y",
  "root/.git/config": "git",
  "root/dist/a.js": "built",
  "root/binary.dat": Buffer.from([1, 0, 2]),
  "root/large.ts": "a".repeat(1_000_001),
  "outside/secret.ts": "secret",
  "root2/near.ts": "near",
};
for (const [name, content] of Object.entries(files)) {
  mkdirSync(path.join(base, path.dirname(name)), { recursive: true });
  writeFileSync(path.join(base, name), content);
}
let links = true;
try {
  symlinkSync(path.join(base, "outside", "secret.ts"), path.join(root, "link.ts"));
  symlinkSync(path.join(base, "outside"), path.join(root, "linked"));
  symlinkSync(path.join(root, "src", "a.ts"), path.join(root, "inside.ts"));
  symlinkSync(path.join(root, "node_modules", "x", "index.js"), path.join(root, "hidden.js"));
} catch {
  links = false; // Windows without the right to make links
}

test("lists what people write, sorted", async () => {
  const expected = ["README.md", "binary.dat", "large.ts", "src/a.ts", "src/b.ts"];
  if (links) expected.push("hidden.js", "inside.ts");
  assert.deepEqual(await folderWorkspace(root).list(), expected.sort());
});

test("reads text, and nothing binary, too large, or in skipped folders", async () => {
  const { read } = folderWorkspace(root);
  assert.equal(await read("src/a.ts"), "a");
  for (const unread of ["binary.dat", "large.ts", "node_modules/x/index.js", ".git/config", "src", "missing.ts"]) {
    assert.equal(await read(unread), undefined, unread);
  }
});

test("reads nothing outside the root, by no path and no link", async () => {
  const { read } = folderWorkspace(root);
  for (const outside of [
    "../outside/secret.ts",
    "src/../../outside/secret.ts",
    path.join(base, "outside/secret.ts"),
    "../root2/near.ts",
  ]) {
    assert.equal(await read(outside), undefined, outside);
  }
  if (!links) return;
  assert.equal(await read("inside.ts"), "a");
  assert.equal(await read("link.ts"), undefined);
  assert.equal(await read("linked/secret.ts"), undefined);
});

test("a root that is not there has no files", async () => {
  const workspace = folderWorkspace(path.join(base, "gone"));
  assert.deepEqual(await workspace.list(), []);
  assert.equal(await workspace.read("a.ts"), undefined);
});
