// What is remembered of a document from one request to the next.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentMemory } from "../../../src/context/memory.ts";
import { retrievalPlace } from "../../../src/context/retrievers/place.ts";
import { drawn } from "./drawnPlace.ts";

const placeIn = (text: string) => {
  const { document, offset } = drawn(text, "a.ts");
  return retrievalPlace(document, offset, 0);
};

test("while one types in a line the document's own facts stay as they were", async () => {
  const memory = new DocumentMemory();
  const first = await memory.ownFacts(placeIn("class A {}\nfo│"));
  assert.equal(await memory.ownFacts(placeIn("class A {}\nfoo│")), first);
});

test("another line, or another number of lines, makes them anew", async () => {
  const memory = new DocumentMemory();
  await memory.ownFacts(placeIn("class A {}\nfo│"));
  const next = await memory.ownFacts(placeIn("class B {}\nfoo│\n"));
  assert.equal(next.declarations[0]!.name, "B");
  assert.notEqual(await memory.ownFacts(placeIn("class│ B {}\nfoo\n")), next);
});

test("facts from a time when the document had no tree yet give way to those with one", async () => {
  const memory = new DocumentMemory();
  const place = placeIn("class A {}\nfo│");
  const document = Object.create(place.document, { tree: { value: undefined } });
  assert.deepEqual((await memory.ownFacts({ ...place, document })).declarations, []);
  assert.equal((await memory.ownFacts(place)).declarations.length, 1);
});
