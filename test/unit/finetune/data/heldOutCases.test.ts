// The report's cases: what each promises, and that they are spread over files and lines.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { cutHeldOutCases } from "../../../../finetune/data/heldOutCases.ts";
import { fileText } from "../../lab/training/fileText.ts";
import { sampleSource } from "../../lab/training/sampleSource.ts";

const parsers = await createParsers();
const files = [
  { path: "src/queue.ts", text: sampleSource },
  ...Array.from({ length: 5 }, (_, i) => ({ path: `src/w${i}.ts`, text: fileText(i, 3_000) })),
];
const never = () => false;
const cases = cutHeldOutCases(files, never, 60, 1, parsers);

test("a case is a place of its file: prefix, the rest of the line, and suffix are its text", () => {
  assert.equal(cases.length, 60);
  for (const { path, prefix, expected, suffix, kind } of cases) {
    assert.equal(prefix + expected + suffix, files.find((file) => file.path === path)!.text);
    assert.ok(suffix === "" || suffix.startsWith("\n"));
    assert.ok(!expected.includes("\n") && expected === expected.trim());
    assert.equal(kind, "line");
  }
});

test("no comments, no lines of brackets, nothing shorter than three characters, nothing twice", () => {
  const all = cutHeldOutCases(files, never, 10_000, 1, parsers);
  for (const { prefix, expected } of all) {
    const line = prefix.slice(prefix.lastIndexOf("\n") + 1) + expected;
    assert.doesNotMatch(line, /^\s*(\/\/|\/?\*)/);
    assert.match(expected, /[^\s()[\]{};,]/);
    assert.ok(expected.replace(/\s/g, "").length >= 3);
  }
  assert.equal(new Set(all.map(({ expected }) => expected)).size, all.length);
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
});

test("the cursor stands after the indentation in about half, else before a token within the line", () => {
  const atStart = cases.filter(({ prefix }) => /(^|\n)[ \t]*$/.test(prefix)).length / cases.length;
  assert.ok(atStart > 0.3 && atStart < 0.8, `${atStart}`);
  for (const { prefix, expected } of cases) assert.doesNotMatch(prefix.slice(-1) + expected[0], /^\w\w$/);
});

test("files have about as many cases each, whatever their order", () => {
  const counts = files.map(({ path }) => cases.filter((found) => found.path === path).length);
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join(" "));
});

test("recent lines come first", () => {
  const isRecent = (path: string, line: number) => path === "src/w1.ts" && line >= 10 && line < 20;
  const found = cutHeldOutCases(files, isRecent, 12, 1, parsers).filter(({ path }) => path === "src/w1.ts");
  assert.equal(found.length, 2);
  for (const { prefix } of found) {
    const line = prefix.split("\n").length - 1;
    assert.ok(line >= 10 && line < 20, `${line}`);
  }
});

test("comments of other languages are none either; a text without a grammar, and an empty one, do no harm", () => {
  const python =
    'class Queue:\n    """Keeps what waits for a worker."""\n\n    # The limit of all queues.\n    limit = compute_limit(16)\n';
  const found = cutHeldOutCases([{ path: "queue.py", text: python }], never, 10, 1, parsers);
  assert.deepEqual(found.map(({ prefix }) => prefix.split("\n").length).sort(), [1, 5]);
  assert.deepEqual(cutHeldOutCases([{ path: "a.ts", text: "" }], never, 10, 1, parsers), []);
  assert.deepEqual(cutHeldOutCases([], never, 10, 1, parsers), []);
  assert.equal(cutHeldOutCases([{ path: "a.rb", text: "puts first_name\n" }], never, 10, 1, parsers).length, 1);
});
