// The keys that write a text: whatever the editor adds, the text comes out, and each key is one that VS Code would take like that.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import {
  type Edit,
  indentOf,
  nextStep,
  type Step,
  type Writing,
  writtenUnits,
} from "../../../../../lab/bench/replay/typing.ts";

function begin(before: string, target: string, after = ""): Writing {
  const start = before.length;
  return { text: before + after, cursor: start, start, end: start, target, indent: "  " };
}

function apply(writing: Writing, step: Step): void {
  if (step.kind === "move") {
    writing.cursor = step.cursor;
    return;
  }
  const { start, end, text, cursor } = step.edit;
  writing.text = writing.text.slice(0, start) + text + writing.text.slice(end);
  writing.end += text.length - (end - start);
  writing.cursor = cursor;
}

/** Types all of it; what is typed, and the document in the end. */
function typed(writing: Writing): { keys: (string | Edit)[]; kinds: string[]; text: string } {
  const keys: (string | Edit)[] = [];
  const kinds: string[] = [];
  for (let step = nextStep(writing); step; step = nextStep(writing)) {
    assert.ok(kinds.length < 10_000, "it comes to an end");
    kinds.push(step.kind);
    if (step.kind !== "move") keys.push(step.edit.start === step.edit.end ? step.edit.text : step.edit);
    apply(writing, step);
  }
  return { keys, kinds, text: writing.text };
}

describe("keys", () => {
  test("brackets and quotes are closed, and typed over as a change of their own", () => {
    const { keys, text } = typed(begin("", 'f("a")'));
    assert.equal(text, 'f("a")');
    const over = (start: number, character: string) => ({ start, end: start + 1, text: character, cursor: start + 1 });
    assert.deepEqual(keys, ["f", "()", '""', "a", over(4, '"'), over(5, ")")]);
  });

  test("no bracket is closed before a word, no quote after one or in a comment", () => {
    assert.deepEqual(typed(begin("", "(", "word")).keys, ["("]);
    assert.deepEqual(typed(begin("", "it's")).keys, ["i", "t", "'", "s"]);
    assert.deepEqual(typed(begin("", '// "x')).keys, ["/", "/", " ", '"', "x"]);
  });

  test("Enter indents, and pushes the closing bracket to a line of its own; the cursor goes over it", () => {
    const { keys, kinds, text } = typed(begin("x;", "\nif (a) {\n  b();\n}\nc"));
    assert.equal(text, "x;\nif (a) {\n  b();\n}\nc");
    assert.ok(keys.includes("\n  \n"));
    assert.deepEqual(
      kinds.filter((kind) => kind !== "key"),
      ["move"],
    );
  });

  test("a closing bracket takes its line's indentation along; Backspace takes it away before anything else", () => {
    const closing = typed(begin("  a {\n    b", "\n  }", "\nz"));
    assert.equal(closing.text, "  a {\n    b\n  }\nz");
    assert.deepEqual(closing.keys, ["\n    ", { start: 12, end: 16, text: "  }", cursor: 15 }]);
    const word = typed(begin("    b", "\nc"));
    assert.equal(word.text, "    b\nc");
    assert.equal(word.keys.length, 4); // Enter, two levels, the letter
  });

  test("a blank line keeps no indentation; the tab key goes a level deeper", () => {
    assert.equal(typed(begin("  a", "\n\n  b")).text, "  a\n\n  b");
    const { keys, text } = typed(begin("a", "\n    b"));
    assert.deepEqual([keys, text], [["\n", "  ", "  ", "b"], "a\n    b"]);
  });

  test("JSDoc goes on by itself", () => {
    const { keys, text } = typed(begin("", "/**\n * a\n */\nb"));
    assert.equal(text, "/**\n * a\n */\nb");
    assert.ok(keys.includes("\n * "));
  });

  test("what the editor has closed and nobody wants is taken away in the end", () => {
    const { kinds, text } = typed(begin("", "\nf(a, {", "\n  b: 1 });"));
    assert.deepEqual([text, kinds.at(-1)], ["\nf(a, {\n  b: 1 });", "clean"]);
  });

  test("every stretch of this repository's files comes out as it is", () => {
    for (const file of ["src/agent/main.ts", "src/completion/complete.ts", "lab/bench/replay/typing.ts"]) {
      const source = readFileSync(path.join(import.meta.dirname, "../../../../..", file), "utf8");
      const lines = source.split("\n");
      for (let from = 1; from + 9 < lines.length; from += 7) {
        const [before, target] = [lines.slice(0, from).join("\n"), `\n${lines.slice(from, from + 9).join("\n")}`];
        const after = `\n${lines.slice(from + 9).join("\n")}`;
        const writing = begin(before, target, after);
        assert.equal(typed(writing).text, source, `${file}:${from}`);
        assert.equal(writtenUnits(writing), target.length);
      }
    }
  });

  test("one level of indentation is what the file's lines step by", () => {
    assert.equal(indentOf("a\n\tb\n"), "\t");
    assert.equal(indentOf("a {\n    b {\n        c"), "    ");
    assert.equal(indentOf("a {\n  b {\n    c"), "  ");
    assert.equal(indentOf("/**\n * a\n */\nf() {\n    b"), "    ");
  });
});
