// What the document holds beyond the part that is in every prompt.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sameFileRetriever } from "../../../../src/context/retrievers/sameFile.ts";
import { retrieved } from "../drawnPlace.ts";

const FILLER = "// a comment that is long enough to push what stands above out of the part that is always seen\n";

const texts = async (text: string, path?: string) =>
  (await retrieved(sameFileRetriever, text, { path })).pieces.map((piece) => piece.text);

test("the header of a class that began above what is seen", async () => {
  const text = `class Own extends Base {\n${FILLER.repeat(40)}  method() {\n    │\n  }\n}\n`;
  assert.deepEqual(await texts(text), ["class Own extends Base {"]);
});

test("a Python header has no body", async () => {
  const text = `class Own(Base):\n${"    x = 1  # a comment that is long enough to push what stands above out of sight\n".repeat(40)}    def method(self):\n        │`;
  assert.deepEqual(await texts(text, "a.py"), ["class Own(Base):"]);
});

test("a long header is cut", async () => {
  const parameters = Array.from({ length: 50 }, (_, i) => `  parameter${i}: number,\n`).join("");
  const [header] = await texts(`function long(\n${parameters}) {\n${FILLER.repeat(40)}  │\n}\n`);
  assert.ok(header!.startsWith("function long(\n  parameter0") && header!.split("\n").length <= 8);
});

test("a declaration above what is seen whose name stands near the cursor", async () => {
  const text = `function helper(a: number) {}\nfunction other() {}\n${FILLER.repeat(40)}helper(│`;
  assert.deepEqual(await texts(text), ["function helper(a: number) {}"]);
});

test("nothing of what is seen anyway", async () => {
  assert.deepEqual(await texts("class Own {\n  method() {\n    helper(│\n  }\n}\nfunction helper() {}\n"), []);
});

test("a document without a tree has no such pieces", async () => {
  assert.deepEqual(await texts(`helper = 1\n${FILLER.repeat(40)}helper│`, "a.unknown"), []);
});
