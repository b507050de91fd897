// A pass over a workspace: what it reads, what it leaves out and why, and that it can be ended at any time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { indexPaths, indexWorkspace } from "../../../src/index/indexWorkspace.ts";
import { IN_MEMORY } from "../../../src/index/schema.ts";
import { IndexStore } from "../../../src/index/store.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";
import { drawText, mapWorkspace, noParsers, random } from "../../support/index/fixtures.ts";

function passOver(workspace: Workspace, options: { signal?: AbortSignal } = {}) {
  return { workspace, store: IndexStore.open(IN_MEMORY), parsers: noParsers, ...options };
}

test("a second pass reads only what has changed", async () => {
  const workspace = mapWorkspace({ "a.ts": "const apple = 1;", "b.ts": "const pear = 1;" });
  const pass = passOver(workspace);
  await indexWorkspace(pass);
  workspace.files.set("b.ts", "const plum = 1;");
  workspace.reads.length = 0;
  await indexWorkspace(pass);
  assert.deepEqual(workspace.reads, ["b.ts"]);
});

test("a pass that is ended keeps what it has read, and the next one goes on from there", async () => {
  const workspace = mapWorkspace();
  for (let i = 0; i < 30; i++) workspace.files.set(`f${i}.ts`, `const apple${i} = 1;`);
  const abort = new AbortController();
  const pass = passOver(workspace, { signal: abort.signal });
  const read = async (path: string) => {
    if (workspace.reads.length === 12) abort.abort();
    await sleep(9); // longer than a turn
    return workspace.read(path);
  };
  const slow = { ...pass, workspace: { ...workspace, read } };
  await assert.rejects(indexWorkspace(slow), { name: "AbortError" });
  const kept = pass.store.stats().files;
  assert.ok(kept >= 10 && kept < 30, `${kept} files were kept`);
  workspace.reads.length = 0;
  await indexWorkspace({ ...pass, signal: undefined });
  assert.equal(workspace.reads.length, 30 - kept);
});

test("what changes during a pass comes before the rest of it", async () => {
  const workspace = mapWorkspace();
  for (let i = 10; i < 30; i++) workspace.files.set(`f${i}.ts`, `const apple${i} = 1;`);
  const changed = ["f25.ts"];
  await indexWorkspace({ ...passOver(workspace), takeChanged: () => changed.splice(0) });
  assert.deepEqual(workspace.reads.slice(0, 3), ["f25.ts", "f10.ts", "f11.ts"]);
});

test("a file that changes at each look is left as it was, with the reason", async () => {
  const workspace = mapWorkspace({ "a.ts": "const apple = 1;", "b.ts": "const apple = 2;" });
  const pass = passOver(workspace);
  await indexWorkspace(pass);
  let looks = 0;
  const stat = async (path: string) => {
    const found = await workspace.stat!(path);
    return found && path === "a.ts" ? { ...found, stamp: `${looks++}` } : found;
  };
  assert.deepEqual(await indexWorkspace({ ...pass, workspace: { ...workspace, stat } }), { changedWhileRead: 1 });
  assert.equal(pass.store.stats().files, 2);
  assert.deepEqual(await indexWorkspace(pass), {});
});

test("what is left out is counted by its reason", async () => {
  const workspace = mapWorkspace({ "a.ts": "const apple = 1;", "b.png": "", "c.ts": "x", "d.ts": "gone" });
  const read = workspace.read;
  workspace.read = async (path, refused) => {
    if (path === "c.ts") refused?.("minified");
    return path === "a.ts" ? read(path) : undefined;
  };
  const pass = passOver(workspace);
  assert.deepEqual(await indexWorkspace(pass), { notSource: 1, unreadable: 1 });
  assert.deepEqual(pass.store.stats().skipped, { minified: 1 });
});

test("a full index keeps nearly the same files from pass to pass, and lets old ones go for new ones", async () => {
  const roll = random(6);
  const workspace = mapWorkspace();
  for (let i = 0; i < 600; i++) workspace.files.set(`f${i}.md`, drawText(roll));
  let newest = -1;
  workspace.stat = async (path) => {
    const text = workspace.files.get(path);
    const number = Number(/\d+/.exec(path)![0]);
    return text === undefined ? undefined : { sizeBytes: 1, mtimeMs: number === newest ? 10_000 : number, stamp: text };
  };
  const pass = { ...passOver(workspace), limits: { chunks: 1e9, sizeBytes: 400_000 } };
  await indexWorkspace(pass);
  await indexWorkspace(pass);
  const kept = new Set(pass.store.paths());
  assert.ok(kept.has("f599.md") && !kept.has("f0.md"));
  assert.ok(pass.store.usedBytes() < 480_000, `${pass.store.usedBytes()} bytes`);
  await indexWorkspace(pass);
  const stayed = pass.store.paths().filter((path) => kept.has(path));
  assert.ok(stayed.length >= kept.size * 0.9, `only ${stayed.length} of ${kept.size} files stayed`);
  newest = 0;
  await indexPaths(pass, ["f0.md"]);
  await indexWorkspace(pass);
  assert.ok(pass.store.paths().includes("f0.md"));
});
