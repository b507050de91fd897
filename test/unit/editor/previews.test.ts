// What a preview of edits shows, and how a progress tells time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { timeInWords } from "../../../src/editor/timeInWords.ts";
import { withEdits } from "../../../src/editor/withEdits.ts";

const at = (line: number, character: number) => ({ line, character });

test("edits are made by the places of the text before, in any order and over any line ends", () => {
  const edits = [
    { name: "first", start: at(0, 0), end: at(0, 0), newText: "// one\n" },
    { name: "last", start: at(2, 1), end: at(2, 3), newText: "" },
    { name: "two lines", start: at(1, 1), end: at(2, 0), newText: "-" },
  ];
  assert.equal(withEdits("ab\r\ncd\nefgh", edits), "// one\nab\r\nc-eh");
  assert.equal(withEdits("ab", []), "ab");
});

test("nothing at first, then the time, and what is left where a tenth is done", () => {
  assert.equal(timeInWords(1_900, 0.5), "");
  assert.equal(timeInWords(12_000, 0), "12 s");
  assert.equal(timeInWords(12_000, 0.05), "12 s");
  assert.equal(timeInWords(10_000, 0.2), "10 s, about 40 s left");
  assert.equal(timeInWords(10_000, 1), "10 s");
  assert.equal(timeInWords(300_000, 0.5), "5 min, about 5 min left");
});
