// What is told about a turned file: plural and singular, and what says nothing is not called a type.

import assert from "node:assert/strict";
import { test } from "node:test";
import { turnedFacts } from "../../../src/protocol/turnIntoTypescript.ts";

test("types, unknown ones among them, callers and casts are told", () => {
  assert.deepEqual(turnedFacts({ parameters: { all: 6, typed: 5, unknown: 2 }, casts: 1, callers: 3 }), [
    '5 of 6 parameters have a type, of which 2 only "unknown".',
    "The compiler finds no new problem in it or in the 3 files that use it.",
    "1 value cast to any: look there.",
  ]);
  assert.deepEqual(turnedFacts({ parameters: { all: 1, typed: 1, unknown: 0 }, casts: 0, callers: 0 }), [
    "1 of 1 parameter has a type.",
    "The compiler finds no new problem in it, and no other file uses it.",
  ]);
});
