// Places that were visited: one for a neighbourhood, newest first, fading, and moving with the lines above.

import assert from "node:assert/strict";
import { test } from "node:test";
import { VisitHistory } from "../../../../src/context/sources/visitedPlaces.ts";

const MINUTE_MS = 60_000;
const a = "file:///w/a.ts";

function history(...visits: [path: string, line: number, atMs: number][]): VisitHistory {
  const places = new VisitHistory();
  for (const [path, line, atMs] of visits) places.visited(`file:///w/${path}`, path, line, atMs);
  return places;
}
const shown = (places: VisitHistory, nowMs: number, limit = 100) =>
  places.recent(limit, nowMs).map(({ path, line }) => `${path}:${line}`);

test("newest first, one place for a neighbourhood", () => {
  const places = history(["a.ts", 10, 0], ["b.ts", 10, 1], ["a.ts", 60, 2], ["a.ts", 15, 3]);
  assert.deepEqual(shown(places, 4), ["a.ts:15", "a.ts:60", "b.ts:10"]);
  assert.deepEqual(shown(places, 4, 1), ["a.ts:15"]);
  const [{ startLine, endLine, atMs }] = places.recent(1, 4);
  assert.deepEqual({ startLine, endLine, atMs }, { startLine: 3, endLine: 28, atMs: 3 });
  assert.equal(history(["a.ts", 2, 0]).recent(1, 0)[0].startLine, 0);
});

test("often counts more than once, lately more than long ago, and at last it is forgotten", () => {
  const weight = (places: VisitHistory, nowMs: number) => places.recent(1, nowMs)[0]?.weight;
  const once = history(["a.ts", 10, 0]);
  const often = history(["a.ts", 10, 0], ["a.ts", 12, 1], ["a.ts", 9, 2]);
  assert.equal(weight(once, 0), 0.5);
  assert.ok(weight(often, 2) > weight(once, 2));
  assert.ok(weight(often, 2) < 1);
  assert.ok(weight(once, 10 * MINUTE_MS) < weight(once, 0));
  assert.deepEqual(shown(once, 100 * MINUTE_MS), ["a.ts:10"]);
  assert.deepEqual(shown(once, 200 * MINUTE_MS), []);
  assert.equal(weight(once, -5), 0.5); // a clock that was set back
});

test("thirty places at most", () => {
  const places = history(...Array.from({ length: 40 }, (_, i): [string, number, number] => [`${i}.ts`, 1, i]));
  assert.equal(shown(places, 40).length, 30);
  assert.equal(shown(places, 40).at(-1), "10.ts:1");
});

test("a place moves with the lines above it", () => {
  const places = history(["a.ts", 50, 0]);
  places.edited(a, 10, 10, 4); // one line became four
  assert.deepEqual(shown(places, 1), ["a.ts:53"]);
  places.edited(a, 53, 53, 2); // split at the place itself: it stays
  places.edited(a, 60, 70, 1);
  places.edited("file:///w/b.ts", 1, 1, 9);
  assert.deepEqual(shown(places, 1), ["a.ts:53"]);
  places.edited(a, 40, 60, 1); // deleted around it
  assert.deepEqual(shown(places, 1), ["a.ts:40"]);
});
