// Planted secrets, looked for at the far end of each way that text takes: the model's request, the index on disk, the kept examples.
// What leaves a prepared folder as training data is looked at in `finetune/data/prepare.test.ts`. Not how much the rules find.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { redactSecrets } from "../../../common/rules/redactSecrets.ts";
import { RemoteModel } from "../../../server/remote/remoteModel.ts";
import { Examples } from "../../../src/feedback/examples.ts";
import { chunkTerms } from "../../../src/index/indexedFile.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";
import { sentOf } from "../../../src/model/engine/engineCall.ts";
import { countingEngine } from "../../support/countingEngine.ts";
import { type Planted, partsLeft, plantSecrets } from "../../support/planted/plantSecrets.ts";
import { at } from "../completion/completeAt.ts";
import { scriptedModel } from "../completion/scriptedModel.ts";
import { inMemory } from "../context/drawnPlace.ts";
import { indexerOn, testFolder } from "../index/folders.ts";

/** Those that the rules find in a text of their own: the ways may lose none of them. */
const planted = (["makersPrefix", "tellingName", "url", "keyBlock"] as const)
  .flatMap((kind) => plantSecrets(kind, 25, 20_261_201))
  .filter((one) => one.parts.length > 0 && partsLeft(one, redactSecrets(one.text).text).length === 0);

const assertGone = (one: Planted, text: string) =>
  assert.deepEqual(partsLeft(one, text), [], `${one.class} ${one.text}`);
/** As a string of JSON holds it. */
const inJson = (one: Planted): Planted => ({
  ...one,
  parts: one.parts.map((part) => JSON.stringify(part).slice(1, -1)),
});

test("enough of them are there, of each class", () => {
  assert.ok(planted.length >= 90, `${planted.length}`);
  assert.ok(new Set(planted.map(({ file }) => file)).size >= 15);
});

test("a request to the model: the document above and below, pieces of other files, edits, the clipboard, texts to repeat", async () => {
  for (const one of planted) {
    const model = scriptedModel("a;\n");
    const lines = one.text.split("\n");
    const hunk = { path: "c.ts", startLine: 0, endLine: lines.length, atMs: Date.now(), leading: [], trailing: [] };
    const sources = {
      workspace: inMemory({ "b.ts": `export const b = 1;\n${one.text}`, "c.ts": one.text }),
      visited: { recent: () => [{ path: "b.ts", line: 1, startLine: 0, endLine: 40, atMs: 0, weight: 1 }] },
      edits: { recent: async () => [{ ...hunk, before: lines, after: lines }] },
      clipboard: { text: () => one.text },
      patienceMs: 60_000,
    };
    const above = `import { b } from "./b";\n${one.text.replaceAll("\r", "")}\n`;
    await at(`${above}const a = \n\n${one.text}`, above.length + 10, { model, sources }, "");
    assert.equal(model.calls.length, 1);
    const request = JSON.stringify(model.calls[0]);
    assert.ok(request.includes("<redacted>"), request);
    assert.ok(model.calls[0]!.prompt.pieces.length > 0);
    assertGone(inJson(one), request);
  }
});

test("a request to an engine elsewhere: the same, as it goes over the wire", async (t) => {
  const server = await countingEngine("a;");
  t.after(() => server.close());
  const remote = await RemoteModel.open({ url: server.here }, { signal: AbortSignal.timeout(60_000) });
  for (const one of planted) {
    server.received.length = 0;
    const sources = {
      workspace: inMemory({ "b.ts": `export const b = 1;\n${one.text}` }),
      visited: { recent: () => [{ path: "b.ts", line: 1, startLine: 0, endLine: 40, atMs: 0, weight: 1 }] },
      patienceMs: 60_000,
    };
    const model: CompletionModel = {
      generate: (params, onText, signal) => remote.generate(sentOf(params, remote.contextTokens), onText, signal),
      inspect: (params) => remote.inspect(params),
    };
    const above = `import { b } from "./b";\n${one.text.replaceAll("\r", "")}\n`;
    await at(`${above}const a = \n\n${one.text}`, above.length + 10, { model, sources }, "");
    const sent = server.received.map(({ body }) => body).join("\n");
    assert.ok(sent.includes("<redacted>"), sent);
    assertGone(inJson(one), sent);
  }
});

test("a secret that begins above the cursor's line and ends below it, and one whose name alone is in the line", async () => {
  const value = ["Zk81mQp", "07wLx9Yt", "4Hs2Bv6N"].join("");
  const texts = [
    ["kind: Secret\ndata:\n  a: eA==\n", `  b: ${value}\n`],
    ['const key = {\n  kty: "oct",\n', `  k: "${value}",\n};\n`],
    ["-----BEGIN PRIVATE KEY-----\nMIIEv\n", `${value}\n-----END PRIVATE KEY-----\n`],
  ];
  for (const [above, below] of texts) {
    const model = scriptedModel("a;\n");
    await at(`${above}\n${below}`, above!.length, { model, explicit: true }, "");
    assert.ok(!JSON.stringify(model.calls).includes(value), `${above}│\n${below}`);
  }
  const model = scriptedModel("a;\n");
  const text = `const password = \n  "${value}";\n`;
  await at(text, "const password = ".length, { model, explicit: true }, "");
  assert.equal(model.calls.length, 1);
  assert.ok(!JSON.stringify(model.calls).includes(value));
});

test("the index on disk: no word of a secret is found, and other words are", async (t) => {
  const files = Object.fromEntries(planted.map(({ text }, i) => [`f${i}.ts`, `const apple = 1;\n${text}`]));
  const { finds } = await indexerOn(t, testFolder(t, files));
  assert.ok(finds("apple", 1_000).length >= planted.length * 0.95); // a key in one line looks minified
  let tried = 0;
  planted.forEach((one, i) => {
    for (const part of one.parts) {
      const others = new Set(chunkTerms("", "", one.text.replaceAll(part, " ")));
      const words = chunkTerms("", "", part).filter((word) => word.length >= 6 && !others.has(word));
      tried += words.length;
      for (const word of words) assert.ok(!finds(word, 1_000).includes(`f${i}.ts`), `${word} of ${one.text}`);
    }
  });
  assert.ok(tried >= 100, `${tried}`); // or nothing could have been found
});

test("kept examples: before, in and after a suggestion, and what stands there in the end", (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-ways-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const examples = new Examples(folder, assert.fail);
  for (const one of planted) {
    const suggestion = {
      uri: "file:///w/a.ts",
      languageId: "typescript",
      text: `${one.text}\n`,
      source: "model",
      explicit: false,
      shownAtMs: 0,
    } as const;
    const ended = {
      suggestion,
      ending: "rejected",
      reason: "contradicted",
      characters: { accepted: 1, typed: 0, left: 0 },
      visibleMs: 1,
    } as const;
    const around = { before: `a();\n${one.text}\n`, tail: "", after: `\n\n${one.text}` };
    const place = { uri: suggestion.uri, languageId: suggestion.languageId, ...around, atMs: 0 };
    examples.keep(place, { final: `${one.text}\n` }, ended);
  }
  const kept = readFileSync(examples.file, "utf8");
  assert.ok(kept.split("\n").length >= planted.length * 0.8);
  for (const one of planted) assertGone(inJson(one), kept);
});
