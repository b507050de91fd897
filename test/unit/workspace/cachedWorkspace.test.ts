// A cached workspace: it answers what the plain one answers, asks it seldom, and holds nothing that has changed or been excluded.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Refusal } from "../../../common/rules/refusal.ts";
import { cachedWorkspace } from "../../../src/workspace/cachedWorkspace.ts";
import { folderWorkspace, type Workspace } from "../../../src/workspace/workspace.ts";
import { folderOfFiles } from "../modules/folder.ts";

const HOUR_MS = 3_600_000;
const dependency = "node_modules/x/index.d.ts";

/** A folder with its cached workspace, a clock an hour ahead of the files, and the calls that reach the plain workspace. */
function cachedFolder(files: Record<string, string>, maxBytes?: number) {
  const root = folderOfFiles(files);
  let clockMs = Date.now() + HOUR_MS;
  const nowMs = () => clockMs;
  const plain = folderWorkspace(root, undefined, nowMs);
  const calls: string[] = [];
  const counted = new Proxy(plain, {
    get:
      (target, name: keyof Workspace) =>
      (calledPath: string, ...rest: unknown[]) => {
        calls.push(`${name} ${calledPath ?? ""}`.trim());
        return (target[name] as (...all: unknown[]) => unknown)(calledPath, ...rest);
      },
  });
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  return {
    root,
    plain,
    cached: cachedWorkspace(counted, { nowMs, maxBytes }),
    write,
    pass: (ms: number) => (clockMs += ms),
    /** The calls since the last time. */
    called: () => calls.splice(0),
  };
}

async function said(read: NonNullable<Workspace["readDeclaration"]>, name: string): Promise<string | undefined> {
  let refusal: Refusal | undefined;
  const text = await read(name, (told) => (refusal = told));
  return refusal === undefined ? text : `refused: ${refusal}`;
}

test("a burst asks for each file once, whether it is there or not, also at the same time", async () => {
  const { cached, called } = cachedFolder({ "a.ts": "a", ".sottoignore": "b.ts", "b.ts": "b", [dependency]: "x" });
  for (let time = 0; time < 3; time++) {
    const both = await Promise.all([said(cached.read, "a.ts"), said(cached.read, "a.ts")]);
    assert.deepEqual(both, ["a", "a"]);
    assert.equal(await said(cached.read, "b.ts"), "refused: sottoignore");
    assert.equal(await said(cached.read, "gone.ts"), undefined);
    assert.equal(await said(cached.readDeclaration!, dependency), "x");
    assert.equal(await cached.stat!("gone.ts"), undefined);
    assert.equal(await cached.realPath!("a.ts"), "a.ts");
    assert.deepEqual(await cached.listFolder!(""), [".sottoignore", "a.ts"]);
  }
  const calls = called().filter((call) => !/^(ignored|stat) /.test(call));
  assert.deepEqual(calls.sort(), [
    "listFolder",
    "read a.ts",
    "read b.ts",
    "read gone.ts",
    `readDeclaration ${dependency}`,
    "realPath a.ts",
  ]);
});

test("an unchanged file is not read again, only its state is asked", async () => {
  const { cached, called, pass } = cachedFolder({ "a.ts": "a", [dependency]: "x" });
  await cached.read("a.ts");
  await cached.readDeclaration!(dependency);
  called();
  pass(500);
  assert.equal(await cached.read("a.ts"), "a");
  assert.equal(await cached.readDeclaration!(dependency), "x");
  assert.deepEqual(called().sort(), ["ignored a.ts", `ignored ${dependency}`, "stat a.ts", `stat ${dependency}`]);
});

test("after half a second what is new, changed or gone is seen", async () => {
  const { root, cached, write, pass } = cachedFolder({ "a.ts": "a", "b.ts": "b" });
  for (const name of ["a.ts", "b.ts", "c.ts"]) await cached.read(name);
  write("a.ts", "A");
  rmSync(path.join(root, "b.ts"));
  write("c.ts", "c");
  pass(499);
  assert.equal(await cached.read("a.ts"), "a");
  pass(1);
  assert.deepEqual(await Promise.all(["a.ts", "b.ts", "c.ts"].map((name) => cached.read(name))), ["A", undefined, "c"]);
});

