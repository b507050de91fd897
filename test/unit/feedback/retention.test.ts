// How much of an accepted text is still there: at its times, through changes around and inside it, against a note of each character.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { commonSubsequenceUnits } from "../../../src/feedback/commonSubsequence.ts";
import { applyEdit, minimalEdit } from "../../../src/feedback/edits.ts";
import { RETENTION_SECONDS, Retention, type RetentionEvent } from "../../../src/feedback/retention.ts";

const URI = "file:///w/a.ts";

/** A document with one accepted text in it, drawn as ├text┤. */
class Followed {
  readonly retention = new Retention();
  readonly events: RetentionEvent[] = [];
  text: string;
  nowMs = 0;

  constructor(drawn: string) {
    const start = drawn.indexOf("├");
    const end = drawn.indexOf("┤") - 1;
    this.text = drawn.replace(/[├┤]/g, "");
    this.events.push(...this.retention.track(1, URI, start, this.text.slice(start, end), 0));
  }

  at(seconds: number): this {
    this.nowMs = seconds * 1_000;
    return this;
  }

  edit(start: number, end: number, text: string): this {
    this.events.push(...this.retention.changed(URI, minimalEdit(this.text, { start, end, text }), this.nowMs));
    this.text = applyEdit(this.text, { start, end, text });
    return this;
  }

  /** Replaces the only place where `old` stands. */
  replace(old: string, text: string): this {
    const start = this.text.indexOf(old);
    assert.ok(start >= 0 && this.text.indexOf(old, start + 1) < 0, `"${old}" in ${this.text}`);
    return this.edit(start, start + old.length, text);
  }

  settle(): this {
    this.events.push(...this.retention.settle(this.nowMs));
    return this;
  }

  /** "seconds: units/of" or "seconds: reason". */
  get said(): string[] {
    return this.events.map((event) =>
      event.kind === "retained" ? `${event.seconds}: ${event.units}/${event.of}` : `${event.seconds}: ${event.reason}`,
    );
  }
}

test("measured at each of its times, as it was then", () => {
  const followed = new Followed("let x = ├foo(bar)┤;\n");
  followed.at(20).replace("bar", "b"); // the change comes after 15 s were over
  followed.at(100).replace("foo", "f").at(400).settle().at(3_000).settle();
  assert.deepEqual(followed.said, ["15: 8/8", "30: 6/8", "120: 4/8", "300: 4/8", "600: 4/8"]);
  assert.equal(followed.retention.watches(URI), false);
});

test("what is written around it moves it, and does not belong to it", () => {
  const followed = new Followed("a ├foo┤ z");
  followed.edit(0, 0, "many words before ").replace("foo", "foofoo").replace(" z", " zzz").at(15).settle();
  assert.deepEqual(followed.said, ["15: 3/3"]);
});

test("what is deleted and comes back, by undo or by hand, is there", () => {
  const undone = new Followed("a ├foo(bar)┤ z").replace("foo(bar)", "").edit(2, 2, "foo(bar)").at(15).settle();
  assert.deepEqual(undone.said, ["15: 8/8"]);
  const retyped = new Followed("a ├foo(bar)┤ z").replace("ar)", "").replace("foo(b", "foo(ba").replace("(ba", "(bar)");
  assert.deepEqual(retyped.at(15).settle().said, ["15: 8/8"]);
  const other = new Followed("a ├foo┤ z").replace("foo", "").replace("a ", "a xxxx").at(15).settle();
  assert.deepEqual(other.said, ["15: 0/3"]);
});

test("deleted together with its surroundings", () => {
  const all = new Followed("a\nb ├foo┤ z\nc").replace("\nb foo z", "").at(15).settle();
  assert.deepEqual(all.said, ["15: 0/3"]);
  const half = new Followed("a\nb ├foobar┤ z\nc").replace("bar z", "!").at(15).settle();
  assert.deepEqual(half.said, ["15: 3/6"]);
  const front = new Followed("a\nb ├foobar┤ z\nc").replace("b foo", "!").at(15).settle();
  assert.deepEqual(front.said, ["15: 3/6"]);
});

