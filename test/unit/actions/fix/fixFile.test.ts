// All that is wrong with a file, by the real compiler: fixes that are right together, and what is left where some are not.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { fixFile } from "../../../../src/actions/fix/fixFile.ts";
import { withChanges } from "../../../../src/typescript/problems.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import { folderOf, STRICT_CONFIG } from "../../typescript/folder.ts";

const parsers = await createParsers();
const never = new AbortController().signal;

async function fixedFile(t: TestContext, text: string, files: Record<string, string> = {}) {
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, "a.ts": text, ...files });
  const file = `${folder.root}/a.ts`;
  const checker = await folder.projects.checkerOf(file, text);
  assert.ok("problems" in checker, JSON.stringify(checker));
  const document = openDocument({ uri: `file://${file}`, path: "a.ts", languageId: "typescript", text }, parsers);
  const seen: string[] = [];
  const found = await fixFile(
    document,
    { checker },
    () => true,
    ({ done, total }) => seen.push(`${done} of ${total}`),
    never,
  );
  const fixed = withChanges(
    text,
    found.fixes.map(({ edit }) => edit),
  );
  return { ...found, seen, fixed };
}

test("equal problems at several places are each fixed where they stand", async (t) => {
  const text = "const known = 1;\nexport const a = knwon + 1;\nexport const b = knwon + 2;\nexport const c = knwon;\n";
  const { fixed, fixes, left, seen } = await fixedFile(t, text);
  assert.equal(fixed, text.replaceAll("knwon", "known"));
  assert.equal(fixes.length, 3);
  assert.deepEqual(left, []);
  assert.deepEqual(seen, ["0 of 3", "1 of 3", "2 of 3"]);
});

test("what one fix mends is not fixed again: one import for three uses", async (t) => {
  const text = "export const a = helper(1);\nexport const b = helper(2);\nexport const c = helper(3);\n";
  const files = { "b.ts": "export function helper(n: number): number {\n  return n;\n}\n" };
  const { fixed, fixes, left } = await fixedFile(t, text, files);
  assert.equal(fixes.length, 1);
  assert.match(fixed, /^import \{ helper \} from "\.\/b";?\n/);
  assert.deepEqual(left, []);
});

test("what has no verified fix is left, and does not keep others from theirs", async (t) => {
  const text = "const known = 1;\nexport const a: string = Symbol();\nexport const b = knwon;\n";
  const { fixed, problems, left } = await fixedFile(t, text);
  assert.equal(fixed, text.replace("knwon", "known"));
  assert.deepEqual(
    [problems, left].map((all) => all.map(({ code }) => code)),
    [[2322, 2552], [2322]],
  );
});

test("a file without problems has no fixes", async (t) => {
  const { fixes, problems, seen } = await fixedFile(t, "export const a = 1;\n");
  assert.deepEqual([fixes, problems, seen], [[], [], []]);
});

test("more than a hundred problems: none is looked at, and that is said", async (t) => {
  const text = Array.from({ length: 101 }, (_, i) => `export const n${i}: symbol = ${i};\n`).join("");
  const { fixes, problems, left, tooMany, seen } = await fixedFile(t, text);
  assert.deepEqual([fixes, problems.length, left.length, tooMany, seen], [[], 101, 101, true, []]);
});

test("what passes but is not sure enough is left for a person, and counted", async (t) => {
  const text =
    "interface User { name: string; visits: number; age: number }\nexport const f = (user: User): number => user.name;\n";
  const { fixes, left, unsure } = await fixedFile(t, text);
  assert.deepEqual([fixes, left.length, unsure], [[], 1, 1]);
});

test("a declaration is never made unseen, though nothing else passes", async (t) => {
  const text = "interface Entry {\n  size: number;\n}\nexport const f = (entry: Entry) => entry.colour;\n";
  const { fixes, unsure } = await fixedFile(t, text);
  assert.deepEqual([fixes, unsure], [[], 1]);
});
