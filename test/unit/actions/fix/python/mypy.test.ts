// Python's types by mypy: where it is found, what a stand-in for it says about a text, which candidates pass, and what becomes of one that hangs.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createParsers } from "../../../../../common/syntax/parsers.ts";
import { fixesFor } from "../../../../../src/actions/fix/fix.ts";
import { openChecker } from "../../../../../src/actions/fix/openChecker.ts";
import { Mypy, mypyOf } from "../../../../../src/actions/fix/python/mypy.ts";
import { withChanges } from "../../../../../src/typescript/problems.ts";
import { openDocument } from "../../../../../src/workspace/documents.ts";

const parsers = await createParsers();
const skip = process.platform === "win32" && "the stand-in is a script of the shell";

/** A folder with a mypy of its own that runs `script`; `$shadow` is the text that it is asked about. */
function folderWith(t: TestContext, script: string): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-mypy-test-")));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(path.join(root, ".venv", "bin"), { recursive: true });
  const program = path.join(root, ".venv", "bin", "mypy");
  const given = 'while [ "$1" != --shadow-file ]; do shift; done; file=$2; shadow=$3';
  writeFileSync(program, `#!/bin/sh\n${given}\n${script}\n`);
  chmodSync(program, 0o755);
  return root;
}

const TEXT = "class User:\n    name = 1\n\n\ndef f(user: User) -> int:\n    return user.nmae\n";
/** Finds the member that is misspelt, and nothing else. */
const MISSPELT =
  'if grep -q nmae "$shadow"; then echo "$file:6:12:6:20: error: \\"User\\" has no attribute \\"nmae\\"  [attr-defined]"; exit 1; fi';

async function fixed(root: string, text: string, said: string[] = []) {
  const uri = pathToFileURL(path.join(root, "a.py")).href;
  const document = openDocument({ uri, path: "a.py", languageId: "python", text }, parsers);
  const mypy = new Mypy(mypyOf(root, "")!, root, (line) => said.push(line), 2_000);
  const opened = await openChecker(document, undefined, undefined, mypy);
  assert.ok("checker" in opened);
  const before = await opened.checker.problems();
  const fixes = before[0]
    ? (await fixesFor(document, before[0], before, opened, new AbortController().signal)).fixes
    : [];
  return { before, texts: fixes.map(({ edit }) => withChanges(text, [edit])), said };
}

test("a misspelt member: mypy points to it, and the near name passes", { skip }, async (t) => {
  const { before, texts } = await fixed(folderWith(t, MISSPELT), TEXT);
  assert.deepEqual(
    before.map(({ start, end }) => TEXT.slice(start, end)),
    ["nmae"],
  );
  assert.deepEqual(texts, [TEXT.replace("nmae", "name")]);
});

test("what mypy says about another environment is no problem of the file", { skip }, async (t) => {
  const missing =
    'echo "$file:1:1:1:5: error: Cannot find implementation or library stub for module named \\"x\\"  [import-not-found]"; exit 1';
  assert.deepEqual((await fixed(folderWith(t, missing), "import x\n")).before, []);
});

test("one that hangs, or fails, is named once and not asked again; the text is checked all the same", {
  skip,
}, async (t) => {
  const wrong = "def length(items):\n    return len(itmes)\n";
  for (const [script, why] of [
    ["exec sleep 30", /it took longer than 2 s/],
    ["echo 'its configuration is broken' >&2; exit 2", /its configuration is broken/],
  ] as const) {
    const { texts, said } = await fixed(folderWith(t, script), wrong);
    assert.deepEqual(texts, [wrong.replace("itmes", "items")]);
    assert.equal(said.length, 1);
    assert.match(said[0]!, why);
  }
});

test("none is installed: none is asked", () => {
  assert.equal(mypyOf(tmpdir(), ""), undefined);
});
