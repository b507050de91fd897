// The command line in a process of its own: what it says, that it failed, and that it ends when nobody waits.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { runChildCli } from "../../../src/editor/childCli.ts";

const extensionPath = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-child-")));
after(() => rmSync(extensionPath, { recursive: true }));
mkdirSync(path.join(extensionPath, "dist"));
writeFileSync(
  path.join(extensionPath, "dist", "cli.cjs"),
  `const [what] = process.argv.slice(2);
  if (what === "wait") setInterval(() => {}, 1000);
  else if (what === "wrong") { console.error("sotto: wrong"); process.exitCode = 1; }
  else console.log(process.argv.slice(2).join(" "));
  process.on("SIGINT", () => { console.log("interrupted"); process.exit(130); });`,
);
const child = (signal: AbortSignal, limitMs = 20_000) => ({
  ...{ extensionPath, node: process.execPath, limitMs, signal },
});
const never = new AbortController().signal;

test("it gets its arguments, and what it prints comes back", async () => {
  assert.deepEqual(await runChildCli(child(never), ["tests", "--json"]), {
    ...{ stdout: "tests --json\n", stderr: "", failure: undefined },
  });
});

test("a failure is told with its status and words", async () => {
  const { stderr, failure } = await runChildCli(child(never), ["wrong"]);
  assert.deepEqual([stderr, failure], ["sotto: wrong\n", "1"]);
});

test("what takes too long, and what nobody waits for, ends", async () => {
  assert.equal((await runChildCli(child(never, 300), ["wait"])).failure, "it took too long");
  const ending = new AbortController();
  setTimeout(() => ending.abort(), 300);
  assert.notEqual((await runChildCli(child(ending.signal), ["wait"])).failure, undefined);
});
