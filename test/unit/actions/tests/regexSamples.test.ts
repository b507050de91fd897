// Texts made of a pattern: the pattern matches them, and no pattern, broken or not, makes it fail.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { regexSamples } from "../../../../src/actions/tests/regexSamples.ts";

test("a pattern without conditions on its surroundings matches each of its samples", () => {
  const atom = fc.constantFrom(
    "a",
    "[b-d]",
    "[^x]",
    "\\d",
    "\\w",
    ".",
    "\\.",
    "(?:e|fg)",
    "(h)",
    "[A-Z0-9_-]",
    "\\x41",
  );
  const count = fc.constantFrom("", "+", "*", "?", "{2}", "{1,3}", "{2,}?", "+?");
  const sequence = fc
    .array(fc.tuple(atom, count), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.flat().join(""));
  fc.assert(
    fc.property(fc.array(sequence, { minLength: 1, maxLength: 3 }), (all) => {
      const pattern = `^(?:${all.join("|")})$`;
      for (const sample of regexSamples(pattern)) assert.match(sample, new RegExp(pattern));
    }),
  );
  assert.ok(regexSamples("^#?([0-9A-F]{3}|[0-9A-F]{6})$").length >= 2);
});

test("any text at all is taken as a pattern", () => {
  fc.assert(fc.property(fc.string(), (pattern) => regexSamples(pattern).every((one) => one.length > 0)));
});
