// What goes from a workspace into a prompt: which pieces, in which order, what is left out and why. Not how much each feature weighs.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { gather } from "../../../src/context/gather.ts";
import type { Retriever } from "../../../src/context/retrievers/retriever.ts";
import type { Workspace } from "../../../src/context/workspace.ts";
import { drawn, gathered, inMemory, LONG_MS, never, told } from "./drawnPlace.ts";

/** Names one piece with each text, all of "b.ts". */
const naming = (...texts: string[]): Retriever => ({
  kind: "naming",
  retrieve: async () =>
    texts.map((text, line) => ({
      kind: "naming",
      path: "b.ts",
      startLine: line * 100,
      endLine: line * 100 + text.split("\n").length,
      text,
      features: { importNear: 1, imported: 1 },
    })),
});
const silent: Retriever = { kind: "silent", retrieve: () => new Promise(() => {}) };

test("declarations of the imported names near the cursor, bodies left out", async () => {
  const found = await gathered('import { f, type T } from "./lib/b.ts";\nimport C from "../c";\nf(new C() as T│', {
    path: "src/a.ts",
    files: {
      "src/lib/b.ts": [
        "export function f(a: number): string {",
        "  const much = a + 1;",
        "  return `${much} is a long enough body to be left out of it`;",
        "}",
        "export interface T {\n  a: number;\n}\n",
      ].join("\n"),
      "c.ts":
        "export default class C {\n  #x = 1;\n  method(a: string): void {\n    console.log(a, 'and something longer than sixty characters in all');\n  }\n}\n",
    },
  });
  const texts = found.pieces.map(({ text }) => text).join("\n");
  assert.match(texts, /^export default class C \{\n {2}#x = 1;\n {2}method\(a: string\): void \{ … \}\n\}$/m);
  assert.match(texts, /^export function f\(a: number\): string \{ … \}$/m);
  assert.match(texts, /^export interface T \{\n {2}a: number;\n\}$/m);
});

test("pieces of one retriever and file that follow each other are one piece", async () => {
  const { pieces } = await gathered(
    "│",
    {},
    { retrievers: [naming("export const one = 1;", "export const two = 2;")] },
  );
  assert.deepEqual(told(pieces), ["b.ts: export const one = 1;\nexport const two = 2;"]);
});

test("a retriever that is late is named, and the others' pieces are there", async () => {
  const { pieces, dropped } = await gathered(
    "│",
    {},
    { retrievers: [silent, naming("export const one = 1;")], deadlineMs: 1 },
  );
  assert.deepEqual(told(pieces), ["b.ts: export const one = 1;"]);
  assert.deepEqual(dropped, [{ kind: "silent", path: "", reason: "not found in time" }]);
});

test("a retriever that fails is named with its error, and the others' pieces are there", async () => {
  const failing: Retriever = { kind: "failing", retrieve: () => Promise.reject(new Error("disk")) };
  const { pieces, dropped } = await gathered("│", {}, { retrievers: [failing, naming("export const one = 1;")] });
  assert.deepEqual(told(pieces), ["b.ts: export const one = 1;"]);
  assert.deepEqual(dropped, [{ kind: "failing", path: "", reason: "failed: disk" }]);
});

test("a request that is cancelled waits for nobody", async () => {
  const { pieces, dropped } = await gathered("│", {}, { retrievers: [silent] }, AbortSignal.abort());
  assert.deepEqual(pieces, []);
  assert.deepEqual(dropped, [{ kind: "silent", path: "", reason: "cancelled" }]);
});

test("a workspace that does not answer holds nothing up", async () => {
  const workspace: Workspace = { list: () => new Promise(() => {}), read: () => new Promise(() => {}) };
  const { pieces, dropped } = await gathered('import { f } from "./b";\nf│', { workspace }, { deadlineMs: 1 });
  assert.deepEqual(pieces, []);
  assert.ok(dropped.some(({ kind, reason }) => kind === "import" && reason === "not found in time"));
});

test("a workspace that fails is no failure", async () => {
  const fails = () => Promise.reject(new Error("disk"));
  const { pieces, dropped } = await gathered('import { f } from "./b";\nf│', {
    workspace: { list: fails, read: fails },
  });
  assert.deepEqual(pieces, []);
  assert.ok(dropped.some(({ path, reason }) => path === "./b" && /disk/.test(reason)));
});

test("a file that the workspace keeps shut is named with the reason", async () => {
  const { pieces, dropped } = await gathered('import { f } from "./b";\nf│', {
    files: { "b.ts": { refusal: "gitignore" } },
  });
  assert.deepEqual(pieces, []);
  assert.deepEqual(dropped, [{ kind: "import", path: "b.ts", reason: "ignored by git" }]);
});

const SECRET = `a1B2c3${"Zk81mQp07wLx9Yt4".repeat(2)}`;

test("secrets are taken out of pieces, and counted by file", async () => {
  const found = await gathered('import * as b from "./b";\nb.connect(│', {
    files: {
      "b.ts": `export const password = "tr0ub4dor&3";\nexport function connect() {\n  return "${SECRET}";\n}\n`,
    },
  });
  assert.ok(found.pieces.some(({ text }) => text.includes("<redacted>")));
  for (const { text } of found.pieces) assert.doesNotMatch(text, /tr0ub4dor|a1B2c3/);
  assert.deepEqual(
    found.redacted.map(({ path, found }) => [path, found.keyword]),
    [["b.ts", 1]],
  );
});

test("gather gives the same for the same place", async () => {
  const files = Object.fromEntries(
    ["b", "c", "d"].map((name) => [`${name}.ts`, `export function ${name}Load(limit: number) {\n  return limit;\n}\n`]),
  );
  const text = 'import { bLoad } from "./b";\nimport { cLoad } from "./c";\nbLoad(cLoad(│';
  const { document, offset } = drawn(text, "a.ts");
  const options = { deadlineMs: LONG_MS, nowMs: 0 };
  const first = await gather(document, offset, { workspace: inMemory(files) }, never, options);
  const again = await gather(document, offset, { workspace: inMemory(files) }, never, options);
  assert.ok(first.pieces.length > 1);
  assert.deepEqual(again, first);
});
