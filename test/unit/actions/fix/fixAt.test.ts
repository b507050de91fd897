// The problem at a place, and every reason for no fix.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { fixesAt, reasonOfFailure } from "../../../../src/actions/fix/fixAt.ts";
import { ranked } from "../../../../src/typescript/candidates/candidate.ts";
import type { Checker } from "../../../../src/typescript/checker.ts";
import type { NoFix, Problem } from "../../../../src/typescript/problems.ts";
import { CheckFailed, DocumentChanged } from "../../../../src/typescript/thread.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import { folderWorkspace } from "../../../../src/workspace/workspace.ts";

const parsers = await createParsers();
const never = new AbortController().signal;
const text = "const a = bb + cc;\n";
const documentAt = (name = "a.ts") =>
  openDocument({ uri: `file:///${name}`, path: name, languageId: "typescript", text }, parsers);

const problemOf = (part: string, code: number): Problem => {
  const start = text.indexOf(part);
  return { start, end: start + part.length, code, message: `${part} is wrong`, isSyntax: false };
};
const problems = [problemOf("bb", 1), problemOf("bb", 2), problemOf("cc", 3)];

/** A checker that offers "x" for each problem, and says of it what the test wants. */
const checkerOf = (fault?: NoFix): Checker => ({
  problems: async () => problems,
  problemsWith: async () => problems,
  ownFixes: async ({ start, end }) =>
    ranked([{ kind: "compiler", changes: [{ start, end, newText: "x" }], why: "the test wants it" }]),
  faultOf: async () => fault,
});

test("the problem that touches the place, of the editor's code where there is one", async () => {
  const asked = async (spot: { start: number; end: number; code?: number }) => {
    const found = await fixesAt(documentAt(), spot, { checker: checkerOf() }, never);
    return "problem" in found ? [found.problem.code, found.fixes[0]?.edit.newText] : found.reason;
  };
  assert.deepEqual(await asked({ start: 10, end: 12 }), [1, "x"]);
  assert.deepEqual(await asked({ start: 10, end: 12, code: 2 }), [2, "x"]);
  assert.deepEqual(await asked({ start: 12, end: 12, code: 9 }), [1, "x"], "another numbering: the first one there");
  assert.deepEqual(await asked({ start: 0, end: 17 }), [1, "x"]);
  assert.equal(await asked({ start: 0, end: 3 }), "noProblem");
});

test("none verified, a document that has changed, a file that nobody should look at", async (t) => {
  const spot = { start: 10, end: 12 };
  assert.deepEqual(await fixesAt(documentAt(), spot, { checker: checkerOf("stays") }, never), {
    reason: "noneVerified",
  });

  let version = 1;
  const changing = Object.create(documentAt(), { version: { get: () => version } });
  const checker: Checker = { ...checkerOf(), faultOf: async () => void (version = 2) };
  assert.deepEqual(await fixesAt(changing, spot, { checker }, never), { reason: "documentChanged" });

  const root = mkdtempSync(path.join(tmpdir(), "sotto-fix-at-"));
  t.after(() => rmSync(root, { recursive: true }));
  writeFileSync(path.join(root, ".sottoignore"), "secret.ts\n");
  const sources = { workspace: folderWorkspace(root) };
  const refused = await fixesAt(documentAt("secret.ts"), spot, { checker: checkerOf(), sources }, never);
  assert.deepEqual(refused, { reason: "ignoredFile" });
  await assert.rejects(fixesAt(documentAt(), spot, { checker: checkerOf() }, AbortSignal.abort()));
});

test("a file that a generator has written is left alone; why a compiler said nothing has a name", async () => {
  const spot = { start: 10, end: 12 };
  const marked = openDocument(
    { uri: "file:///b.ts", path: "b.ts", languageId: "typescript", text: `// @generated\n${text}` },
    parsers,
  );
  assert.deepEqual(await fixesAt(marked, spot, { checker: checkerOf() }, never), { reason: "generatedFile" });
  assert.equal(reasonOfFailure(new CheckFailed("late")), "compilerSlow");
  assert.equal(reasonOfFailure(new CheckFailed("failed")), "compilerFailed");
  assert.equal(reasonOfFailure(new DocumentChanged()), "documentChanged");
  assert.equal(reasonOfFailure(new Error("a bug of ours")), undefined);
});
