// Fixes by the real compiler over small files, with a model that writes what the test wants into each hole: only verified ones are offered.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { asOne, fixesFor } from "../../../../src/actions/fix/fix.ts";
import { holesOf } from "../../../../src/actions/fix/holes.ts";
import { withChanges } from "../../../../src/typescript/problems.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import { folderOf, STRICT_CONFIG } from "../../typescript/folder.ts";
import { writingModel } from "../writingModel.ts";

const parsers = await createParsers();
const never = new AbortController().signal;

type Writes = (before: string, after: string, attempt: number) => string;

async function fixed(t: TestContext, text: string, writes: Writes, files: Record<string, string> = {}) {
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, "a.ts": text, ...files });
  const file = `${folder.root}/a.ts`;
  const checker = await folder.projects.checkerOf(file, text);
  assert.ok("problems" in checker, JSON.stringify(checker));
  const document = openDocument({ uri: `file://${file}`, path: "a.ts", languageId: "typescript", text }, parsers);
  const model = writingModel(({ prefix, suffix }, attempt) =>
    writes(prefix.split("\n").at(-1)!, suffix.split("\n")[0]!, attempt),
  );
  const before = await checker.problems();
  const result = await fixesFor(document, before[0]!, before, { checker, model }, never);
  return { ...result, model, texts: result.fixes.map(({ edit }) => withChanges(text, [edit])) };
}

test("the compiler's own fix comes first, and then no model is asked", async (t) => {
  const { texts, fixes, model } = await fixed(t, "const known = 1;\nexport const b = knwon + 1;\n", () => "x");
  assert.equal(texts[0], "const known = 1;\nexport const b = known + 1;\n");
  assert.ok(fixes.every(({ source }) => source === "language"));
  assert.deepEqual(model.asked, []);
});

test("where the compiler has none, the smallest hole whose text passes is taken; what does not pass is counted", async (t) => {
  const text = `declare function add(a: number, b: \`x\${number}\`): void;\nadd(1);\n`;
  const writes: Writes = (before, _after, attempt) =>
    before.endsWith("add(1, ") ? ["1", "'x1'", "'x1'"][attempt]! : "x";
  const { texts, fixes, faults, tried } = await fixed(t, text, writes);
  assert.deepEqual(texts, [text.replace("add(1)", "add(1, 'x1')")]);
  assert.equal(fixes[0]!.source, "model");
  assert.deepEqual([tried, faults], [2, ["newProblem"]], "the same text is tried once");
});

test("several that pass are ordered by how little they change", async (t) => {
  const text =
    "const value: string | undefined = Math.random() > 1 ? 'x' : undefined;\nexport const size: number = value;\n";
  const line = (value: string) => `export const size: number = ${value};`;
  const values = [line("value?.length ?? Math.max(0, 1)"), line("value?.length ?? 0"), line("value")];
  const writes: Writes = (before, after, attempt) => (before === "" && after === "" ? values[attempt]! : "size");
  const { texts } = await fixed(t, text, writes);
  assert.ok(texts.length > 0);
  const lengths = texts.map((one) => Math.abs(one.length - text.length));
  assert.deepEqual(
    lengths,
    lengths.toSorted((a, b) => a - b),
  );
});

test("when nothing passes there is nothing; an importing file counts", async (t) => {
  const text = "export const one: { here: number } = { elsewhere: 1 };\n";
  const importing = { "b.ts": 'import { one } from "./a";\nexport const n: number = one.here;\n' };
  const { fixes, faults } = await fixed(t, text, () => "elsewhere: number } = { elsewhere: 1 };", importing);
  assert.deepEqual(fixes, []);
  assert.ok(faults.length > 0);
});

