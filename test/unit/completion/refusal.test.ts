// Where nothing is suggested on a line, and that finding so costs no more than the line is long.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { refusal } from "../../../src/completion/place.ts";
import { placeAt } from "./place.ts";

const isMidLine = (rest: string) => refusal(placeAt(`a = │${rest}\n`), "code", false) === "midLine";

/** Written as a walk over the line: blanks, what closes, blanks, one mark, blanks. */
function isMore(rest: string): boolean {
  let at = 0;
  const skip = (isSkipped: (unit: string) => boolean) => {
    while (at < rest.length && isSkipped(rest[at])) at++;
  };
  const isBlank = (unit: string) => unit.trim() === "";
  skip(isBlank);
  skip((unit) => ")>}]\"'`".includes(unit));
  skip(isBlank);
  if (at < rest.length && ":{;,".includes(rest[at])) at++;
  skip(isBlank);
  return at < rest.length;
}

test("only what closes, and the end of a statement, may follow", () => {
  const parts = fc.constantFrom(" ", "\t", ")", "]", "}", '"', "`", ":", "{", ";", ",", "a");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (units) => {
      const rest = units.join("");
      assert.equal(isMidLine(rest), isMore(rest), JSON.stringify(rest));
    }),
    { numRuns: 2_000 },
  );
});

test("a line of blanks is no work", () => {
  const blanks = " ".repeat(9_000);
  const places = [`a = │${blanks}b\n`, `f(│${blanks})${blanks}b\n`, `a = "│"${blanks}b\n`].map((text) => placeAt(text));
  places.push(placeAt(`import${blanks}│${blanks}\n`));
  const startMs = performance.now();
  for (const place of places) {
    for (const region of ["code", "string"] as const) refusal(place, region, false);
  }
  assert.ok(performance.now() - startMs < 200);
});
