// Examples for training on this machine: what is in a line, that no secret is, and that the files are bounded.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Ended } from "../../../src/feedback/acceptance.ts";
import { Examples, exampleLine, type Place, placeIn } from "../../../src/feedback/examples.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-examples-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const token = ["ghp", "_", "16C7e42", "F292c69", "12E7710", "c838347", "Ae17", "8B4a"].join("");

const endedWith = (text: string): Ended => ({
  suggestion: {
    uri: "file:///w/a.ts",
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

const place = (parts: Partial<Place> = {}): Place => ({
  uri: "file:///w/a.ts",
  languageId: "typescript",
  before: "",
  tail: "",
  after: "",
  atMs: 0,
  ...parts,
});

test("a line says what was shown where, what became of it, and what stands there in the end", () => {
  const line = exampleLine(place({ before: "return ", after: "\n}" }), { final: "a - b;" }, endedWith("a + b;"))!;
  assert.deepEqual(JSON.parse(line), {
    version: 2,
    at: "1970-01-01T00:00:00.000Z",
    file: fileURLToPath("file:///w/a.ts"),
    languageId: "typescript",
    before: "return ",
    tail: "",
    after: "\n}",
    shown: {
      text: "a + b;",
      source: "model",
      explicit: false,
      ending: "rejected",
      reason: "contradicted",
      characters: { accepted: 0, typed: 1, left: 5 },
      visibleMs: 812,
    },
    final: "a - b;",
  });
  assert.ok(!line.includes("\n"));
});

test("a line that was typed has nothing that was shown; one whose end is not known says why; what is no file is not kept", () => {
  const typed = JSON.parse(exampleLine(place(), { final: "a;" })!);
  assert.deepEqual([typed.shown, typed.final], [undefined, "a;"]);
  const closed = JSON.parse(exampleLine(place(), { unsettled: "closed" }, endedWith("a;"))!);
  assert.deepEqual([closed.final, closed.unsettled], [undefined, "closed"]);
  assert.equal(exampleLine(place({ uri: "untitled:Untitled-1" }), { final: "a;" }), undefined);
});

test("a place is cut out of a text: the rest of its line, what follows it, with plain line ends", () => {
  const text = `${"x".repeat(3_000)}\r\nif (│)\r\nnext();${"y".repeat(3_000)}`;
  const { before, tail, after } = placeIn(text.replace("│", ""), text.indexOf("│"), place(), 0);
  assert.deepEqual([before.length <= 2_000, before.endsWith("x\nif ("), tail], [true, true, ")"]);
  assert.ok(after.startsWith("\nnext();") && after.length <= 500);
});

test("no secret comes into it, also none that goes across the cursor, in what was shown or in what stands there in the end", () => {
  const around = exampleLine(
    place({ before: `const t = "${token}";\n`, after: `\n// ${token}` }),
    { final: `"${token}"` },
    endedWith("b;"),
  )!;
  assert.ok(!around.includes(token.slice(4)) && around.includes("redacted"), around);
  const across = place({ before: `const t = "${token.slice(0, 20)}` });
  const rest = `${token.slice(20)}";`;
  assert.equal(exampleLine(across, { unsettled: "lost" }, endedWith(rest)), undefined);
  assert.equal(exampleLine(across, { final: rest }, endedWith("b;")), undefined);
  assert.equal(exampleLine({ ...across, tail: rest }, { unsettled: "lost" }), undefined);
});

test("bounded: one older file, then it is gone", () => {
  const dir = path.join(folder, "bounded");
  const examples = new Examples(dir, assert.fail, 1_000);
  for (let i = 0; i < 50; i++) examples.keep(place(), { final: `value${i}; // ü` }, endedWith(`value${i};`));
  assert.deepEqual(readdirSync(dir).sort(), ["examples.jsonl", "examples.older.jsonl"]);
  for (const name of readdirSync(dir)) assert.ok(statSync(path.join(dir, name)).size <= 1_000);
  assert.match(readFileSync(examples.file, "utf8"), /value49/);
  examples.forget();
  assert.deepEqual(readdirSync(dir), []);
});

test("a folder that cannot be written costs one line", () => {
  const blocked = path.join(folder, "blocked");
  writeFileSync(blocked, "");
  const lines: string[] = [];
  const examples = new Examples(blocked, (line) => lines.push(line));
  for (let i = 0; i < 3; i++) examples.keep(place(), { final: "x" }, endedWith("x"));
  assert.equal(lines.length, 1);
});