test("holes: from what the compiler points to, to the statement around it", () => {
  const text = "function f() {\n  return add(one,\n    two);\n}\n";
  const tree = parsers.for("typescript")!.parse(text)!;
  const at = text.indexOf("one");
  const holes = (code: number) =>
    holesOf(text, tree, { start: at, end: at + 3, code }).map(({ kind, start, end, lead }) => [
      kind,
      text.slice(start, end),
      lead,
    ]);
  const others = [
    ["place", "one", ""],
    ["expression", "add(one,\n    two)", ""],
    ["line", "return add(one,", ""],
    ["statement", "return add(one,\n    two);", ""],
  ];
  assert.deepEqual(holes(2304), others);
  assert.deepEqual(holes(2554), [["argument", "", ", "], ...others]);
  assert.deepEqual(
    holesOf("x", undefined, { start: 0, end: 1, code: 1 }).map(({ kind }) => kind),
    ["place"],
  );
  assert.deepEqual(
    holesOf("", undefined, { start: 0, end: 0, code: 1 }).map(({ kind }) => kind),
    ["line"],
  );
});

test("several changes become one", () => {
  const text = "one two three";
  const changes = [
    { start: 8, end: 13, newText: "3" },
    { start: 0, end: 3, newText: "1" },
  ];
  assert.deepEqual(asOne(text, changes), { start: 0, end: 13, newText: "1 two 3" });
});

test("what only has the compiler look away is no fix", async (t) => {
  const config = STRICT_CONFIG.replace('"strict":true', '"strict":true,"allowJs":true,"checkJs":true');
  const text = "/** @type {symbol} */\nexport const size = 1;\n";
  const folder = folderOf(t, { "tsconfig.json": config, "a.js": text });
  const file = `${folder.root}/a.js`;
  const checker = await folder.projects.checkerOf(file, text);
  assert.ok("problems" in checker, JSON.stringify(checker));
  const before = await checker.problems();
  const own = await checker.ownFixes(before[0]!);
  assert.ok(
    own.some(({ changes: [change] }) => /@ts-ignore/.test(change!.newText)),
    "TypeScript offers it",
  );
  const document = openDocument({ uri: `file://${file}`, path: "a.js", languageId: "javascript", text }, parsers);
  const { fixes, faults } = await fixesFor(document, before[0]!, before, { checker }, never);
  assert.deepEqual([fixes, faults.includes("suppresses")], [[], true]);
});

test("what the editor's code actions offer is checked like any other", async (t) => {
  const text = "export const size: number = 'a'.lenght;\n".replace("lenght", "sizes");
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, "a.ts": text });
  const file = `${folder.root}/a.ts`;
  const checker = await folder.projects.checkerOf(file, text);
  assert.ok("problems" in checker);
  const before = await checker.problems();
  const document = openDocument({ uri: `file://${file}`, path: "a.ts", languageId: "typescript", text }, parsers);
  const start = text.indexOf("sizes");
  const at = (newText: string) => [{ start, end: start + 5, newText }];
  const { fixes } = await fixesFor(
    document,
    before[0]!,
    before,
    { checker, offered: [at("width"), at("length")] },
    never,
  );
  assert.deepEqual(
    fixes.map(({ source, edit }) => [source, edit.newText]),
    [["editor", "length"]],
  );
});

test("a bug in the compiler's own fixes costs those alone", async (t) => {
  const text = `declare const o: { f?: (a: number, b: \`x\${number}\`) => void };\no.f?.(1);\n`;
  const { texts, fixes } = await fixed(t, text, (before) => (before.endsWith("(1, ") ? "'x1'" : "1"));
  assert.deepEqual(texts, [text.replace("(1)", "(1, 'x1')")]);
  assert.equal(fixes[0]!.source, "model");
});

test("an await that is missing: before the call, before what the name was declared with, in brackets before a member", async (t) => {
  const head =
    "declare function load(): Promise<{ size: number; next(): string }>;\ndeclare function all(): Promise<[number]>;\n";
  const one = await fixed(
    t,
    `${head}export async function f() {\n  const found = load();\n  return found.size;\n}\n`,
    () => "x",
  );
  assert.match(one.texts[0]!, /found = await load\(\);/);
  const two = await fixed(
    t,
    `${head}export async function f() {\n  const { size, next } = load();\n  return size + next();\n}\n`,
    () => "x",
  );
  assert.match(two.texts[0]!, /= await load\(\);/);
  const three = await fixed(
    t,
    `${head}export async function f() {\n  const [first] = all();\n  return first;\n}\n`,
    () => "x",
  );
  assert.match(three.texts[0]!, /= await all\(\);/);
});

