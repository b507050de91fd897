// JSON with comments and trailing commas, and what is none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../../src/modules/parseJson.ts";

test("comments, trailing commas and a byte order mark are left out, but not inside strings", () => {
  const text = '\uFEFF{ // a "b"\n "u": "http://x/*,]*/", /* , */ "l": [1, 2, /* */ ], "q": "\\"// no", }';
  assert.deepEqual(parseJson(text), { u: "http://x/*,]*/", l: [1, 2], q: '"// no' });
});

test("what is no JSON is undefined", () => {
  for (const text of ["", "{", '{"a": "', "/* {}", "{a: 1}", '{"a" 1}', "{,,}", "\0", "/".repeat(9)]) {
    assert.equal(parseJson(text), undefined, text);
  }
});

test("long texts of openings end", () => {
  for (const opening of ["/*", '\\"', "[", "{", ",", "//", '"'])
    assert.equal(parseJson(opening.repeat(300_000)), undefined);
});
