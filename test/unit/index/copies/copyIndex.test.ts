// The index of copies beside the plain search, and what it does with bad input.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CopyIndexBuilder } from "../../../../src/index/copies/copyIndex.ts";
import { isBlank, SHORTEST_COPY, withoutBlanks } from "../../../../src/index/copies/winnow.ts";

const anyText = (minLength: number, maxLength: number) =>
  fc
    .array(fc.constantFrom("a", "b", "(", ")", " ", "\n", "é"), { minLength, maxLength, size: "max" })
    .map((units) => units.join(""));

function indexOf(files: Record<string, string>, maxBytes = 1e6) {
  const builder = new CopyIndexBuilder(maxBytes);
  for (const [path, text] of Object.entries(files)) builder.add(path, text);
  return { builder, index: builder.build(), read: (path: string) => files[path] };
}

/** The oracle: every run of the shortest length, searched in the whole file. */
function repeats(text: string, file: string): boolean {
  const bare = withoutBlanks(text);
  const source = withoutBlanks(file);
  for (let at = 0; at + SHORTEST_COPY <= bare.length; at++)
    if (source.includes(bare.slice(at, at + SHORTEST_COPY))) return true;
  return false;
}

const handwritten = Array.from(
  { length: 12 },
  (_, line) => `  const value${line} = compute(${line * 7}, "${line}");`,
).join("\n");

test("the index finds what the plain search finds, and nothing else", () => {
  let copies = 0;
  const cases = fc.tuple(
    anyText(100, 400),
    fc.nat(199),
    fc.integer({ min: 40, max: 100 }),
    anyText(0, 40),
    anyText(0, 40),
  );
  fc.assert(
    fc.property(cases, ([letters, from, length, before, after]) => {
      const file = letters.replace(/(.{30})/g, "$1\n");
      const bare = withoutBlanks(file);
      const start = from % bare.length;
      const text = before + bare.slice(start, start + length) + after;
      const { index, builder, read } = indexOf({ file });
      const expected = builder.skipped.size === 0 && repeats(text, file);
      if (expected) copies++;
      assert.equal(index.find(text, read) !== undefined, expected);
    }),
    { numRuns: 500 },
  );
  assert.ok(copies > 100, `only ${copies} of the drawn texts were copies`);
});

test("a copy with other blanks is found, with its line", () => {
  const { index, read } = indexOf({ "a.js": `// first\n\n${handwritten}` });
  const copy = handwritten.split("\n").slice(3, 7).join("\n\t\t").replaceAll(" = ", "=");
  assert.equal(index.find(copy, read)?.line, 6);
});

test("what also stands in an own text is no copy", () => {
  const { index, read } = indexOf({ "a.js": handwritten });
  assert.notEqual(index.find(handwritten, read), undefined);
  assert.equal(index.find(handwritten, read, [`own\n${handwritten}`]), undefined);
});

test("a file that is gone or has changed since it was indexed is no place", () => {
  const { index } = indexOf({ "a.js": handwritten });
  assert.equal(
    index.find(handwritten, () => undefined),
    undefined,
  );
  assert.equal(
    index.find(handwritten, () => "other"),
    undefined,
  );
});

test("no files, no copies", () => {
  const { index, read } = indexOf({});
  assert.equal(index.find(handwritten, read), undefined);
});

test("each file that is left out has its reason, and the bound holds", () => {
  const { builder, index } = indexOf(
    { short: "x = 1", minified: withoutBlanks(handwritten), fits: handwritten, late: `${handwritten}\n`.repeat(40) },
    800,
  );
  assert.deepEqual(Object.fromEntries(builder.skipped), { short: "short", minified: "minified", late: "full" });
  assert.equal(index.files, 1);
  assert.ok(index.bytes > 0 && index.bytes <= 800);
});

test("what counts as a blank is the same for the fingerprints and for the look at the file", () => {
  for (let unit = 0; unit <= 0xffff; unit++)
    assert.equal(isBlank(unit), withoutBlanks(String.fromCharCode(unit)) === "", `unit ${unit}`);
});
