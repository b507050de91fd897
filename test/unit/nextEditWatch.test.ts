// Next edits in the agent: typing in real documents, and what is offered once it has settled.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { NextEditWatch } from "../../src/agent/nextEdits.ts";
import { nextEditWindow } from "../support/nextEditWindow.ts";

const URI = "file:///w/a.py";
const TEXT = "x = load(a)\ny = load(b)\n\n\n\n\n\n\nz = load(c)\n";
const SETTLED_MS = 1_000;
const SOON_MS = 200; // far below the time after which an edit settles by itself

const window = (text = TEXT, root?: string) => nextEditWindow({ uri: URI, languageId: "python", text, root });

test("what was typed twice is offered at the third place, once nobody types", async () => {
  const { watch, document, type } = window();
  for (const [i, char] of [...", 1"].entries()) type(0, 10 + i, char);
  await sleep(SETTLED_MS);
  assert.equal(watch.offered(document()), undefined);
  type(1, 10, ", 1");
  assert.equal(watch.offered(document()), undefined);
  await sleep(SETTLED_MS);
  const offered = watch.offered(document());
  assert.deepEqual(
    offered?.edits.places.map(({ newText }) => newText),
    [", 1"],
  );
});

test("the next key takes the offer away", async () => {
  const { watch, document, type } = window();
  type(0, 10, ", 1");
  await sleep(SETTLED_MS);
  type(1, 10, ", 1");
  await sleep(SETTLED_MS);
  assert.ok(watch.offered(document()));
  type(4, 0, "#");
  assert.equal(watch.offered(document()), undefined);
});

test("why nothing is offered stands in the log", async () => {
  const { type, log } = window();
  type(0, 10, ", 1");
  await sleep(SETTLED_MS);
  assert.match(log[0]!, /^next edits: none, \w+, \d+ ms$/);
});

test("an edit settles at once when the document is saved, or the cursor leaves its lines; not while it stays on them", async () => {
  for (const leave of [
    (watch: NextEditWatch) => watch.saved(URI),
    (watch: NextEditWatch) => watch.cursorAt(URI, 6),
    (watch: NextEditWatch) => watch.cursorAt("file:///w/b.py", 1),
  ]) {
    const { watch, document, type } = window();
    type(0, 10, ", 1");
    leave(watch);
    type(1, 10, ", 1");
    watch.cursorAt(URI, 1);
    watch.saved("file:///w/b.py");
    await sleep(SOON_MS);
    assert.equal(watch.offered(document()), undefined);
    leave(watch);
    await sleep(SOON_MS);
    assert.equal(watch.offered(document())?.edits.places.length, 1);
  }
});

test("what was dismissed is not offered again", async () => {
  const { watch, document, type } = window();
  const typeTwice = async () => {
    type(0, 10, ", 1");
    watch.saved(URI);
    type(1, 10, ", 1");
    watch.saved(URI);
    await sleep(SOON_MS);
  };
  await typeTwice();
  const offered = watch.offered(document());
  assert.ok(offered);
  watch.dismiss(offered.edits);
  assert.equal(watch.offered(document()), undefined);
  await typeTwice();
  const again = watch.offered(document())?.edits.places ?? [];
  for (const { oldText, newText } of again)
    assert.ok(!offered.edits.places.some((one) => one.oldText === oldText && one.newText === newText));
});

test("a place that was made is no edit of the person's: nothing is looked for after it", async () => {
  const { watch, type, found } = window();
  type(0, 10, ", 1");
  watch.applied();
  watch.saved(URI);
  await sleep(SETTLED_MS);
  assert.deepEqual(found, []);
});

test("while a merge or a rebase is under way nothing is offered, with that reason", async () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "sotto-merge-"));
  try {
    mkdirSync(path.join(root, ".git"));
    for (const name of ["", "MERGE_HEAD", "rebase-merge"]) {
      const underway = path.join(root, ".git", name);
      if (name !== "") writeFileSync(underway, "");
      const { watch, document, type, found } = window(TEXT, root);
      type(0, 10, ", 1");
      watch.saved(URI);
      await sleep(SOON_MS);
      type(1, 10, ", 1");
      watch.saved(URI);
      await sleep(SOON_MS);
      assert.equal(watch.offered(document()) === undefined, name !== "");
      if (name !== "") assert.deepEqual(found.at(-1), { uri: URI, reason: "mergeUnderway" });
      if (name !== "") rmSync(underway);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
