// The cache: what it finds as the text around the cursor changes, and that it stays small.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CACHE_LIMITS, CompletionCache } from "../../../src/completion/cache.ts";
import type { Place } from "../../../src/completion/place.ts";
import { SlowCache } from "../../support/slowCache.ts";
import { placeAt } from "./place.ts";

/** What is found at `now` after `text` was shown at `then`. */
function found(then: string, text: string, now: string, replaceAfter = 0): string | undefined {
  const cache = new CompletionCache();
  cache.store(placeAt(then), false, { text, replaceAfter });
  const outcome = cache.find(placeAt(now), false);
  if (!outcome) return undefined;
  if (outcome.kind === "none") return outcome.reason;
  const [item] = outcome.items;
  return `${outcome.source} ${item!.text}${item!.replaceAfter > 0 ? ` -${item!.replaceAfter}` : ""}`;
}

const table: [
  name: string,
  then: string,
  text: string,
  now: string,
  expected: string | undefined,
  replaceAfter?: number,
][] = [
  ["the same place", "a = │\n", "b.c;", "a = │\n", "cache b.c;"],
  ["typed through", "a = │\n", "b.c;", "a = b.│\n", "typedAsSuggested c;"],
  ["typed something else", "a = │\n", "b.c;", "a = x│\n", undefined],
  ["typed to the end", "a = │\n", "b.c;", "a = b.c;│\n", undefined],
  [
    "typed through several lines",
    "f(() => {\n  │\n});\n",
    "a();\n  b();",
    "f(() => {\n  a();\n  │\n});\n",
    "typedAsSuggested b();",
  ],
  ["the text after has changed", "a = │\n", "b.c;", "a = b.│\nd\n", undefined],
  ["the editor closed a bracket", "a = │\n", "f(b, c);", "a = f(│)\n", "typedAsSuggested b, c); -1"],
  ["the editor closed a bracket that ends it", "a = │\n", "f(b)", "a = f(│)\n", "typedAsSuggested b"],
  ["the editor closed a quote", "a = │\n", "'b', c;", "a = '│'\n", "typedAsSuggested b', c; -1"],
  [
    "brackets were typed over, and then the editor closed a quote",
    "f(g(│))\n",
    "a)) + 'b';",
    "f(g(a)) + '│'\n",
    "typedAsSuggested b'; -1",
    2,
  ],
  ["a bracket was typed over", "f(│)\n", "a);", "f(a)│\n", "typedAsSuggested ;", 1],
  ["a bracket is still to be typed over", "f(│)\n", "a);", "f(a│)\n", "typedAsSuggested ); -1", 1],
  ["a line break between brackets", "f = () => {│}\n", "\n  a();\n", "f = () => {\n  │\n}\n", "typedAsSuggested a();"],
  [
    "further up something has changed",
    `x\n${"y\n".repeat(600)}a = │\n`,
    "b;",
    `z\n${"y\n".repeat(600)}a = │\n`,
    "cache b;",
  ],
  ["near above something has changed", "x\na = │\n", "b;", "y\na = │\n", undefined],
];

for (const [name, then, text, now, expected, replaceAfter] of table) {
  test(`${name}`, () => assert.equal(found(then, text, now, replaceAfter), expected));
}

test("a reason is found at the same place only, and only one that would be given again", () => {
  const cache = new CompletionCache();
  cache.store(placeAt("a = │\n"), false, "empty");
  cache.store(placeAt("b = │\n"), false, "deadline");
  assert.deepEqual(cache.find(placeAt("a = │\n"), false), { kind: "none", reason: "empty" });
  assert.equal(cache.find(placeAt("a = x│\n"), false), undefined);
  assert.equal(cache.find(placeAt("b = │\n"), false), undefined);
});

test("an explicit request takes only what an explicit one got; any request takes that", () => {
  const cache = new CompletionCache();
  cache.store(placeAt("a = │\n"), false, { text: "b", replaceAfter: 0 });
  assert.equal(cache.find(placeAt("a = │\n"), true), undefined);
  cache.store(placeAt("a = │\n"), true, { text: "c\nd", replaceAfter: 0 });
  assert.equal(cache.find(placeAt("a = │\n"), true)?.kind, "shown");
  assert.equal(cache.find(placeAt("a = c│\n"), false)?.kind, "shown");
});

test("another document has its own answers", () => {
  const cache = new CompletionCache();
  cache.store(placeAt("a = │\n"), false, { text: "b", replaceAfter: 0 });
  assert.equal(cache.find(placeAt("a = │\n", "typescript", "file:///w/other"), false), undefined);
});

test("whatever is stored, the cache keeps its size, and the last answer is there", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 60 }), (stored) => {
      const cache = new CompletionCache({ entries: 10 });
      for (const n of stored) cache.store(placeAt(`a${n} = │\n`), false, { text: `b${n}`, replaceAfter: 0 });
      assert.ok(cache.size <= 10);
      assert.equal(cache.find(placeAt(`a${stored.at(-1)} = │\n`), false)?.kind, "shown");
    }),
    { numRuns: 50 },
  );
});

test("what was used last is forgotten last", () => {
  const cache = new CompletionCache({ entries: 2 });
  cache.store(placeAt("a = │\n"), false, { text: "1", replaceAfter: 0 });
  cache.store(placeAt("b = │\n"), false, { text: "2", replaceAfter: 0 });
  assert.ok(cache.find(placeAt("a = │\n"), false));
  cache.store(placeAt("c = │\n"), false, { text: "3", replaceAfter: 0 });
  assert.ok(cache.find(placeAt("a = │\n"), false));
  assert.equal(cache.find(placeAt("b = │\n"), false), undefined);
});

