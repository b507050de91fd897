// Stopping in the middle of a line gives what waiting for the line's end gave: the plain rule, which looks at whole lines only, is the oracle.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { indentationOf } from "../../../common/syntax/lines.ts";
import { nodeEnd } from "../../../common/syntax/nodeEnd.ts";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { emptyBlockBegins, type LineMode } from "../../../src/completion/classify.ts";
import { baseIndentation, inlineBrackets, type Place, placeOf } from "../../../src/completion/place.ts";
import { cutAtSuffixLine } from "../../../src/completion/postprocess/duplicateOfSuffix.ts";
import { repeats } from "../../../src/completion/postprocess/repetition.ts";
import { trimToTopLevelNode } from "../../../src/completion/postprocess/trimToNode.ts";
import { type StopRule, stopRule } from "../../../src/completion/stopRules.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import type { Draft } from "../../../src/workspace/draft.ts";
import { filtered } from "./filtered.ts";

const parsers = await createParsers("native");
const MAX_LINES = 12;
const TOKEN_UNITS = 3;

/** Whole lines only, each time from the beginning. */
function plainRule(place: Place, draft: Draft | undefined): StopRule {
  return (text) => {
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const lines = whole.split("\n").length - 1;
    if (lines === 0) return undefined;
    if (cutAtSuffixLine(whole, place.suffix) !== whole || lines > MAX_LINES) return "stopSequence";
    if (repeats(whole)) return "repetition";
    const base = baseIndentation(place, whole);
    const last = whole.trimEnd().split("\n").at(-1)!;
    const leaves = whole.trimEnd().includes("\n") && !/^\s*[)\]}{]/.test(last) && indentationOf(last) < base;
    if (leaves || (base === 0 && trimToTopLevelNode(whole) !== whole)) return "scopeClosed";
    const tree = draft?.parse(place.pending + whole);
    const from = place.offset + place.pending.length;
    const end = tree && nodeEnd(tree, from, from + whole.length, true, inlineBrackets(place));
    return end?.closedAt === undefined ? undefined : "scopeClosed";
  };
}

interface Streamed {
  prefix: string;
  text: string; // what the model would go on to write
  suffix: string;
  languageId: string;
}

/** How much of a text comes in before a rule stops it. */
function readUntilStop({ prefix, text, suffix, languageId }: Streamed, rule: "plain" | LineMode): string {
  const document = openDocument({ uri: "file:///a", path: "a", languageId, text: prefix + suffix }, parsers);
  const place = placeOf({ document, offset: prefix.length });
  assert.ok(typeof place === "object");
  const draft = document.draft(prefix.length);
  try {
    const stops = rule === "plain" ? plainRule(place, draft) : stopRule(place, rule, draft, MAX_LINES);
    for (let end = TOKEN_UNITS; end < text.length; end += TOKEN_UNITS) {
      if (stops(text.slice(0, end))) return text.slice(0, end);
    }
    return text;
  } finally {
    draft?.dispose();
  }
}

