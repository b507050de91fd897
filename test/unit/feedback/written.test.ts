// What is really written where something was suggested: right, wrong, or no label and why.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyEdit, minimalEdit } from "../../../src/feedback/edits.ts";
import { type Judgement, Written } from "../../../src/feedback/written.ts";

const URI = "file:///w/a.ts";
const MINUTE_MS = 60_000;

/** A document in which something was suggested at ¦. */
class Writer {
  readonly written = new Written<string>();
  readonly judged: Judgement<string>[] = [];
  text: string;
  cursor: number;
  nowMs = 0;

  constructor(drawn: string) {
    this.cursor = drawn.indexOf("¦");
    this.text = drawn.replace("¦", "");
  }

  suggest(text: string, replaceAfter = 0, about = text): this {
    const place = { about, uri: URI, text: this.text, offset: this.cursor, item: { text, replaceAfter } };
    this.judged.push(...this.written.suggested(place, this.nowMs));
    return this;
  }

  replace(start: number, end: number, inserted: string, isAccept = false): this {
    const text = this.text;
    const after = applyEdit(text, { start, end, text: inserted });
    const edit = minimalEdit(text, { start, end, text: inserted });
    this.text = after;
    this.cursor = start + inserted.length;
    this.judged.push(...this.written.changed(URI, { text, after, edit, isAccept }, this.nowMs));
    return this;
  }

  type(text: string): this {
    for (const character of text) this.replace(this.cursor, this.cursor, character).nowMs += 100;
    return this;
  }

  accept(text: string, replaceAfter = 0): this {
    return this.replace(this.cursor, this.cursor + replaceAfter, text, true);
  }

  backspace(units: number): this {
    for (let i = 0; i < units; i++) this.replace(this.cursor - 1, this.cursor, "");
    return this;
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** What is judged after a minute, in words. */
  get said(): string {
    this.wait(MINUTE_MS);
    this.judged.push(...this.written.settle(URI, this.text, this.nowMs));
    return this.judged.map((one) => (one.kind === "none" ? one.reason : one.isRight ? "right" : "wrong")).join();
  }
}

const PLACE = "const a = 1;\nconst b = ¦\nconst c = 3;\n";
const withheld = (text = "a + 1;") => new Writer(PLACE).suggest(text);

for (const [what, expected, writer] of [
  ["typed by hand", "right", withheld().type("a + 1;")],
  ["typed, and the next line begun", "right", withheld().type("a + 1;\nlet d")],
  ["typed with a mistake that was mended", "right", withheld().type("a +2").backspace(1).type(" 1;")],
  ["typed back before the place, and again", "right", withheld().backspace(3).type(" = a + 1;")],
  ["accepted", "right", withheld().accept("a + 1;")],
  ["accepted, and lines above changed", "right", withheld().accept("a + 1;").replace(0, 0, "// above\n")],
  ["accepted, deleted, and written again", "right", withheld().accept("a + 1;").backspace(6).type("a + 1;")],
  ["something else typed", "wrong", withheld().type("a + 2;")],
  ["more typed", "wrong", withheld().type("a + 1; // and so on")],
  ["accepted and deleted within half a minute", "wrong", withheld().accept("a + 1;").wait(20_000).backspace(6)],
  ["accepted, and its line deleted", "wrong", withheld().accept("a + 1;").replace(12, 29, "")],
  ["accepted and corrected", "wrong", withheld().accept("a + 1;").backspace(2).type("2;")],
  ["another suggestion accepted", "wrong", withheld().accept("a * 2 + 1;")],
  ["nothing written", "notWritten", withheld()],
  ["not written to the end", "notWritten", withheld().type("a +")],
  ["typed back", "notWritten", withheld().backspace(4)],
  ["another provider's whole suggestion", "insertedAtOnce", withheld().replace(23, 23, "a + 1;")],
  ["a paste", "insertedAtOnce", withheld().type("a").replace(24, 24, " * other + 1;")],
  [
    "a word of the list of words, then typed on",
    "right",
    withheld("total + 1;").replace(23, 23, "total").type(" + 1;"),
  ],
  ["its line deleted before anything was written", "gone", withheld().replace(12, 23, "")],
] as const) {
  test(`${what}: ${expected}`, () => {
    assert.equal(writer.said, expected);
  });
}

test("closing brackets behind the cursor, replaced or not", () => {
  const place = "call(one, ¦);\nnext();\n";
  assert.equal(new Writer(place).suggest("two").type("two").said, "right");
  assert.equal(new Writer(place).suggest("two);", 2).accept("two);", 2).said, "right");
  assert.equal(new Writer(place).suggest("two").type("three").said, "wrong");
  assert.equal(new Writer(place).suggest("two").type("tw").said, "notWritten");
});

test("several lines, and lines that end in \\r\\n", () => {
  const block = "if (a) {\n  ¦\n}\n";
  assert.equal(new Writer(block).suggest("b();\n  c();").accept("b();\n  c();").said, "right");
  assert.equal(new Writer(block).suggest("b();\n  c();").type("b();\n  d();").said, "wrong");
  const windows = PLACE.replaceAll("\n", "\r\n");
  assert.equal(new Writer(windows).suggest("a + 1;").type("a + 1;").said, "right");
});

test("judged after a minute, not before; what is written later does not count", () => {
  const writer = withheld().type("a + 1;").wait(58_000);
  writer.judged.push(...writer.written.settle(URI, writer.text, writer.nowMs));
  assert.deepEqual(writer.judged, []);
  assert.equal(withheld().wait(MINUTE_MS).type("a + 1;").said, "notWritten");
});

test("the same lines suggested again from further on are one suggestion; others are their own", () => {
  const writer = withheld().type("a").suggest(" + 1;").type(" ").suggest("+ 2;");
  assert.equal(writer.type("+ 1;").said, "right,wrong");
});

test("unread, closed, or one of too many: no label, and the reason", () => {
  const unread = withheld().type("a + 1;");
  unread.judged.push(...unread.written.unread((about) => about === "a + 1;"));
  assert.equal(unread.said, "unread");
  const closed = withheld().type("a + 1;");
  closed.judged.push(...closed.written.closed(URI, closed.text, closed.nowMs));
  assert.equal(closed.said, "closed");
  const many = new Writer(PLACE);
  for (let i = 0; i < 42; i++) many.suggest(`a + ${i};`);
  assert.equal(many.judged.filter((one) => one.kind === "none" && one.reason === "tooMany").length, 2);
});

test("whatever is edited: each place is judged once, and right exactly where the suggestion stands then", () => {
  const edit = fc.record({
    at: fc.nat(80),
    removed: fc.nat(12),
    inserted: fc.constantFrom("", "a", " + 1;", "\n", "b\n", "x"),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
      const writer = withheld();
      for (const { at, removed, inserted } of edits) {
        const start = Math.min(at, writer.text.length);
        writer.replace(start, Math.min(writer.text.length, start + removed), inserted);
      }
      const said = writer.said.split(",");
      assert.equal(said.length, 1, writer.said);
      if (said[0] === "right") assert.match(writer.text, /(^|\n)\s*const b = a \+ 1;[^\S\n]*(\n|$)/);
    }),
  );
});
