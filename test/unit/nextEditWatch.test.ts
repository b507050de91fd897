// Next edits in the agent: typing in real documents, and what is offered once it has settled.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { NextEditWatch } from "../../src/agent/nextEdits.ts";
import type { CompilerThread } from "../../src/typescript/thread.ts";
import { nextEditWindow } from "../support/nextEditWindow.ts";

const URI = "file:///w/a.py";
const TEXT = "x = load(a)\ny = load(b)\n\n\n\n\n\n\nz = load(c)\n";
const SETTLED_MS = 1_000;
const BEGUN_MS = 450; // between the beginning of the search and the end of the edit
const SLOW_GAP_MS = 290; // between keys
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
  assert.match(log[0]!, /^next edits: none, \w+, \d+ ms, told \d+ ms after the edit had settled$/);
});

/** A compiler that counts the searches and answers after a while. */
function slowCompiler(answerMs: number) {
  const asked: AbortSignal[] = [];
  const answer = async <T>(value: T, signal: AbortSignal) => {
    asked.push(signal);
    await sleep(answerMs);
    return signal.aborted ? { failure: "late" as const } : value;
  };
  const compiler = {
    rewrite: (...[, , , , signal]: Parameters<CompilerThread["rewrite"]>) =>
      answer({ reason: "noPlace" as const }, signal),
    addsProblem: async () => false,
    broken: async () => ({ reason: "noPlace" as const }),
  };
  return { asked, compiler: compiler as unknown as CompilerThread };
}

test("the search begins before the edit has settled, and is told once it has", async () => {
  const { asked, compiler } = slowCompiler(20);
  const { type, found, log } = nextEditWindow({ uri: URI, languageId: "python", text: TEXT, compiler });
  type(0, 10, ", 1");
  await sleep(BEGUN_MS);
  const begun = asked.length;
  assert.ok(begun > 0);
  assert.deepEqual(found, []);
  await sleep(SETTLED_MS - BEGUN_MS);
  assert.equal(asked.length, begun, "it was not made again");
  assert.equal(found.length, 1);
  assert.match(log.at(-1)!, /^next edits: none/);
});

test("typing on ends a search that has begun; the next rest begins another", async () => {
  const { asked, compiler } = slowCompiler(20);
  const { type, found, log } = nextEditWindow({ uri: URI, languageId: "python", text: TEXT, compiler });
  type(0, 10, ",");
  await sleep(BEGUN_MS);
  const begun = asked.length;
  type(0, 11, " 1");
  assert.ok(asked.every(({ aborted }) => aborted));
  assert.match(log.at(-1)!, /for nothing/);
  await sleep(SETTLED_MS);
  assert.ok(asked.length > begun);
  assert.equal(found.length, 1);
});

test("for who types slowly a longer rest begins the search", async () => {
  const { asked, compiler } = slowCompiler(0);
  const { type } = nextEditWindow({ uri: URI, languageId: "python", text: TEXT, compiler });
  const startMs = Date.now();
  for (const [i, char] of [..."abcdef"].entries()) type(0, 10 + i, char, startMs + i * SLOW_GAP_MS);
  await sleep(BEGUN_MS);
  assert.equal(asked.length, 0);
  await sleep(SETTLED_MS - BEGUN_MS);
  assert.ok(asked.length > 0);
});

test("a search for which the compiler had no time is made again once the edit has settled", async () => {
  const { asked, compiler } = slowCompiler(0);
  const { rewrite } = compiler;
  let busy = true;
  compiler.rewrite = ((...of: Parameters<typeof rewrite>) =>
    busy ? Promise.resolve({ failure: "late" }) : rewrite(...of)) as typeof rewrite;
  const { type, found } = nextEditWindow({ uri: URI, languageId: "python", text: TEXT, compiler });
  type(0, 10, ", 1");
  await sleep(BEGUN_MS);
  busy = false;
  await sleep(SETTLED_MS - BEGUN_MS);
  assert.ok(asked.length > 0);
  assert.notDeepEqual(found.at(-1), { uri: URI, reason: "compilerSlow" });
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
