// The one path and the rules for what may be read: files that are kept shut, and secrets in the file's own text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CompletionCache } from "../../../src/completion/cache.ts";
import { complete } from "../../../src/completion/complete.ts";
import { Documents, openDocument } from "../../../src/workspace/documents.ts";
import { at, native, never } from "./completeAt.ts";
import { looseSettings } from "./looseSettings.ts";
import { scriptedModel } from "./scriptedModel.ts";

test("nothing is asked for a file that an ignore file or its name keeps shut", async () => {
  const model = scriptedModel("g();\n");
  const asked = async (path: string, filter = true, known = true) => {
    const document = openDocument({ uri: `file:///w/${path}`, path, languageId: "javascript", text: "f();\n" }, native);
    const workspace = {
      list: async () => [],
      read: async () => undefined,
      ignored: async (name: string) => (name === "private/a.js" ? ("sottoignore" as const) : undefined),
    };
    const deps = { model, cache: new CompletionCache(), sources: known ? { workspace } : undefined };
    const request = { document, offset: 5, explicit: true, filter };
    const { outcome } = await complete(request, { ...deps, settings: looseSettings }, never);
    return outcome.kind === "none" ? outcome.reason : outcome.kind;
  };
  assert.equal(await asked("private/a.js"), "ignoredFile");
  assert.equal(await asked("private/a.js", false), "ignoredFile");
  assert.equal(await asked(".env.js"), "ignoredFile");
  assert.equal(await asked(".env.js", true, false), "ignoredFile"); // also where no workspace is read
  assert.equal(model.calls.length, 0);
  assert.equal(await asked("public/a.js"), "shown");
});

test("a document that changes while its rules are looked up is not completed", async () => {
  const documents = new Documents({ parsers: native, relativePath: () => "a.ts" });
  const textDocument = { uri: "file:///w/a.ts", languageId: "typescript", version: 1, text: "const a = \n" };
  const document = documents.open(textDocument);
  const workspace = {
    list: async () => [],
    read: async () => undefined,
    ignored: async () => {
      documents.change({ textDocument: { uri: document.uri, version: 2 }, contentChanges: [{ text: "" }] });
      return undefined;
    },
  };
  const deps = { model: scriptedModel("b;\n"), cache: new CompletionCache(), sources: { workspace } };
  const request = { document, offset: 10, explicit: false, filter: true };
  const result = await complete(request, { ...deps, settings: looseSettings }, never);
  assert.deepEqual(result, { kind: "refused", outcome: { kind: "none", reason: "cancelled" } });
});

test("secrets around the cursor stay out of the prompt; the line that the cursor is in stays as it is", async () => {
  const [first, second, third] = ["tr0ub4dor&3", "Zk81mQp07wLx", "q7Wm2Zx9Lk4Tn8Rv"];
  const before = `const password = "${first}";\nconst b = 1;\nconnect({ secret: "${second}", `;
  const after = ` });\nconst apiKey = "${third}";\n`;
  for (const filter of [true, false]) {
    const model = scriptedModel("port: 1");
    await at(before + after, before.length, { model, explicit: true, filter }, "");
    assert.equal(
      model.calls[0]!.prompt.prefix,
      `const password = "<redacted>";\nconst b = 1;\nconnect({ secret: "${second}", `,
    );
    assert.equal(model.calls[0]!.prompt.suffix, '\nconst apiKey = "<redacted>";\n');
  }
  const text = `const password = "${first}";\nlist.for\n`;
  const model = scriptedModel("");
  const selected = { text: `forEach(\n  secret = "${second}"`, startOffset: text.indexOf("for") };
  await at(text, text.length - 1, { model, selected }, "");
  assert.equal(model.calls[0]!.prompt.prefix, `const password = "<redacted>";\nlist.${selected.text}`);
});
