// Small diffs from deltas: what is merged, what disappears, what is never a hunk; and undoing all hunks gives the text from before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { TextDocument } from "vscode-languageserver-textdocument";
import { EditHistory, isRewrite, renderHunk } from "../../../../src/context/sources/recentEdits.ts";
import type { EditHunk } from "../../../../src/context/sources/sources.ts";

type Change = { range: { start: Place; end: Place }; text: string };
type Place = { line: number; character: number };

class Editor {
  readonly history = new EditHistory();
  readonly text: TextDocument;
  nowMs = 1_000_000;
  constructor(text: string, name = "a.ts") {
    this.text = TextDocument.create(`file:///w/${name}`, "typescript", 1, text);
  }
  /** Replaces the first `old` of the document; at its end where `old` is empty. */
  replace(old: string, now: string, laterMs = 100): void {
    const at = old === "" ? this.text.getText().length : this.text.getText().indexOf(old);
    assert.notEqual(at, -1, old);
    const range = { start: this.text.positionAt(at), end: this.text.positionAt(at + old.length) };
    this.change({ range, text: now }, laterMs);
  }
  change(change: Change | { text: string }, laterMs = 100, rewrite = false): void {
    this.nowMs += laterMs;
    this.history.note(this.text, "a.ts", change, this.nowMs, rewrite);
    TextDocument.update(this.text, [change], this.text.version + 1);
  }
  recent(limit = 100) {
    return this.history.recent({ nowMs: this.nowMs, limit });
  }
  rendered(): string[] {
    return this.recent().map(renderHunk);
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}\n`).join("");

test("typed keys on a line are one hunk, with two lines around", () => {
  const editor = new Editor(numbered(9));
  for (const key of "!?.") editor.replace("\nline 5", `\nline 5${key}`);
  assert.deepEqual(editor.rendered(), [" line 3\n line 4\n-line 5\n+line 5.?!\n line 6\n line 7"]);
  const [hunk] = editor.recent();
  assert.deepEqual([hunk.path, hunk.startLine, hunk.endLine, hunk.atMs], ["a.ts", 5, 6, editor.nowMs]);
});

test("near in place and time is one hunk; far in either is two", () => {
  const near = new Editor(numbered(20));
  near.replace("line 5", "five");
  near.replace("line 8", "eight");
  assert.deepEqual(near.rendered(), [
    " line 3\n line 4\n-line 5\n+five\n line 6\n line 7\n-line 8\n+eight\n line 9\n line 10",
  ]);

  const far = new Editor(numbered(20));
  far.replace("line 5", "five");
  far.replace("line 10", "ten");
  assert.equal(far.recent().length, 2);

  const later = new Editor(numbered(20));
  later.replace("line 5", "five");
  later.replace("line 8", "eight", 5_000);
  assert.deepEqual(
    later.recent().map(({ after }) => after),
    [["eight"], ["five"]],
  );
});

test("the same lines are one hunk however much later, and its before is that of the first edit", () => {
  const editor = new Editor(numbered(9));
  editor.replace("line 5", "five");
  editor.replace("five", "FIVE", 600_000);
  assert.deepEqual(editor.rendered(), [" line 3\n line 4\n-line 5\n+FIVE\n line 6\n line 7"]);
});

test("lines put in and taken away", () => {
  const editor = new Editor(numbered(9));
  editor.replace("line 2\n", "line 2\nnew\n");
  editor.replace("line 7\n", "", 10_000);
  assert.deepEqual(editor.rendered(), [
    " line 5\n line 6\n-line 7\n line 8\n ",
    " line 1\n line 2\n+new\n line 3\n line 4",
  ]);
  assert.deepEqual([editor.recent()[0].startLine, editor.recent()[0].endLine], [8, 8]);
});

test("what is undone disappears, at once or later", () => {
  const editor = new Editor(numbered(9));
  editor.replace("line 5", "five");
  editor.replace("five", "line 5", 60_000);
  assert.deepEqual(editor.recent(), []);
});

test("hunks move with the lines above them", () => {
  const editor = new Editor(numbered(30));
  editor.replace("line 20", "twenty");
  editor.replace("line 2\n", "a\nb\nc\n");
  const moved = editor.recent().find(({ after }) => after[0] === "twenty");
  assert.deepEqual([moved?.startLine, moved?.endLine], [22, 23]);
});

test("what nobody types is no hunk: whole texts, many lines, long lines, formatters", () => {
  const whole = new Editor(numbered(9));
  whole.replace("line 5", "five");
  whole.change({ text: "another branch" });
  assert.deepEqual(whole.recent(), []);

  const many = new Editor(numbered(100));
  many.replace("line 80", "eighty");
  many.replace("", numbered(61));
  many.replace(many.text.getText().slice(0, 600), "");
  assert.deepEqual(
    many.recent().map(({ after }) => after),
    [["eighty"]],
  );
  const { startLine } = many.recent()[0];
  assert.equal(many.text.getText().split("\n")[startLine], "eighty");

  const long = new Editor(`const a = "${"x".repeat(10_000)}";\n`);
  long.replace("x", "y");
  assert.deepEqual(long.recent(), []);

  const at = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 0 } });
  const indented = Array.from({ length: 61 }, (_, line) => ({ range: at(line), text: "  " }));
  assert.ok(isRewrite(indented));
  assert.ok(isRewrite([{ text: "" }]));
  assert.ok(!isRewrite(indented.slice(0, 60)));
  const formatted = new Editor(numbered(100));
  formatted.replace("line 90", "ninety");
  for (const change of indented) formatted.change(change, 0, true);
  assert.equal(formatted.recent().length, 1);
});

test("more typed than a hunk holds: the newest lines are kept", () => {
  const editor = new Editor(numbered(3));
  for (let i = 0; i < 200; i++) editor.replace("", `typed ${i}\n`);
  const hunks = editor.recent();
  assert.ok(hunks[0].after.includes("typed 199"));
  for (const { after } of hunks) assert.ok(after.length <= 60);
});

test("at most twenty hunks, 64 K characters and half an hour", () => {
  const editor = new Editor(numbered(500));
  for (let i = 10; i < 40; i++) editor.replace(`line ${i}0\n`, `changed ${i}\n`, 5_000);
  assert.equal(editor.recent().length, 20);
  assert.deepEqual(editor.recent(2).length, 2);
  assert.deepEqual(editor.recent()[0].after, ["changed 39"]);
  editor.nowMs += 31 * 60_000;
  assert.deepEqual(editor.recent(), []);

  const wide = new Editor(Array.from({ length: 200 }, (_, i) => `${i} ${"w".repeat(600)}\n`).join(""));
  for (let i = 0; i < 19; i++) {
    const start = { line: i * 10, character: 0 };
    const end = { line: i * 10 + 6, character: 0 };
    wide.change({ range: { start, end }, text: "z".repeat(3_000) }, 5_000);
  }
  const units = wide.recent().reduce((sum, { before, after }) => sum + before.join().length + after.join().length, 0);
  assert.ok(units <= 65_536 && wide.recent().length > 5, `${units} in ${wide.recent().length}`);
});

test("a closed document's hunks stay, and are not mixed with what it holds when it comes back", () => {
  const editor = new Editor(numbered(9));
  editor.replace("line 5", "five");
  editor.history.closed(editor.text.uri);
  editor.replace("line 0", "zero\nand");
  editor.replace("five", "5");
  assert.deepEqual(
    editor.recent().map(({ startLine, before }) => [startLine, before]),
    [
      [6, ["five"]],
      [0, ["line 0"]],
      [5, ["line 5"]],
    ],
  );
});

test("ranges from outside: turned, and beyond the document", () => {
  const editor = new Editor("a\nb\nc");
  editor.change({ range: { start: { line: 1, character: 1 }, end: { line: 0, character: 0 } }, text: "x" });
  assert.equal(editor.text.getText(), "x\nc");
  assert.deepEqual(editor.rendered(), ["-a\n-b\n+x\n c"]);
  editor.change({ range: { start: { line: 7, character: 0 }, end: { line: 9, character: 3 } }, text: "!" });
  assert.equal(editor.text.getText(), "x\nc!");
  assert.deepEqual(editor.rendered(), ["-a\n-b\n-c\n+x\n+c!"]);
});

test("oracle: hunks hold the lines of the document, and undoing all of them gives the text from before", () => {
  const edit = fc.record({
    from: fc.nat(60),
    units: fc.nat(12),
    text: fc.constantFrom("", "x", "\n", "a\nb", "\n\n  c\n", "word"),
    laterMs: fc.constantFrom(50, 10_000),
  });
  const lineBreak = fc.constantFrom("\n", "\r\n");
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), lineBreak, (edits, eol) => {
      const original = Array.from({ length: 14 }, (_, i) => `line${i}`);
      const editor = new Editor(original.join(eol));
      for (const { from, units, text, laterMs } of edits) {
        const start = editor.text.positionAt(from * 2);
        const end = editor.text.positionAt(from * 2 + units);
        editor.change({ range: { start, end }, text: text.replaceAll("\n", eol) }, laterMs);
      }
      /** @param tied orders what was deleted at one and the same place: which of the two stood first is not to be seen any more */
      const undone = (tied: 1 | -1): string[] => {
        const lines = editor.text.getText().split(eol);
        const hunks = editor.recent();
        const order = new Map(hunks.map((hunk, i) => [hunk, tied * i]));
        const later = (a: EditHunk, b: EditHunk) =>
          b.startLine - a.startLine || b.endLine - a.endLine || order.get(a)! - order.get(b)!;
        for (const hunk of hunks.sort(later)) {
          const { startLine, endLine, leading, before, after, trailing } = hunk;
          assert.deepEqual(lines.slice(startLine, endLine), after);
          const rendered = renderHunk(hunk).split("\n");
          const side = (mark: string) => rendered.filter((line) => !line.startsWith(mark)).map((line) => line.slice(1));
          assert.deepEqual(side("-"), [...leading, ...after, ...trailing]);
          assert.deepEqual(side("+"), [...leading, ...before, ...trailing]);
          lines.splice(startLine, endLine - startLine, ...before);
        }
        return lines;
      };
      const first = undone(1);
      assert.deepEqual(isDeepStrictEqual(first, original) ? first : undone(-1), original);
    }),
    {
      numRuns: 2_000,
      examples: [
        [
          [
            { from: 31, units: 8, text: "a\nb", laterMs: 50 },
            { from: 0, units: 3, text: "word", laterMs: 50 },
            { from: 31, units: 9, text: "", laterMs: 50 },
            { from: 27, units: 6, text: "", laterMs: 10_000 },
          ],
          "\n",
        ],
      ],
    },
  );
});