test("an exclusion takes effect within a second, in both directions, for dependencies too", async () => {
  const { root, cached, write, pass } = cachedFolder({ "a.ts": "a", [dependency]: "x" });
  const both = async () => [await said(cached.read, "a.ts"), await said(cached.readDeclaration!, dependency)];
  assert.deepEqual(await both(), ["a", "x"]);
  pass(499); // the rules are as old as they get when the texts are asked for again
  assert.deepEqual(await both(), ["a", "x"]);
  write(".sottoignore", "a.ts\nnode_modules/x/\n");
  pass(999);
  assert.deepEqual(await both(), ["refused: sottoignore", "refused: sottoignore"]);
  rmSync(path.join(root, ".sottoignore"));
  pass(999);
  assert.deepEqual(await both(), ["a", "x"]);
});

test("a file that was changed a moment before it was read is read again", async () => {
  const { cached, called, pass } = cachedFolder({ "a.ts": "a" });
  pass(-HOUR_MS);
  await cached.read("a.ts");
  called();
  pass(500);
  await cached.read("a.ts");
  assert.ok(called().includes("read a.ts"));
});

test("what was not used for longest goes when the size is reached", async () => {
  const { cached, called } = cachedFolder({ "a.ts": "a".repeat(400), "b.ts": "b".repeat(400), "c.ts": "" }, 2_100);
  await cached.read("a.ts");
  await cached.read("b.ts");
  await cached.read("a.ts");
  await cached.read("c.ts");
  called();
  await cached.read("a.ts");
  assert.deepEqual(called(), []);
  await cached.read("b.ts");
  assert.ok(called().includes("read b.ts"));
});

test("it answers what the plain workspace answers, after any change", async () => {
  const { root, plain, cached, write, pass } = cachedFolder({ "a.ts": "a", [dependency]: "x" });
  const paths = ["a.ts", "src", "src/b.ts", "binary.ts", "../x", "", dependency, "node_modules/x/index.js", ".env"];
  const changes = [
    () => write("src/b.ts", "b"),
    () => write("binary.ts", "\0"),
    () => write("a.ts", "A"),
    () => write(".gitignore", "src/\nnode_modules/\n"),
    () => write("node_modules/x/index.js", "x"),
    () => rmSync(path.join(root, "a.ts")),
    () => write(".env", "KEY=1"),
    () => write(".gitignore", ""),
    () => write(".sottoignore", dependency),
  ];
  const allOf = async (workspace: Workspace) => {
    const answers: unknown[] = [await workspace.list()];
    for (const each of paths) {
      answers.push(await said(workspace.read, each), await said(workspace.readDeclaration!, each));
      answers.push(await workspace.stat!(each), await workspace.realPath!(each), await workspace.listFolder!(each));
      answers.push(await workspace.ignored!(each));
    }
    return answers;
  };
  for (const change of changes) {
    change();
    pass(1_000);
    assert.deepEqual(await allOf(cached), await allOf(plain));
  }
});

test("a failure is not kept, and one that hangs is not asked again", async () => {
  let calls = 0;
  const state = async () => ({ sizeBytes: 1, mtimeMs: 0, stamp: "1" });
  const failing: Workspace = { list: async () => [], stat: state, read: () => Promise.reject(new Error(`${++calls}`)) };
  const cached = cachedWorkspace(failing);
  await assert.rejects(cached.read("a"), /1/);
  await assert.rejects(cached.read("a"), /2/);
  let nowMs = 0;
  const list = () => {
    calls++;
    return new Promise<string[]>(() => {});
  };
  const hanging: Workspace = { list, stat: state, read: async () => undefined };
  const patient = cachedWorkspace(hanging, { nowMs: () => nowMs });
  void patient.list();
  nowMs = 10_000;
  void patient.list();
  assert.equal(calls, 3);
});
