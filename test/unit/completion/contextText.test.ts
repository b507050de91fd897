// The inspector's text: what would be sent, what was left out, what was redacted, how the document is read; or why nothing would be sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PromptInput } from "../../../server/protocol/messages.ts";
import { contextText } from "../../../src/completion/contextText.ts";
import { openDocument } from "../../../src/context/documents.ts";
import { readableInspection } from "../../../src/context/inspection.ts";
import type { Workspace } from "../../../src/context/workspace.ts";
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
  return { text: await contextText(document, offset, sources, model, never), asked };
}

test("everything that there is to say has its line", () => {
  const text = readableInspection({
    pieces: [{ kind: "import", path: "b.ts", text: "const b = 1;", score: 2 / 3, tokens: 5 }],
    dropped: [{ kind: "edits", path: "c.ts", reason: "over the size limit" }],
    redacted: [{ path: "b.ts", found: { keyword: 2, random: 1 } }],
    noTree: "no grammar for cobol",
    prompt: "b.ts\nconst",
    tokens: 40,
  });
  assert.deepEqual(text.split("\n"), [
    "Read by indentation: no grammar for cobol",
    "Sent: 40 tokens",
    "  import  b.ts  5 tokens  0.667",
    "Left out:",
    "  edits  c.ts  over the size limit",
    "Secrets redacted:",
    "  b.ts  2 keyword, 1 random",
    "Prompt:",
    "b.ts",
    "const",
  ]);
});

test("the prompt is that of a completion: line ends alike, secrets redacted", async () => {
  const planted = ["tr0ub4dor", "3xQ"].join("&");
  const { text, asked } = await shown(`const password = "${planted}";\r\nlet a = ¦ + 1;\r\n`);
  assert.deepEqual([asked?.prefix, asked?.suffix], ['const password = "<redacted>";\nlet a = ', " + 1;\n"]);
  assert.equal(
    text,
    'Sent: 7 tokens\nSecrets redacted:\n  a.ts  1 keyword\nPrompt:\nconst password = "<redacted>";\nlet a = | + 1;\n',
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
