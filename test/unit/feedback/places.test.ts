// What stands at a followed place: against a plain text with marks at both ends, and each reason for not knowing it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyEdit, minimalEdit } from "../../../src/feedback/edits.ts";
import { Places, SETTLED_SECONDS } from "../../../src/feedback/places.ts";

const URI = "file:///w/a.ts";
const LATER_MS = SETTLED_SECONDS * 1_000;

/** A text with "│" at the cursor; follows the rest of its line. */
function followed(marked: string, lines = 1) {
  const start = marked.indexOf("│");
  let text = marked.replace("│", "");
  const end = text.indexOf("\n", start);
  const places = new Places<string>();
  places.follow("it", URI, { start, content: text.slice(start, end === -1 ? undefined : end) }, lines, 0);
  const replace = (at: number, removed: number, inserted: string) => {
    const edit = { start: at, end: at + removed, text: inserted };
    const minimal = minimalEdit(text, edit);
    text = applyEdit(text, edit);
    return places.changed(URI, minimal, 1);
  };
  return { places, replace, find: (part: string) => text.indexOf(part) };
}

const outcomeOf = ({ places }: ReturnType<typeof followed>) => places.settle(LATER_MS).map(({ outcome }) => outcome);

test("what is written at the place, in it and behind it on its line belongs to it; what changes elsewhere does not", () => {
  const place = followed("a();\nconst b = │);\nc();\n");
  place.replace(place.find(");\nc("), 0, "f(1");
  place.replace(0, 1, "other");
  place.replace(place.find("1"), 1, "22");
  place.replace(place.find(";\nc("), 1, ".d;");
  place.replace(place.find("c();"), 3, "e()");
  assert.deepEqual(place.places.settle(LATER_MS - 1), []);
  assert.deepEqual(outcomeOf(place), [{ final: "f(22).d;" }]);
  assert.deepEqual(outcomeOf(place), [], "once");
});

test("as many lines as were shown", () => {
  for (const [lines, expected] of [
    [1, "{"],
    [2, "{\n  a();"],
    [9, "{\n  a();\n}"],
  ] as const) {
    const place = followed("if (x) │", lines);
    place.replace("if (x) ".length, 0, "{\r\n  a();\r\n}");
    assert.deepEqual(outcomeOf(place), [{ final: expected }]);
  }
});

test("each reason for not knowing what stands there", () => {
  const lost = followed("const b = │;\n");
  assert.deepEqual(lost.replace(3, "st b = ;".length, "x"), [{ subject: "it", outcome: { unsettled: "lost" } }]);
  const large = followed("const b = │;\n");
  assert.deepEqual(large.replace(10, 0, "x".repeat(5_000)), [{ subject: "it", outcome: { unsettled: "tooLarge" } }]);
  const closed = followed("const b = │;\n");
  assert.deepEqual(closed.places.closed("file:///w/other.ts", 1), []);
  assert.deepEqual(closed.places.closed(URI, 1), [{ subject: "it", outcome: { unsettled: "closed" } }]);
  const ended = followed("const b = │;\n");
  assert.deepEqual(ended.places.end(1), [{ subject: "it", outcome: { unsettled: "ended" } }]);
  const late = followed("const b = │;\n");
  assert.deepEqual(late.places.end(LATER_MS), [{ subject: "it", outcome: { final: ";" } }], "it was due before");
  const many = followed("const b = │;\n");
  const dropped = Array.from({ length: 250 }, (_, i) =>
    many.places.follow(`${i}`, URI, { start: 0, content: "" }, 1, 0),
  ).flat();
  assert.equal(dropped.length, 51);
  assert.deepEqual(dropped[0], { subject: "it", outcome: { unsettled: "tooMany" } });
});

test("edits that touch neither end: the place's text is what stands between marks at its ends", () => {
  const chars = fc.string({ unit: fc.constantFrom("a", "b", " ", "(", ";"), maxLength: 4 });
  const edits = fc.array(
    fc.record({ part: fc.constantFrom(0, 1, 2), at: fc.nat(), cut: fc.nat({ max: 3 }), add: chars }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(chars, chars, chars, edits, (before, content, after, changes) => {
      const parts = [`${before}x`, content, `y${after}`]; // x and y stay: the marks
      const places = new Places<string>();
      places.follow("it", URI, { start: parts[0]!.length, content }, 1, 0);
      for (const { part, at, cut, add } of changes) {
        const own = parts[part]!;
        const [low, high] = [part === 2 ? 1 : 0, part === 0 ? own.length - 1 : own.length];
        const from = low + (at % (high - low + 1));
        const to = Math.min(high, from + cut);
        const text = parts.join("");
        const offset = parts.slice(0, part).join("").length + from;
        const minimal = minimalEdit(text, { start: offset, end: offset + to - from, text: add });
        parts[part] = own.slice(0, from) + add + own.slice(to);
        assert.deepEqual(places.changed(URI, minimal, 1), []);
      }
      assert.deepEqual(places.settle(LATER_MS), [{ subject: "it", outcome: { final: parts[1] } }]);
    }),
  );
});
