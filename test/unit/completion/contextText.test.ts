// The inspector's text: what would be sent, what was left out, what was redacted, how the document is read; or why nothing would be sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import { contextText } from "../../../src/completion/contextText.ts";
import { readableInspection } from "../../../src/context/inspection.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";
import { native, never } from "./completeAt.ts";

const workspace: Workspace = { list: async () => [], read: async () => undefined, ignored: async () => undefined };

/** The text for a document with the cursor at ¦, and the prompt that the model was asked about. */
async function shown(source: string, options: { languageId?: string; path?: string; workspace?: Workspace } = {}) {
  const { languageId = "typescript", path = "a.ts" } = options;
  const offset = source.indexOf("¦");
  const document = openDocument({ uri: `file:///w/${path}`, path, languageId, text: source.replace("¦", "") }, native);
  let asked: PromptInput | undefined;
  const model = {
    async inspect(prompt: PromptInput) {
      asked = prompt;
      return { pieces: [], dropped: [], prompt: `${prompt.prefix}|${prompt.suffix}`, tokens: 7 };
    },
  };
  const sources = { workspace: options.workspace ?? workspace };
  const { text } = await contextText(document, offset, { sources, model, tier: "strong" }, never);
  return { text, asked };
}

test("everything that there is to say has its line", () => {
  const text = readableInspection({
    pieces: [
      {
        kind: "import",
        path: "b.ts",
        text: "const b = 1;",
        score: 2 / 3,
        tokens: 5,
        lines: [
          { start: 0, end: 1 },
          { start: 8, end: 11 },
        ],
      },
    ],
    costs: [
      { kind: "search", ms: 11.25, found: 3 },
      { kind: "import", ms: 2, found: 1 },
    ],
    dropped: [
      { kind: "search", path: "c.ts", lines: { start: 20, end: 30 }, reason: "budget" },
      { kind: "search", path: "", reason: "not found in time" },
      { kind: "search", path: "c.ts", lines: { start: 4, end: 5 }, reason: "budget" },
    ],
    redacted: [{ path: "b.ts", found: { keyword: 2, random: 1 } }],
    noTree: "no grammar for cobol",
    prompt: "b.ts\nconst",
    tokens: 40,
    contextMs: 12,
    index: "ready",
  });
  assert.deepEqual(text.split("\n"), [
    "Read by indentation: no grammar for cobol",
    "Context: 12 ms, index ready",
    "Retrievers: search 11.3 ms (3), import 2.0 ms (1)",
    "Sent: 40 tokens",
    "  import  b.ts:1, 9-11  5 tokens  0.667",
    "Left out:",
    "  search  c.ts  5, 21-30  budget",
    "  search  not found in time",
    "Secrets redacted:",
    "  b.ts  2 keyword, 1 random",
    "Prompt:",
    "b.ts",
    "const",
  ]);
});

test("no more than 40 lines of what was left out; the rest is counted", () => {
  const dropped = Array.from({ length: 65 }, (_, i) => ({ kind: "search", path: `${i % 60}.ts`, reason: "budget" }));
  const empty = { pieces: [], redacted: [], prompt: "", tokens: 0, contextMs: 0, index: "off" as const };
  const lines = readableInspection({ ...empty, dropped }).split("\n");
  assert.deepEqual(lines.slice(0, 3), ["Context: 0 ms, index off", "Sent: 0 tokens", "Left out:"]);
  assert.deepEqual(lines.slice(42), ["  search  39.ts  budget", "  and 20 more", "Prompt:", ""]);
});

test("where no workspace may be read that is said", async () => {
  const document = openDocument({ uri: "file:///a.ts", path: "a.ts", languageId: "typescript", text: "a" }, native);
  const inspect = async () => ({ pieces: [], dropped: [], prompt: "", tokens: 1 });
  const deps = { sources: undefined, model: { inspect }, tier: undefined };
  const { text } = await contextText(document, 1, deps, never);
  assert.equal(text.split("\n")[0], "Context: of this document alone");
});

test("the prompt is that of a completion: line ends alike, secrets redacted", async () => {
  const planted = ["tr0ub4dor", "3xQ"].join("&");
  const { text, asked } = await shown(`const password = "${planted}";\r\nlet a = ¦ + 1;\r\n`);
  assert.deepEqual([asked?.prefix, asked?.suffix], ['const password = "<redacted>";\nlet a = ', " + 1;\n"]);
  assert.equal(
    text.replace(/\d+ ms/, "0 ms").replace(/Retrievers: .*\n/, ""),
    'Context: 0 ms, index off\nSent: 7 tokens\nSecrets redacted:\n  a.ts  1 keyword\nPrompt:\nconst password = "<redacted>";\nlet a = | + 1;\n',
  );
});

test("nothing is sent, and why", async () => {
  const ignoring: Workspace = { ...workspace, ignored: async () => "sottoignore" };
  for (const [expected, source, options] of [
    ["Nothing would be sent for a.txt: unsupportedLanguage.", "¦", { languageId: "plaintext", path: "a.txt" }],
    ["Nothing would be sent for a.ts: excluded by .sottoignore.", "¦", { workspace: ignoring }],
    ["Nothing would be sent for .env.ts: its name says that it holds secrets.", "¦", { path: ".env.ts" }],
    ["Nothing would be sent for a.ts: lineTooLong.", `${"x".repeat(200_000)}¦`, {}],
  ] as const) {
    const { text, asked } = await shown(source, options);
    assert.equal(text, expected);
    assert.equal(asked, undefined);
  }
});
