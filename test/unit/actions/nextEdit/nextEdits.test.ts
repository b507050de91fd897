import assert from "node:assert/strict";
import { test } from "node:test";
import { NextEditFinder } from "../../../../src/actions/nextEdit/nextEdits.ts";
import type { Episode, NextEditSource, NoEditReason } from "../../../../src/actions/nextEdit/types.ts";

const changed = { before: { start: 0, end: 1 }, after: { start: 0, end: 1 } };
const episode: Episode = { uri: "file:///a.ts", languageId: "typescript", before: "a", after: "b", changed };
const access = { parsers: { kind: "none", reason: "", for: () => undefined } as const, past: [], edited: () => [] };
const never = new AbortController().signal;

const offering =
  (newText: string): NextEditSource =>
  async () => ({
    ...{ id: "", kind: "sameEdit", title: "" },
    places: [{ uri: "file:///a.ts", range: { start: 5, end: 6 }, oldText: "a", newText }],
    proof: { examples: 2, parsed: true },
  });
const refusing: NextEditSource = async () => ({ reason: "noPlace" });

test("the first source that finds something is offered", async () => {
  const found = await new NextEditFinder([refusing, offering("b"), offering("c")]).find(episode, access, never);
  assert.ok("places" in found);
  assert.equal(found.places[0].newText, "b");
});

test("where none finds anything, the surest source that has the kind of the edit says why", async () => {
  const saying =
    (reason: NoEditReason): NextEditSource =>
    async () => ({ reason });
  const told = async (...reasons: NoEditReason[]) =>
    new NextEditFinder(reasons.map(saying)).find(episode, access, never);
  assert.deepEqual(await told("notThisKind", "compilerSlow", "onlyOneExample"), { reason: "compilerSlow" });
  assert.deepEqual(await told("noCompiler", "notThisKind", "unclear"), { reason: "unclear" });
  assert.deepEqual(await told("noCompiler", "notThisKind"), { reason: "notThisKind" });
});

test("what was dismissed is not offered again, wherever its place has moved", async () => {
  const finder = new NextEditFinder([offering("b")]);
  const found = await finder.find(episode, access, never);
  assert.ok("places" in found);
  finder.dismiss(found);
  assert.deepEqual(await finder.find(episode, access, never), { reason: "dismissed" });
});

test("each offer has its own id", async () => {
  const finder = new NextEditFinder([offering("b")]);
  const ids = [await finder.find(episode, access, never), await finder.find(episode, access, never)];
  assert.equal(new Set(ids.map((one) => ("id" in one ? one.id : ""))).size, 2);
});

test("what one source calls undone is not asked of the others", async () => {
  const undone: NextEditSource = async () => ({ reason: "undone" });
  const asked: NextEditSource = () => assert.fail("another source was asked");
  assert.deepEqual(await new NextEditFinder([undone, asked]).find(episode, access, never), { reason: "undone" });
});
