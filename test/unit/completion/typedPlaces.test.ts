import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { type SourceText, typedLines } from "../../../lab/fit/typedPlaces.ts";

const text = readFileSync(new URL("../../../src/completion/complete.ts", import.meta.url), "utf8");
const file: SourceText = { source: "here@1", licence: "MIT", path: "a.ts", language: "typescript", text };
const lines = text.split("\n");

/** Many draws from the file. */
function drawn(seed: number, count = 300) {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => typedLines(file, random));
}

test("what stands before the cursor and the expected text are the file's; whole lines below are gone", () => {
  for (const value of drawn(1).flat()) {
    assert.ok(text.startsWith(value.prefix + value.expected), value.id);
    const below = value.suffix.slice(value.suffix.indexOf("\n"));
    assert.ok(value.suffix.indexOf("\n") === -1 || text.endsWith(below), value.id);
    const gone = text.length - value.prefix.length - value.expected!.length - value.suffix.length;
    assert.ok(gone >= 0 && value.expected!.trim().length >= 1, value.id);
  }
});

test("the places of a group are in the order of typing and share what follows", () => {
  for (const group of drawn(2)) {
    const starts = group.map(({ prefix }) => prefix.length);
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
    const below = group.map(({ suffix }) => suffix.slice(suffix.indexOf("\n")));
    assert.ok(new Set(below).size <= 1);
  }
});

test("each kind is drawn, and is what it is called", () => {
  const all = drawn(3).flat();
  const ofKind = (kind: string) => all.filter((value) => value.kind === kind);
  assert.deepEqual([...new Set(all.map(({ kind }) => kind))].sort(), ["block", "border", "lineStart", "word"]);
  const lineOf = (prefix: string) => prefix.slice(prefix.lastIndexOf("\n") + 1);
  for (const { prefix, suffix } of ofKind("lineStart")) assert.match(`${lineOf(prefix)}|${suffix}`, /^\s*\|(\n|$)/);
  for (const { prefix, expected } of ofKind("word")) assert.match(`${prefix.at(-1)}${expected![0]}`, /^\w\w$/);
  for (const { prefix, expected } of ofKind("border")) assert.doesNotMatch(`${prefix.at(-1)}${expected![0]}`, /^\w\w$/);
  for (const { prefix, expected } of ofKind("block")) {
    assert.match(prefix, /[{:]\s*\n\s+$/);
    assert.ok(expected!.split("\n").length <= 6);
  }
});

test("brackets that an editor has closed stay behind the cursor, and only those", () => {
  const closed = drawn(4, 1_000)
    .flat()
    .filter(({ suffix }) => !/^(\n|$)/.test(suffix));
  assert.ok(closed.length > 5);
  for (const { suffix } of closed) assert.match(suffix, /^[)\]}]+;?(\n|$)/);
});

test("the same seed, the same places; ids are one each", () => {
  assert.deepEqual(drawn(5, 20), drawn(5, 20));
  for (const group of drawn(6)) assert.equal(new Set(group.map(({ id }) => id)).size, group.length);
  assert.ok(lines.length > 100);
});
