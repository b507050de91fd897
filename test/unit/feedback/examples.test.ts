// Examples for training on this machine: what is in a line, that no secret is, and that the files are bounded.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Ended } from "../../../src/feedback/acceptance.ts";
import { Examples, exampleLine } from "../../../src/feedback/examples.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-examples-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const token = ["ghp", "_", "16C7e42", "F292c69", "12E7710", "c838347", "Ae17", "8B4a"].join("");

const endedWith = (text: string): Ended => ({
  suggestion: {
    uri: "file:///w/private-name.ts",
    languageId: "typescript",
    text,
    source: "model",
    explicit: false,
    shownAtMs: 0,
  },
  ending: "rejected",
  reason: "contradicted",
  characters: { accepted: 0, typed: 1, left: text.length - 1 },
  visibleMs: 812.4,
});

test("a line says what was shown where and what became of it, and neither file nor folder", () => {
  const line = exampleLine(endedWith("a + b;"), { before: "return ", after: "\n}" }, 0)!;
  assert.deepEqual(JSON.parse(line), {
    version: 1,
    at: "1970-01-01T00:00:00.000Z",
    languageId: "typescript",
    before: "return ",
    text: "a + b;",
    after: "\n}",
    source: "model",
    explicit: false,
    ending: "rejected",
    reason: "contradicted",
    characters: { accepted: 0, typed: 1, left: 5 },
    visibleMs: 812,
  });
  assert.ok(!line.includes("private-name") && !line.includes("\n"));
});

test("no secret comes into it, also none that goes across the cursor", () => {
  const around = exampleLine(endedWith("b;"), { before: `const t = "${token}";\n`, after: `\n// ${token}` }, 0)!;
  assert.ok(!around.includes(token.slice(4)) && around.includes("redacted"), around);
  const across = exampleLine(
    endedWith(`${token.slice(20)}";`),
    { before: `const t = "${token.slice(0, 20)}`, after: "" },
    0,
  );
  assert.equal(across, undefined);
});

test("bounded: one older file, then it is gone", () => {
  const file = path.join(folder, "bounded", "examples.jsonl");
  const examples = new Examples(file, assert.fail, 1_000);
  for (let i = 0; i < 50; i++) examples.keep(endedWith(`value${i};`), { before: "", after: "" }, 0);
  assert.deepEqual(readdirSync(path.dirname(file)).sort(), ["examples.jsonl", "examples.older.jsonl"]);
  for (const name of readdirSync(path.dirname(file))) {
    assert.ok(statSync(path.join(path.dirname(file), name)).size <= 1_000);
  }
  assert.match(readFileSync(file, "utf8"), /value49/);
  examples.forget();
  assert.deepEqual(readdirSync(path.dirname(file)), []);
});

test("a folder that cannot be written costs one line", () => {
  const blocked = path.join(folder, "blocked");
  writeFileSync(blocked, "");
  const lines: string[] = [];
  const examples = new Examples(path.join(blocked, "examples.jsonl"), (line) => lines.push(line));
  for (let i = 0; i < 3; i++) examples.keep(endedWith("x"), { before: "", after: "" }, 0);
  assert.equal(lines.length, 1);
});