/** Blocks of this repository's own files, with the text that goes on after them: with the rest of the file, its closers, or nothing below. */
function ownBlocks(): Streamed[] {
  const root = packageRoot(import.meta.dirname);
  const found: Streamed[] = [];
  for (const folder of ["src/completion", "src/completion/requests", "src/context", "src/workspace", "common/syntax"]) {
    for (const name of readdirSync(path.join(root, folder), { encoding: "utf8" })) {
      if (!name.endsWith(".ts")) continue;
      const source = readFileSync(path.join(root, folder, name), "utf8");
      for (const { index, 0: opener } of source.matchAll(/[{[(]\n[ \t]+(?=\S)/g)) {
        const at = index + opener.length;
        const block = { prefix: source.slice(0, at), text: source.slice(at, at + 300), languageId: "typescript" };
        const end = bodyEnd(source, at, /[^\n]*$/.exec(source.slice(0, index))![0]);
        if (found.length % 3 === 0) found.push({ ...block, suffix: `\n${source.slice(end)}` });
        else if (found.length % 3 === 1) found.push({ ...block, suffix: "" });
        else found.push({ ...block, suffix: `\n${source.slice(at)}` });
      }
    }
  }
  return found.filter((_, i) => i % 10 === 0);
}

/** Where the line begins that is indented as the opener's line is. */
function bodyEnd(source: string, at: number, opener: string): number {
  const depth = indentationOf(opener);
  let start = at;
  for (;;) {
    start = source.indexOf("\n", start) + 1;
    if (start === 0) return source.length;
    const line = source.slice(start).split("\n", 1)[0]!;
    if (line.trim() !== "" && indentationOf(line) <= depth) return start;
  }
}

const python: Streamed[] = [
  ["def f(a):\n    ", "return a\n\ndef g(b):\n    return b\n", "\n"],
  ["def f(a):\n    ", "if a:\n        return 1\n    return 2\n\nprint(f(1), f(2))\n", ""],
  ["class A:\n    def f(self):\n        ", "pass\n\n    def g(self):\n        pass\n", "\n\nA()\n"],
  ["x = [\n    ", "1,\n    2,\n]\nprint(x)\n", "\n]\n"],
  ["x = [\n    ", "1,\n    2,\n]\nprint(x)\n", ""],
  ["", "import a\nimport b\n\ndef f():\n    pass\n", ""],
].map(([prefix, text, suffix]) => ({ prefix: prefix!, text: text!, suffix: suffix!, languageId: "python" }));

test("several lines: the filters make the same of it as of text that ran to the line's end, and less is written", () => {
  const blocks = [...ownBlocks(), ...python];
  assert.ok(blocks.length > 70);
  let units = 0;
  let plainUnits = 0;
  let shown = 0;
  for (const block of blocks) {
    const early = readUntilStop(block, "multi");
    const plain = readUntilStop(block, "plain");
    const options = { languageId: block.languageId, mode: "multi" as const, maxLines: MAX_LINES };
    const [a, b] = [early, plain].map((text) => filtered({ ...block, text }, options));
    assert.deepEqual(a, b, JSON.stringify({ ...block, prefix: block.prefix.slice(-80), early, plain }));
    assert.ok(early.length <= plain.length);
    if (typeof a === "object") shown++;
    units += early.length;
    plainUnits += plain.length;
  }
  assert.ok(shown > blocks.length / 2);
  assert.ok(units < plainUnits, `${units} of ${plainUnits}`);
  const saved = python.map((block) => readUntilStop(block, "plain").length - readUntilStop(block, "multi").length);
  assert.deepEqual(
    saved.slice(0, 2).map((units) => units > TOKEN_UNITS),
    [true, true],
    "a line that leaves the block",
  );
});

test("one line: it ends with its line break, for nothing else is certain", () => {
  const at = (text: string) =>
    readUntilStop({ prefix: "a(", text, suffix: ");\n", languageId: "typescript" }, "single");
  assert.equal(at("b) + c(d); // why\nnext();"), "b) + c(d); // why\n");
  assert.equal(at("b"), "b");
});

test("more lines than are allowed are not waited for", () => {
  const text = Array.from({ length: 40 }, (_, i) => `  a${i}(${i});\n`).join("");
  const early = readUntilStop({ prefix: "f(() => {\n", text, suffix: "\n});\n", languageId: "typescript" }, "multi");
  assert.equal(early.split("\n").length - 1, MAX_LINES + 1);
});

test("an empty block is where these tests' blocks begin", () => {
  const { prefix, suffix, languageId } = python[0]!;
  const document = openDocument({ uri: "file:///a", path: "a", languageId, text: prefix + suffix }, parsers);
  const place = placeOf({ document, offset: prefix.length });
  assert.ok(typeof place === "object" && emptyBlockBegins(place));
});
