// What goes from a workspace into a prompt: which pieces, in which order, what is left out and why. Not how much each feature weighs.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { promptBudgetOf } from "../../../server/host/protocol/promptBudget.ts";
import { type GatherOptions, gather } from "../../../src/context/gather.ts";
import { declarationsRetriever } from "../../../src/context/retrievers/declarations.ts";
import { importedChunksRetriever } from "../../../src/context/retrievers/importedChunks.ts";
import type { Retriever } from "../../../src/context/retrievers/retriever.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";
import { drawn, type Files, gathered, inMemory, LONG_MS, NOW_MS, never, told } from "./drawnPlace.ts";

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

test("pieces are chosen for the prompt's budget, or for as many tokens as are told", async () => {
  const long = (name: string) => `export const ${name} = "${"x".repeat(1_000)}";`;
  const options = { retrievers: [naming(long("one"), long("two"), long("three"))] };
  const [few, all, more] = await Promise.all([
    gathered("│", {}, { ...options, budget: promptBudgetOf("strong", 512) }),
    gathered("│", {}, options),
    gathered("│", {}, { ...options, piecesTokens: 700 }),
  ]);
  const chars = [few, more, all].map(({ pieces }) => Math.floor(pieces[0]!.text.length / 1_000));
  assert.deepEqual(chars, [1, 2, 3]);
  assert.deepEqual([...new Set(few.dropped.map(({ reason }) => reason))], ["budget"]);
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
  assert.ok(dropped.some(({ kind, reason }) => kind === "import" && /in time$/.test(reason)));
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

/** Composed, so that no rule finds a secret in this file. */
const PLANTED = ["tr0ub4dor", "3"].join("&");
const SECRET = `a1B2c3${"Zk81mQp07wLx9Yt4".repeat(2)}`;

test("secrets are taken out of pieces, and counted by file", async () => {
  const found = await gathered('import * as b from "./b";\nb.connect(│', {
    files: {
      "b.ts": `export const password = "${PLANTED}";\nexport function connect() {\n  return "${SECRET}";\n}\n`,
    },
  });
  assert.ok(found.pieces.some(({ text }) => text.includes("<redacted>")));
  for (const { text } of found.pieces) assert.doesNotMatch(text, /tr0ub4dor|a1B2c3/);
  assert.deepEqual(
    found.redacted.map(({ path, found }) => [path, found.keyword]),
    [["b.ts", 1]],
  );
});

/** Lines of a private key: no shape of their own, but for the mark above them. */
const KEY_LINES = Array.from(
  { length: 12 },
  (_, i) => `MIIEvQ${i}IBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj`,
);

test("a secret that began before a piece's first line does not leave", async () => {
  const text = `-----BEGIN PRIVATE KEY-----\n${KEY_LINES.join("\n")}\n-----END PRIVATE KEY-----\nexport const after = 1;\n`;
  const visited = { recent: () => [{ path: "b.txt", line: 9, startLine: 9, endLine: 15, atMs: 0, weight: 1 }] };
  const { pieces, redacted } = await gathered("│", { files: { "b.txt": text }, visited });
  assert.equal(pieces.length, 1);
  assert.doesNotMatch(pieces[0]!.text, /MIIEvQ\d/);
  assert.match(pieces[0]!.text, /export const after/);
  assert.equal(redacted.length, 1);
});

test("the middle of a secret does not leave: a piece is redacted as a part of its file", async () => {
  const short = Array.from({ length: 12 }, (_, i) => `MIIEvQ${i}IBADAN`); // which by itself no rule finds
  const text = `-----BEGIN PRIVATE KEY-----\n${short.join("\n")}\n-----END PRIVATE KEY-----\nexport const after = 1;\n`;
  const visited = { recent: () => [{ path: "b.txt", line: 6, startLine: 4, endLine: 9, atMs: 0, weight: 1 }] };
  const { pieces, redacted } = await gathered("│", { files: { "b.txt": text }, visited });
  assert.equal(pieces.length, 1);
  assert.match(pieces[0]!.text, /<redacted>/);
  assert.doesNotMatch(pieces[0]!.text, /MIIEvQ\d/);
  assert.deepEqual(redacted, [{ path: "b.txt", found: { partOfSecret: 1 } }]);
});

test("no secret leaves with an edit or the clipboard", async () => {
  const hunk = {
    ...{ path: "b.ts", startLine: 0, endLine: 2, atMs: NOW_MS, trailing: [] },
    leading: ["-----BEGIN PRIVATE KEY-----"],
    before: KEY_LINES.slice(0, 1),
    after: KEY_LINES.slice(1),
  };
  const clipboard = { text: () => `export const password = "${PLANTED}";` };
  const { pieces, redacted } = await gathered("│", { edits: { recent: async () => [hunk] }, clipboard });
  assert.deepEqual(pieces.map(({ kind }) => kind).sort(), ["clipboard", "edit"]);
  for (const { text } of pieces) assert.doesNotMatch(text, /MIIEvQ\d|tr0ub4dor/);
  assert.deepEqual(redacted.map(({ path }) => path).sort(), ["b.ts", "clipboard"]);
});

test("a text without secrets is not told as redacted, whatever blank lines end it", async () => {
  const visited = { recent: () => [{ path: "b.ts", line: 0, startLine: 0, endLine: 9, atMs: 0, weight: 1 }] };
  const { pieces, redacted } = await gathered("│", { files: { "b.ts": "export const one = 1;\n\n\n" }, visited });
  assert.deepEqual([pieces.length, redacted], [1, []]);
});

/** Requests one after the other for one document; the files may change between them. */
function requests(text: string, files: Files, retrievers?: GatherOptions["retrievers"]) {
  const { document, offset } = drawn(text, "a.ts");
  const sources = { workspace: inMemory(files) };
  return (chosen = retrievers, signal = never) =>
    gather(document, offset, sources, signal, { deadlineMs: LONG_MS, nowMs: 0, ...(chosen && { retrievers: chosen }) });
}

const USES_B = 'import { loadUsers } from "./b";\nloadUsers(│';
const B = "export function loadUsers(limit: number) {\n  return limit;\n}\n";

test("a piece that nobody finds again stays while its file is as it was", async () => {
  const request = requests(USES_B, { "b.ts": B }, [importedChunksRetriever]);
  const { pieces } = await request();
  assert.equal(pieces.length, 1);
  assert.deepEqual(told((await request([])).pieces), told(pieces));
});

test("the outlines of a retriever that is late stay while their file is as it was", async () => {
  const files: Files = { "b.ts": B };
  const request = requests(USES_B, files, [declarationsRetriever]);
  const { pieces } = await request();
  assert.equal(pieces.length, 1);
  assert.deepEqual(told((await request([])).pieces), told(pieces));
  files["b.ts"] = `// more\n${B}`;
  assert.deepEqual((await request([])).pieces, []);
});

for (const [what, file] of [
  ["has changed", `// more\n${B}`],
  ["may not be read any more", { refusal: "sottoignore" }],
] as const)
  test(`a piece whose file ${what} is gone at once`, async () => {
    const files: Files = { "b.ts": B };
    const request = requests(USES_B, files, [importedChunksRetriever]);
    await request();
    files["b.ts"] = file;
    const { pieces, dropped } = await request([]);
    assert.deepEqual(pieces, []);
    assert.deepEqual(dropped, [
      { kind: "import", path: "b.ts", lines: { start: 0, end: 3 }, reason: "no longer found" },
    ]);
  });

test("a request that is cancelled changes nothing of what is kept", async () => {
  const request = requests(USES_B, { "b.ts": B });
  const { pieces } = await request();
  await request(undefined, AbortSignal.abort());
  assert.deepEqual((await request()).pieces, pieces);
});

test("what is ready of the imported files stays ready, until all of them are", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`f${i}.ts`, `export function f${i}() {\n${"  work();\n".repeat(200)}}\n`]),
  );
  const names = Object.keys(files).map((path) => path.replace(".ts", ""));
  const { document, offset } = drawn(`${names.map((f) => `import { ${f} } from "./${f}";`).join("\n")}\n│`, "a.ts");
  const sources = { workspace: inMemory(files) };
  const late = async () => {
    const options = { deadlineMs: 5, nowMs: 0, retrievers: [declarationsRetriever] };
    const { dropped } = await gather(document, offset, sources, never, options);
    return dropped.filter(({ reason }) => /time/.test(reason)).length;
  };
  let requests = 0;
  while ((await late()) > 0) assert.ok(requests++ < 500, "it never becomes ready");
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
