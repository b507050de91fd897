// What the resolver remembers: how soon a change counts, and what it tells of files that may not be read.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ModuleResolver } from "../../../src/modules/resolveModule.ts";
import { folderWorkspace, type Workspace } from "../../../src/workspace/workspace.ts";
import { folderOfFiles } from "./folder.ts";

function folder(files: Record<string, string>) {
  const root = folderOfFiles(files);
  let clockMs = 1_000_000;
  const workspace = folderWorkspace(root);
  let stats = 0;
  const counted: Workspace = {
    ...workspace,
    stat(name) {
      stats++;
      return workspace.stat!(name);
    },
  };
  const resolver = new ModuleResolver(counted, undefined, () => clockMs);
  return {
    root,
    resolved: async () => (await resolver.resolve("./a", "x.ts", "typescript")).map(({ path }) => path).join(" "),
    pass: (ms: number) => (clockMs += ms),
    stats: () => stats,
  };
}

test("what was resolved a moment ago is not looked for again", async () => {
  const { resolved, pass, stats } = folder({ "a.js": "" });
  assert.equal(await resolved(), "a.js");
  const before = stats();
  pass(1_999);
  assert.equal(await resolved(), "a.js");
  assert.equal(stats(), before);
});

test("a file that is gone is not given any more", async () => {
  const { root, resolved } = folder({ "a.ts": "", "a.js": "" });
  assert.equal(await resolved(), "a.ts");
  rmSync(path.join(root, "a.ts"));
  assert.equal(await resolved(), "a.js");
});

test("a new file counts after two seconds, from the second request on", async () => {
  const { root, resolved, pass } = folder({});
  assert.equal(await resolved(), "");
  writeFileSync(path.join(root, "a.ts"), "");
  pass(2_000);
  const until = Date.now() + 5_000;
  while ((await resolved()) === "" && Date.now() < until) await setImmediate();
  assert.equal(await resolved(), "a.ts");
});

test("what was resolved half a minute ago is resolved anew at once", async () => {
  const { root, resolved, pass } = folder({});
  assert.equal(await resolved(), "");
  writeFileSync(path.join(root, "a.ts"), "");
  pass(30_000);
  assert.equal(await resolved(), "a.ts");
});

test("who asks is told of files that may not be read, also when asking again", async () => {
  const root = folderOfFiles({ ".gitignore": "shut.ts\n", "shut.ts": "", "shut.js": "" });
  const resolver = new ModuleResolver(folderWorkspace(root));
  for (let time = 0; time < 2; time++) {
    const told: string[] = [];
    const files = await resolver.resolve("./shut", "a.ts", "typescript", (path, refusal) => told.push(path, refusal));
    assert.deepEqual([files.map(({ path }) => path), told], [["shut.js"], ["shut.ts", "gitignore"]]);
  }
});
