// An offer that a person goes through: wherever they begin, the text ends as if all places had been made at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hintOf, inOneLine, Offer } from "../../../../src/editor/nextEdit/offer.ts";
import type { NextEditOffer, NextEditPlace } from "../../../../src/protocol/nextEdits.ts";

const URI = "file:///w/a.ts";
const OTHER = "file:///w/b.ts";

const offerOf = (places: NextEditPlace[], edited = { start: 0, end: 0 }): NextEditOffer => ({
  ...{ id: "rename 1", uri: URI, version: 1, edited, kind: "rename", title: "Rename", places },
  proof: { examples: 1, parsed: true },
});

const place = (start: number, oldText: string, newText: string, uri = URI): NextEditPlace => ({
  ...{ uri, range: { start, end: start + oldText.length }, oldText, newText },
});

/** Gaps and places one after the other: a text with places that do not touch. */
const pieces = fc.array(fc.record({ gap: fc.string({ minLength: 1 }), oldText: fc.string(), newText: fc.string() }), {
  minLength: 1,
  maxLength: 8,
});

test("made one by one from any place, the text becomes what all places at once make of it", () => {
  fc.assert(
    fc.property(pieces, fc.nat(), (all, from) => {
      let text = "";
      const places: NextEditPlace[] = [];
      for (const { gap, oldText, newText } of all) {
        text += gap;
        places.push(place(text.length, oldText, newText));
        text += oldText;
      }
      const offer = new Offer(offerOf(places));
      let cursor = from % (text.length + 1);
      for (let left = places.length; left > 0; left--) {
        const next = offer.next(URI, cursor);
        assert.ok(next);
        const { start, end } = next.range;
        assert.equal(text.slice(start, end), next.oldText);
        text = text.slice(0, start) + next.newText + text.slice(end);
        const made = offer.changed(URI, { start, replaced: end - start, text: next.newText });
        assert.equal(made?.index, next.index);
        assert.equal(offer.left.length, left - 1);
        cursor = start + next.newText.length;
      }
      assert.equal(text, all.map(({ gap, newText }) => gap + newText).join(""));
      assert.equal(offer.next(URI, 0), undefined);
    }),
  );
});

test("the next place lies behind the cursor, then above it, then in another file", () => {
  const offer = new Offer(offerOf([place(10, "a", "b"), place(20, "a", "b"), place(5, "a", "b", OTHER)]));
  assert.equal(offer.next(URI, 15)?.index, 1);
  assert.equal(offer.next(URI, 25)?.index, 0);
  assert.equal(offer.next(OTHER, 0)?.index, 2);
  offer.changed(URI, { start: 10, replaced: 1, text: "b" });
  offer.changed(URI, { start: 20, replaced: 1, text: "b" });
  assert.equal(offer.next(URI, 0)?.uri, OTHER);
});

test("any other change makes no place: elsewhere, another text, another file", () => {
  const offer = new Offer(offerOf([place(10, "a", "b")]));
  assert.equal(offer.changed(URI, { start: 9, replaced: 1, text: "b" }), undefined);
  assert.equal(offer.changed(URI, { start: 10, replaced: 1, text: "c" }), undefined);
  assert.equal(offer.changed(OTHER, { start: 10, replaced: 1, text: "b" }), undefined);
  assert.equal(offer.left.length, 1);
});

test("the editor's own line ends do not hide that a place was made, and what follows moves by them", () => {
  const offer = new Offer(offerOf([place(0, "", "x\n"), place(10, "a", "b")]));
  assert.equal(offer.changed(URI, { start: 0, replaced: 0, text: "x\r\n" })?.index, 0);
  assert.deepEqual(offer.left[0].range, { start: 13, end: 14 });
});

test("a long text of several lines is shown as one line with an end", () => {
  assert.equal(inOneLine("a\r\n\tb"), "a⏎\u00a0b");
  assert.ok(inOneLine("x".repeat(1_000)).length < 200);
  assert.equal(hintOf("Alt+\\", 3, "line 84"), "Alt+\\ 3 more: line 84");
});