test("a whole new text that still holds it", () => {
  const followed = new Followed("a=1;\nlet x = ├foo(1)┤;\nb=2;\n");
  followed.edit(0, followed.text.length, "a = 1;\nlet x = foo(1);\nb = 2;\n").at(15).settle();
  assert.deepEqual(followed.said, ["15: 6/6"]);
  followed.replace("foo(1)", "f(1)").at(30).settle();
  assert.deepEqual(followed.said.at(-1), "30: 4/6", "it is followed on from there");
});

test("other line ends and another indentation", () => {
  const crlf = new Followed("a\r\n├b;\r\nc;┤\r\n").at(15).settle();
  assert.deepEqual(crlf.said, ["15: 5/5"]);
  const indented = new Followed("{\n├a;\nb;┤\n}").replace("a;\nb;", "  a;\n  b;").at(15).settle();
  assert.deepEqual(indented.said, ["15: 5/5"]);
});

test("a closed document: what was due is measured, what was to come is named", () => {
  const followed = new Followed("├foo┤").at(40);
  const said = followed.retention.closed(URI, followed.nowMs);
  assert.deepEqual(
    said.map((event) => [event.seconds, event.kind === "retained" ? event.units : event.reason]),
    [
      [15, 3],
      [30, 3],
      [120, "closed"],
      [300, "closed"],
      [600, "closed"],
    ],
  );
});

test("the window's end is named too", () => {
  const followed = new Followed("├foo┤").at(40);
  const said = followed.retention.end(followed.nowMs);
  assert.deepEqual(
    said.map((event) => (event.kind === "retained" ? event.units : event.reason)),
    [3, 3, "ended", "ended", "ended"],
  );
  assert.equal(followed.retention.watches(URI), false);
});

test("taken back: forgotten; too many: the oldest is named", () => {
  const followed = new Followed("├foo┤");
  followed.retention.forget(1);
  assert.deepEqual(followed.at(600).settle().said, []);
  const retention = new Retention();
  const events: RetentionEvent[] = [];
  for (let piece = 1; piece <= 201; piece++) events.push(...retention.track(piece, URI, 0, "x", 0));
  assert.deepEqual(new Set(events.map(({ piece }) => piece)), new Set([1]));
  assert.equal(events.length, RETENTION_SECONDS.length);
});

test("whole files written inside of it are not compared", () => {
  const followed = new Followed("├ab┤").edit(1, 1, "x".repeat(20_001));
  assert.deepEqual(
    followed.said,
    RETENTION_SECONDS.map((seconds) => `${seconds}: tooLarge`),
  );
});

test("where nothing comes back it is the number of characters that were never taken away", () => {
  const accepted = fc.stringMatching(/^[a-e]{1,8}$/);
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(4),
    text: fc.stringMatching(/^[X-Z]{0,3}$/),
  });
  fc.assert(
    fc.property(accepted, fc.array(edit, { maxLength: 10 }), (text, edits) => {
      const followed = new Followed(`...├${text}┤...`);
      // one mark for each character of the document: whether it is of those that were accepted
      let marks = [...followed.text].map((_, i) => i >= 3 && i < 3 + text.length);
      for (const { at, removed, text: inserted } of edits) {
        const start = Math.round(at * followed.text.length);
        const end = Math.min(followed.text.length, start + removed);
        followed.edit(start, end, inserted);
        marks = [...marks.slice(0, start), ...[...inserted].map(() => false), ...marks.slice(end)];
      }
      followed.at(15).settle();
      assert.deepEqual(followed.said, [`15: ${marks.filter(Boolean).length}/${text.length}`]);
    }),
    { numRuns: 2_000 },
  );
});

test("common subsequence: as the plain recursion says", () => {
  const plain = (a: string, b: string): number => {
    if (a === "" || b === "") return 0;
    if (a[0] === b[0]) return 1 + plain(a.slice(1), b.slice(1));
    return Math.max(plain(a.slice(1), b), plain(a, b.slice(1)));
  };
  const texts = fc.stringMatching(/^[abc]{0,7}$/);
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      assert.equal(commonSubsequenceUnits(a, b), plain(a, b));
    }),
    { numRuns: 500 },
  );
  assert.equal(commonSubsequenceUnits("a".repeat(3_000), "b".repeat(3_000)), undefined);
});