test("a suggestion that fits goes before a reason for none", () => {
  const cache = new CompletionCache();
  cache.store(placeAt("a = b.│\n"), false, "empty");
  cache.store(placeAt("a = │\n"), false, { text: "b.c;", replaceAfter: 0 });
  assert.equal(cache.find(placeAt("a = b.│\n"), false)?.kind, "shown");
  cache.store(placeAt("a = b.│\n"), false, "improbable");
  assert.equal(cache.find(placeAt("a = b.│\n"), false)?.kind, "shown");
  assert.deepEqual(cache.find(placeAt("a = x.│\n"), false), undefined);
});

test("a way of keys: typing through, deleting and typing again, undo, away and back, from another place on", () => {
  const cache = new CompletionCache();
  cache.store(placeAt("a = │\nz\n"), false, { text: "b(c, d);", replaceAfter: 0 });
  const way: [then: string, expected: string | undefined][] = [
    ["a = b│\nz\n", "b(c, d);".slice(1)],
    ["a = │\nz\n", "b(c, d);"], // deleted
    ["a = b│\nz\n", "(c, d);"], // typed again
    ["a = b(│)\nz\n", "c, d);"], // with the bracket that the editor closes
    ["a = b(c, │)\nz\n", "d);"],
    ["a = b(c│)\nz\n", ", d);"], // a part of what was typed is deleted
    ["a = b(c, d)│\nz\n", ";"], // over the closed bracket
    ["a = b(c, x│)\nz\n", undefined], // something else
    ["a = b(c, │)\nz\n", "d);"], // undone
    ["a = b(c, │)\nz2\n", undefined], // something has changed below
    ["a = b(c, │)\nz\n", "d);"], // and back
    ["a = b(c, d);\nz│\n", undefined], // away
    ["a = │\nz\n", "b(c, d);"], // and back
    ["a │\nz\n", undefined], // who deletes what stood before the place wants something else there
    ["a = │\nz\n", "b(c, d);"],
  ];
  for (const [place, expected] of way) {
    const outcome = cache.find(placeAt(place), false);
    assert.equal(outcome?.kind === "shown" ? outcome.items[0]!.text : outcome?.reason, expected, place);
  }
});

/** A place of nothing but its text: what the cache looks at. */
function bare(prefix: string, suffix: string, uri: string): Place {
  const line = prefix.slice(prefix.lastIndexOf("\n") + 1);
  const rest = suffix.split("\n")[0]!;
  return { document: { uri }, prefix, suffix, line, rest } as Place;
}

test("the quick lookup finds what looking at all entries finds, over any way of storing, typing, closing brackets and deleting", () => {
  const limits = { entries: 9, entriesBehindSameText: 3, beforeUnits: 4 };
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "(", ")", "\n", " "), maxLength: 5 });
  const answer = fc.oneof(
    fc.record({ text: piece.map((text) => `${text}a`), replaceAfter: fc.nat({ max: 1 }) }),
    fc.constantFrom("empty" as const, "improbable" as const, "deadline" as const),
  );
  const step = fc.record({ uri: fc.constantFrom("x", "y"), before: piece, after: piece, explicit: fc.boolean() });
  const way = fc.array(
    fc.record({ ...{ at: step, answer, typed: piece, closed: fc.constantFrom("", ")"), isStored: fc.boolean() } }),
    { minLength: 1, maxLength: 40 },
  );
  const kinds = new Set<string>();
  fc.assert(
    fc.property(way, (steps) => {
      const quick = new CompletionCache(limits);
      const slow = new SlowCache(limits);
      for (const { at, answer, typed, closed, isStored } of steps) {
        const { uri, before, after, explicit } = at;
        const prefix = `aaaa(\n${before}`;
        if (isStored) {
          quick.store(bare(prefix, after, uri), explicit, answer);
          if (answer !== "deadline") slow.store(bare(prefix, after, uri), explicit, answer);
        }
        const begun = typeof answer !== "string" && isStored ? answer.text.slice(0, typed.length) : typed;
        for (const now of ["", begun, typed]) {
          const place = bare(prefix + now, closed + after, uri);
          const outcome = quick.find(place, explicit);
          assert.deepEqual(outcome, slow.find(place, explicit));
          kinds.add(outcome?.kind === "shown" ? outcome.source : String(outcome?.kind));
        }
        assert.ok(quick.size <= limits.entries);
      }
    }),
    { numRuns: 400 },
  );
  assert.deepEqual([...kinds].sort(), ["cache", "none", "typedAsSuggested", "undefined"]);
});

test("an answer within the usual limits is found however long the text before it is, and whatever repeats in it", () => {
  const cache = new CompletionCache();
  for (let length = 0; length < 2 * CACHE_LIMITS.beforeUnits; length += 37) {
    const before = "ab".repeat(length);
    cache.store(bare(before, "\n", "x"), false, { text: "abababc", replaceAfter: 0 });
    for (const typed of ["", "ab", "ababab"]) {
      const slow = new SlowCache(CACHE_LIMITS);
      slow.store(bare(before, "\n", "x"), false, { text: "abababc", replaceAfter: 0 });
      const place = bare(before + typed, "\n", "x");
      const outcome = cache.find(place, false);
      assert.equal(outcome?.kind, "shown");
      if (length > CACHE_LIMITS.beforeUnits) assert.deepEqual(outcome, slow.find(place, false));
    }
  }
});