test("a missing argument: a visible name whose type fits, the innermost first", async (t) => {
  const text =
    "declare function add(a: number, b: string): void;\nconst outer = 'x';\nexport function f(count: number, name: string) {\n  add(count);\n  return outer;\n}\n";
  const { texts, model } = await fixed(t, text, () => "1");
  assert.equal(texts[0], text.replace("add(count)", "add(count, name)"));
  assert.deepEqual(model.asked, []);
});

test("near names first: a member that is misspelt is renamed, and never declared in its type", async (t) => {
  const type = "export interface Entry { size: number; width: number }\n";
  const text = `import type { Entry } from "./entry";\nexport const f = (entry: Entry) => entry.sise;\n`;
  const imported = await fixed(t, text, () => "x", { "entry.ts": type });
  assert.deepEqual(imported.texts, [text.replace("sise", "size")]);
  const own = `${type}export const f = (entry: Entry) => entry.sise;\n`;
  assert.deepEqual((await fixed(t, own, () => "x")).texts, [own.replace("sise", "size")]);
  const other = `${type}export const f = (entry: Entry) => entry.colour;\n`;
  assert.match(
    (await fixed(t, other, () => "x")).texts.join(),
    /colour: any/,
    "nothing is near: then it may be declared",
  );
  const call = "function sire() {\n  return 1;\n}\nexport const a = sise();\n";
  const named = await fixed(t, call, () => "x");
  assert.deepEqual(named.texts, [call.replace("sise", "sire")]);
  assert.ok(named.texts.every((fix) => !/function sise/.test(fix)));
});

test("a member of the wrong type: another member of the right one, before any conversion", async (t) => {
  const head = "interface User { name: string; visits: number; greet(): string }\n";
  const assigned = `${head}export const f = (user: User) => {\n  const count: number = user.name;\n  return count;\n};\n`;
  const { texts, fixes, model } = await fixed(t, assigned, () => "x");
  const instead = (...values: string[]) => values.map((value) => assigned.replace("user.name", value));
  assert.deepEqual(texts, instead("user.visits", "user.name.length", "Number(user.name)"));
  assert.deepEqual([fixes[0]!.source, model.asked], ["language", []]);
  assert.equal(fixes[0]!.title, "`name` → `visits`, the only member of type number");
  const passed = `${head}declare function g(count: number): void;\nexport const f = (user: User) => g(user.name);\n`;
  assert.equal((await fixed(t, passed, () => "x")).texts[0], passed.replace("user.name", "user.visits"));
  const returned = `${head}export function f(user: User): number {\n  return user.name;\n}\n`;
  assert.equal((await fixed(t, returned, () => "x")).texts[0], returned.replace("user.name", "user.visits"));
  const none = "interface User { name: symbol }\nexport const f = (user: User): number => user.name;\n";
  assert.deepEqual((await fixed(t, none, () => "x")).fixes, []);
});

test("a missing argument: the one variable that fits, however many others are in scope", async (t) => {
  const others = Array.from({ length: 30 }, (_, i) => `const n${i} = ${i};\n`).join("");
  const text = `${others}class Key {\n  id = 'x';\n}\nconst key = new Key();\ndeclare function open(n: number, key: Key): void;\nfunction f(a: number, b: number) {\n  open(a);\n}\nexport { f, key };\n`;
  const { texts, model } = await fixed(t, text, () => "x");
  assert.deepEqual(texts, [text.replace("open(a)", "open(a, key)")]);
  assert.deepEqual(model.asked, []);
});
