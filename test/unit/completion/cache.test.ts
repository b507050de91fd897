// The cache: what it finds as the text around the cursor changes, and that it stays small.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CompletionCache } from "../../../src/completion/cache.ts";
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
      const cache = new CompletionCache(10);
      for (const n of stored) cache.store(placeAt(`a${n} = │\n`), false, { text: `b${n}`, replaceAfter: 0 });
      assert.ok(cache.size <= 10);
      assert.equal(cache.find(placeAt(`a${stored.at(-1)} = │\n`), false)?.kind, "shown");
    }),
    { numRuns: 50 },
  );
});

test("what was used last is forgotten last", () => {
  const cache = new CompletionCache(2);
  cache.store(placeAt("a = │\n"), false, { text: "1", replaceAfter: 0 });
  cache.store(placeAt("b = │\n"), false, { text: "2", replaceAfter: 0 });
  assert.ok(cache.find(placeAt("a = │\n"), false));
  cache.store(placeAt("c = │\n"), false, { text: "3", replaceAfter: 0 });
  assert.ok(cache.find(placeAt("a = │\n"), false));
  assert.equal(cache.find(placeAt("b = │\n"), false), undefined);
});
