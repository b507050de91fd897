import assert from "node:assert/strict";
import { test } from "node:test";
import { readPlaces } from "../../../lab/evaluate/twentyPlaces.ts";

test("each of the twenty places is there exactly once, and its author wrote something", () => {
  const places = readPlaces();
  assert.equal(places.length, 20);
  for (const { file, author, suffix, licence } of places) {
    assert.ok(author.trim() !== "", file);
    assert.ok(suffix.startsWith("\n"), file);
    assert.match(licence, /MIT|BSD|Apache/, file);
  }
});
