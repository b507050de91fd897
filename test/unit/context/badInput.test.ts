// Documents and files that nobody would write: retrieval neither fails nor hangs, and names what it leaves out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { type Gathered, gather } from "../../../src/context/gather.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { type Given, gathered, inMemory, LONG_MS, never } from "./drawnPlace.ts";

const failures = ({ dropped }: Gathered) => dropped.filter(({ reason }) => reason.startsWith("failed"));

const files = { "b.ts": "export function loadUsers(limit: number) {}\n" };

for (const [what, text] of [
  ["an empty document", "│"],
  ["the beginning", '│import { loadUsers } from "./b";\nloadUsers();\n'],
  ["the end", 'import { loadUsers } from "./b";\nloadUsers();\n│'],
  ["broken syntax everywhere", 'import { loadUsers from "./b;\n}}} class ((( {{ loadUsers.│ ]]] `${'],
  ["a lone surrogate", "const \ud800 = \udc00.│"],
  ["Windows line ends", 'import { loadUsers } from "./b";\r\nloadUsers│\r\n'],
  ["a line of 200,000 letters", `${"a".repeat(200_000)}│${"b".repeat(200_000)}`],
  ["a chain of 50,000 fields", `${"a.".repeat(50_000)}│`],
  ["30,000 nested brackets", `${"[".repeat(30_000)}│`],
  ["names of objects' own properties", "constructor.__proto__.toString.│hasOwnProperty"],
] as const)
  test(`no retriever fails: ${what}`, async () => {
    assert.deepEqual(failures(await gathered(text, { files })), []);
  });

test("names in any letters are found", async () => {
  for (const name of ["größe", "Größe", "привет", "名前", "naïve$"]) {
    const given: Given = { files: { "b.ts": `export function ${name}(a: number) {}\n` } };
    const { pieces } = await gathered(`import { ${name} } from "./b";\n${name}(│`, given);
    assert.equal(pieces[0]?.path, "b.ts", name);
  }
});

test("a document without a tree gets pieces by its words", async () => {
  const none = { kind: "none" as const, reason: "nothing loads", for: () => undefined };
  const item = { uri: "file:///w/a.ts", path: "a.ts", languageId: "typescript", text: "loadUsers(" };
  const sources = { workspace: inMemory(files) };
  const found = await gather(openDocument(item, none), 10, sources, never, { deadlineMs: LONG_MS });
  assert.deepEqual(failures(found), []);
  assert.deepEqual(
    found.pieces.map(({ path }) => path),
    ["b.ts"],
  );
});

test("the WebAssembly build gives the same pieces", async () => {
  const wasm = await createParsers("wasm");
  const text = 'import { loadUsers } from "./b";\nloadUsers(';
  const item = { uri: "file:///w/a.ts", path: "a.ts", languageId: "typescript", text };
  const sources = { workspace: inMemory(files) };
  const found = await gather(openDocument(item, wasm), text.length, sources, never, { deadlineMs: LONG_MS });
  assert.deepEqual(found.pieces, (await gathered(text, { files })).pieces);
});

for (const [what, text] of [
  ["one line of 5 MB", `export const loadUsers = [${"1,".repeat(2_500_000)}];`],
  ["30,000 nested brackets", `export const loadUsers = ${"[\n".repeat(30_000)}${"]\n".repeat(30_000)};\n`],
  ["100,000 export statements without a semicolon", "export { a }\n".repeat(100_000)],
  ["nothing", ""],
] as const)
  test(`an imported file that holds ${what}`, async () => {
    const found = await gathered('import { loadUsers } from "./b";\nloadUsers.│', { files: { "b.ts": text } });
    assert.deepEqual(failures(found), []);
    assert.ok(found.pieces.every((piece) => piece.text.length < 10_000));
  });

test("a file that changes while it is read: pieces are of one of its states", async () => {
  const states = [1, 2, 3].map(
    (state) => `export function loadUsers(limit${state}: number) {\n  return limit${state};\n}\n`,
  );
  let reads = 0;
  const workspace = {
    list: async () => ["b.ts"],
    read: async (path: string) => (path === "b.ts" ? states[reads++ % states.length] : undefined),
  };
  const found = await gathered('import { loadUsers } from "./b";\nloadUsers(│', { workspace });
  assert.deepEqual(failures(found), []);
  assert.ok(found.pieces.length > 0);
});
