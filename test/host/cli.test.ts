// The command line as a process: exit status, and what goes to which stream.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { caseOf } from "../support/evaluationCases.ts";
import { outcomeOf, startNode } from "./support/nodeProcess.ts";

const dir = mkdtempSync(path.join(tmpdir(), "sotto-cli-"));
after(() => rmSync(dir, { recursive: true }));

test("an unknown command is status 2, on stderr only", async () => {
  const { status, stdout, stderr } = await outcomeOf(startNode("cli/main.ts", ["nonsense"]));
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /no command "nonsense"/);
});

test("a file that is missing is status 1, with what to do", async () => {
  const args = ["complete", "--file", path.join(dir, "none.ts"), "--line", "1", "--column", "1", "--json"];
  const { status, stdout, stderr } = await outcomeOf(startNode("cli/main.ts", args));
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /does not exist\. Check the path\.\n$/);
});

test("models list and verify give one JSON document on one line", async () => {
  const list = await outcomeOf(startNode("cli/main.ts", ["models", "list", "--json"]));
  assert.equal(list.status, 0, list.stderr);
  assert.match(list.stdout, /^[^\n]+\n$/);
  const [model] = JSON.parse(list.stdout).models;
  const verify = await outcomeOf(startNode("cli/main.ts", ["models", "verify", model.id, "--json"]));
  assert.equal(verify.status, 0, verify.stderr);
  assert.match(verify.stdout, /^[^\n]+\n$/);
  assert.equal(JSON.parse(verify.stdout).ok, true);
});

test("Ctrl+C is status 130; no result and no predictions are written", {
  skip: process.platform === "win32",
}, async () => {
  const cases = path.join(dir, "cases.jsonl");
  const predictions = path.join(dir, "predictions.jsonl");
  writeFileSync(cases, JSON.stringify(caseOf({ prefix: "const a = ", expected: "1;", suffix: "\n" })));
  const args = ["evaluate", "--cases", cases, "--predictions", predictions, "--json"];
  const child = startNode("test/host/support/slowCli.ts", args);
  const { status, stdout, stderr } = await outcomeOf(child, (_, said) => {
    if (said.endsWith("writing\n")) child.kill("SIGINT");
  });
  assert.equal(status, 130, stderr);
  assert.equal(stdout, "");
  assert.ok(!existsSync(predictions));
});
