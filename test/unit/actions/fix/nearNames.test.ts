import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance } from "../../../../common/util/editDistance.ts";
import { nearNames } from "../../../../src/actions/fix/nearNames.ts";

test("the distance of two names: put in, left out, replaced, turned round", () => {
  const distances: [string, string, number][] = [
    ["", "abc", 3],
    ["name", "name", 0],
    ["name", "nmae", 1],
    ["name", "names", 1],
    ["name", "nam", 1],
    ["name", "lame", 1],
    ["value", "vlaeu", 2],
    ["one", "two", 3],
  ];
  for (const [a, b, distance] of distances) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} ${a}`);
  }
});

test("near names of the file, the nearest and then the most frequent first; none for what is no name", () => {
  const text = "top tops tops toy tpo counter";
  assert.deepEqual(nearNames(text, "tpo"), ["top"]);
  assert.deepEqual(nearNames(text, "topz"), ["tops", "top"]);
  assert.deepEqual(nearNames(text, "coutner"), ["counter"]);
  assert.deepEqual(nearNames(text, "f(a)"), []);
  assert.deepEqual(nearNames(text, ""), []);
});
