// `sotto commit-message` in a real repository: the message is of what is staged and of nothing else, and what cannot be told is one error.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { runCli } from "../../../cli/run.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-commit-message-")));
after(() => rmSync(dir, { recursive: true }));

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], { cwd: dir, stdio: "pipe" });
const write = (name: string, text: string) => writeFileSync(path.join(dir, name), text);

async function commitMessage(...args: string[]) {
  const [stdout, stderr]: string[][] = [[], []];
  const status = await runCli(["commit-message", "--root", dir, ...args], {
    stdout: (line) => stdout.push(line),
    stderr: (line) => stderr.push(line),
    loadModel: () => assert.fail("no model is asked"),
    signal: new AbortController().signal,
  });
  return { status, stdout: stdout.join(""), stderr: stderr.join("") };
}

test("outside of a repository, and where nothing is staged, one error says so", async () => {
  const outside = await commitMessage();
  assert.deepEqual([outside.status, outside.stdout], [1, ""]);
  assert.match(outside.stderr, /git cannot tell what is staged/);
  git("init", "-q");
  const empty = await commitMessage();
  assert.deepEqual([empty.status, empty.stdout], [1, ""]);
  assert.match(empty.stderr, /Nothing is staged\. Stage what the commit is to hold/);
});

test("symbols that were added, removed and moved are named; what is not staged is not", async () => {
  write("a.ts", "export function kept() {}\nexport function moved() {\n  return 1;\n}\n");
  write("b.ts", "export const old = 1;\n");
  write("notes.xyz", "words\n");
  git("add", ".");
  const first = await commitMessage("--json");
  const { message, files, unread } = JSON.parse(first.stdout);
  assert.equal(files.length, 3);
  assert.equal(unread, 1);
  assert.match(message, /kept|a\.ts/);
  assert.match(first.stderr, /1 of 3 files are told without their symbols/);
  git("commit", "-qm", "first");
  write("a.ts", "export function kept() {}\n");
  write("b.ts", "export function moved() {\n  return 1;\n}\nexport const fresh = 2;\n");
  git("add", ".");
  write("a.ts", "export function kept() {}\nexport function unstaged() {}\n");
  const { status, stdout } = await commitMessage();
  assert.equal(status, 0);
  for (const name of ["moved", "fresh", "old"]) assert.match(stdout, new RegExp(`\\b${name}\\b`), stdout);
  assert.doesNotMatch(stdout, /unstaged/);
});
