// What the model host is told of a workspace folder: everything once it is ready, then what changes; never what may not be read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MEMORY_LIMITS } from "../../../server/host/protocol/limits.ts";
import type { RememberParams } from "../../../server/host/protocol/messages.ts";
import { rememberedFiles } from "../../../src/memory/rememberedFiles.ts";
import { RepositoryFeed } from "../../../src/memory/repositoryFeed.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";

interface Disk {
  files: Map<string, string>;
  refused: Set<string>;
}

const workspaceOf = (disk: Disk): Workspace => ({
  list: async () => [...disk.files.keys()].filter((path) => !disk.refused.has(path)).sort(),
  read: async (path) => (disk.refused.has(path) ? undefined : disk.files.get(path)),
  ignored: async (path) => (disk.refused.has(path) ? "gitignore" : undefined),
});

/** A feed, and the host's memory as its messages make it. */
function feedOf(disk: Disk, options: { fail?: () => boolean } = {}) {
  const host = { pid: undefined as number | undefined, files: new Map<string, string>(), messages: 0 };
  const lines: string[] = [];
  const feed = new RepositoryFeed({
    name: "folder",
    open: () => workspaceOf(disk),
    openPath: () => undefined,
    hostPid: () => host.pid,
    remember: async ({ files }: RememberParams) => {
      if (options.fail?.()) throw new Error("gone");
      host.messages++;
      for (const { path, text } of files) {
        if (text === undefined) host.files.delete(path);
        else host.files.set(path, text);
      }
      return { chars: 0, refused: 0 };
    },
    log: (line) => lines.push(line),
  });
  return { feed, host, lines };
}

const diskOf = (files: Record<string, string>): Disk => ({
  files: new Map(Object.entries(files)),
  refused: new Set(),
});

test("a host that becomes ready gets all code, without secrets, and nothing else", async () => {
  const secret = ["AKIA", "IOSFODNN7", "ABCDEFG"].join("");
  const disk = diskOf({ "a.ts": "let a;", "lib/b.py": `key = "${secret}"`, "notes.txt": "no code", "c.ts": "let c;" });
  disk.refused.add("c.ts");
  const { feed, host } = feedOf(disk);
  feed.hostChanged();
  assert.equal(host.messages, 0);
  host.pid = 1;
  feed.hostChanged();
  await feed.idle;
  assert.deepEqual([...host.files.keys()].sort(), ["a.ts", "lib/b.py"]);
  assert.equal(host.files.get("a.ts"), "let a;");
  assert.ok(!host.files.get("lib/b.py")!.includes(secret));
  feed.hostChanged();
  await feed.idle;
  assert.equal(host.messages, 1, "the same host is told once");
  host.pid = 2;
  host.files.clear();
  feed.hostChanged();
  await feed.idle;
  assert.equal(host.files.size, 2, "the next host gets everything again");
});

test("changes, removals, folders and new rules reach the host", async () => {
  const disk = diskOf({ "a.ts": "1", "lib/b.ts": "2", "lib/c.ts": "3" });
  const { feed, host } = feedOf(disk);
  host.pid = 1;
  feed.hostChanged();
  await feed.idle;
  disk.files.set("a.ts", "11");
  disk.files.set("new.ts", "5");
  disk.files.delete("lib/b.ts");
  feed.changed(["a.ts", "new.ts", "lib/b.ts"]);
  await feed.idle;
  assert.deepEqual(Object.fromEntries(host.files), { "a.ts": "11", "lib/c.ts": "3", "new.ts": "5" });
  disk.files.delete("lib/c.ts");
  feed.changed(["lib"]);
  await feed.idle;
  assert.deepEqual([...host.files.keys()].sort(), ["a.ts", "new.ts"]);
  disk.refused.add("a.ts");
  feed.changed([".gitignore"]);
  await feed.idle;
  assert.deepEqual([...host.files.keys()], ["new.ts"]);
});

test("a switch of branches sends the folder as it is then", async () => {
  const before = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`old${i}.ts`, "x"]));
  const disk = diskOf(before);
  const { feed, host } = feedOf(disk);
  host.pid = 1;
  feed.hostChanged();
  await feed.idle;
  assert.equal(host.files.size, 300);
  disk.files = new Map(Array.from({ length: 250 }, (_, i) => [`new${i}.ts`, "y"]));
  feed.changed([...Object.keys(before), ...disk.files.keys()]);
  await feed.idle;
  assert.deepEqual([...host.files.keys()].sort(), [...disk.files.keys()].sort());
});

test("a host that goes meanwhile is logged, and its successor gets everything", async () => {
  let failing = true;
  const { feed, host, lines } = feedOf(diskOf({ "a.ts": "1" }), { fail: () => failing });
  host.pid = 1;
  feed.hostChanged();
  await feed.idle;
  assert.deepEqual(lines, ["The model host does not remember the files of folder: gone"]);
  failing = false;
  host.pid = 2;
  feed.hostChanged();
  await feed.idle;
  assert.equal(host.files.get("a.ts"), "1");
});

test("near files come first, huge ones never, and the host's room is not exceeded", async () => {
  const half = "x".repeat(MEMORY_LIMITS.fileChars);
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`far/f${i}.ts`, half]));
  const disk = diskOf({ ...files, "src/lib/near.ts": "n", "src/other.ts": "o", "huge.ts": `${half}x` });
  const messages = [];
  for await (const message of rememberedFiles(workspaceOf(disk), "src/lib/open.ts")) messages.push(message);
  const sent = messages.flat();
  assert.deepEqual(
    sent.slice(0, 2).map(({ path }) => path),
    ["src/lib/near.ts", "src/other.ts"],
  );
  assert.ok(!sent.some(({ path }) => path === "huge.ts"));
  assert.ok(sent.reduce((sum, { text }) => sum + text!.length, 0) <= MEMORY_LIMITS.workspaceChars);
  for (const message of messages) {
    assert.ok(message.length <= MEMORY_LIMITS.filesInMessage);
    assert.ok(message.reduce((sum, { text }) => sum + text!.length, 0) <= MEMORY_LIMITS.messageChars);
  }
});
