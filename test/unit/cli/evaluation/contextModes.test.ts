import assert from "node:assert/strict";
import { test } from "node:test";
import type { EvaluationCase } from "../../../../cli/evaluation/cases.ts";
import { chunkPool, contextChooser, holdsGold, virtualWorkspace } from "../../../../cli/evaluation/contextModes.ts";
import { UserError } from "../../../../common/errors.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { mostPiecesTokens, promptBudgetOf } from "../../../../server/host/protocol/promptBudget.ts";
import { estimatedTokens } from "../../../../src/context/rank/pack.ts";
import { caseOf } from "../../../support/evaluationCases.ts";

const parsers = await createParsers();
const signal = new AbortController().signal;

const users = { path: "src/users.ts", text: "export function loadUsers(limit: number) {}", role: "gold" };
const posts = { path: "src/posts.ts", text: "export function loadPosts() {}", role: "sibling" };
const own = { path: "src/a.ts", text: "loadUsers(10)", role: "sibling" };
const first = caseOf({ id: "1", prefix: "const users = loadUsers(", crossfile: [posts, users] });
const second = caseOf({ id: "2", path: "src/b.ts", crossfile: [own, posts] });
const elsewhere = caseOf({ id: "3", source: "there", crossfile: [users] });
const all = [first, second, elsewhere];

const choose = (
  mode: string,
  value: EvaluationCase,
  { pool = chunkPool("repository", all), budget = promptBudgetOf() } = {},
) => contextChooser(mode, { pool, parsers, disk: undefined })(value, budget, signal);

test("the pool of a repository holds the chunks of all its cases, once, without those of the case's own path", () => {
  const pool = chunkPool("repository", all);
  assert.deepEqual(
    pool.chunksOf(first).map(({ path }) => path),
    ["src/posts.ts", "src/users.ts"],
  );
  assert.deepEqual(
    pool.chunksOf(second).map(({ path }) => path),
    ["src/posts.ts", "src/users.ts", "src/a.ts"],
  );
  assert.deepEqual(pool.chunksOf(caseOf({ source: "nowhere" })), []);
});

test("the pool of a case holds its own chunks; retrieval never sees a role", () => {
  const chunks = chunkPool("case", all).chunksOf(second);
  assert.deepEqual(chunks, [
    { path: own.path, text: own.text },
    { path: posts.path, text: posts.text },
  ]);
});

test("none gives nothing, gold the chunk that holds the answer", async () => {
  assert.deepEqual(await choose("none", first), []);
  assert.deepEqual(await choose("gold", first), [{ kind: "gold", path: users.path, text: users.text, score: 1 }]);
});

test("bm25 puts the best chunk last, nearest to the cursor", async () => {
  const pieces = await choose("bm25", first);
  assert.equal(pieces.at(-1)!.path, users.path);
  assert.equal(pieces.at(-1)!.kind, "bm25");
});

const many = Array.from({ length: 20 }, (_, i) => ({
  path: `src/users${i}.ts`,
  text: `export function loadUsers${i}() {}\n${Array.from({ length: i * 10 }, (_, line) => `other${line}();\n`).join("")}`,
  role: "sibling",
}));

test("pieces take what the budget leaves them, and more of a larger one", async () => {
  const value = caseOf({ prefix: "loadUsers1(loadUsers2(loadUsers3(", crossfile: many });
  const pool = chunkPool("case", [value]);
  for (const mode of ["bm25", "own"]) {
    let fewer = 0;
    for (const promptTokens of [256, 768]) {
      const budget = promptBudgetOf("strong", promptTokens);
      const pieces = await choose(mode, value, { pool, budget });
      const tokens = pieces.reduce((sum, { text }) => sum + estimatedTokens(text), 0);
      assert.ok(tokens > fewer && tokens <= mostPiecesTokens(budget), `${mode}: ${tokens} of ${promptTokens} tokens`);
      fewer = tokens;
    }
  }
});

test("of chunks in the same order the best is nearest to the cursor", async () => {
  const value = caseOf({ prefix: "loadUsers0(", crossfile: many });
  const pieces = await choose("bm25", value, { pool: chunkPool("case", [value]) });
  assert.equal(pieces.at(-1)!.path, "src/users0.ts");
});

test("own chooses with all retrievers, each of them also alone", async () => {
  assert.ok((await choose("own", first)).some(({ path }) => path === users.path));
  const found = await choose("search", first);
  assert.deepEqual([...new Set(found.map(({ kind }) => kind))], ["search"]);
  assert.deepEqual(await choose("clipboard", first), []);
});

test("file gives chunks of the case's own file that the prompt's end does not hold", async () => {
  const far = Array.from({ length: 20 }, (_, line) => `export function loadUsers${line}() {}`).join("\n");
  const near = Array.from({ length: 19 }, (_, line) => `const near${line} = 0;`).join("\n");
  const value = caseOf({ prefix: `${far}\n${near}\nloadUsers3`, suffix: "\nfunction after() {}" });
  const pieces = await choose("file", value);
  assert.deepEqual(
    pieces.map(({ text, path }) => [path, text]),
    [["src/a.ts", far]],
  );
});

test("a context that does not exist is refused with the list of those that do", () => {
  assert.throws(
    () => choose("toString", first),
    (error) => error instanceof UserError && /none, file, own, gold, bm25/.test(error.action),
  );
});

test("gold is held by pieces of its path that share half of the lines of the shorter of both", () => {
  const text = "function one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n}";
  const value = caseOf({ crossfile: [{ path: "g.ts", text, role: "gold" }] });
  const holds = (...texts: string[]) =>
    holdsGold(
      value,
      texts.map((piece) => ({ path: "g.ts", text: piece })),
    );
  assert.ok(holds(text));
  assert.ok(holds(`${text}\n${"other();\n".repeat(20)}`), "a whole file");
  assert.ok(holds("function one() { … }\nfunction two() { … }"), "an outline");
  assert.ok(holds("return 1;\nabc();", "return 2;\ndef();"), "half of the shorter");
  assert.ok(!holds("return 1;\nabc();\ndef();"));
  assert.ok(!holds("}\n}"), "closing brackets tell nothing");
  assert.ok(!holdsGold(value, [{ path: "h.ts", text }]), "another path");
  assert.ok(!holdsGold(value, []));
});

test("fragments of one path are one read-only file; the disk is seen below them", async () => {
  const disk = { list: async () => ["a.ts", "b.ts"], read: async (path: string) => `disk ${path}` };
  const chunks = [
    { path: "a.ts", text: "1" },
    { path: "a.ts", text: "2" },
  ];
  const workspace = virtualWorkspace(chunks, disk);
  assert.deepEqual(await workspace.list(), ["a.ts", "b.ts"]);
  assert.equal(await workspace.read("a.ts"), "1\n2");
  assert.equal(await workspace.read("b.ts"), "disk b.ts");
  assert.equal(await virtualWorkspace(chunks, undefined).read("b.ts"), undefined);
});
