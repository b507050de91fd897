// The index of copies beside the plain search, what it counts as nobody's, and what it does with bad input.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bareText } from "../../../../src/index/copies/bareText.ts";
import { decodeCopies, encodeCopies } from "../../../../src/index/copies/copyFile.ts";
import { CopyIndex, type ReadPart } from "../../../../src/index/copies/copyIndex.ts";
import { CopyIndexBuilder } from "../../../../src/index/copies/copyIndexBuilder.ts";
import { SHORTEST_COPY } from "../../../../src/index/copies/winnow.ts";

const anyText = (minLength: number, maxLength: number) =>
  fc
    .array(fc.constantFrom("a", "b", "(", ")", " ", "\n", "é"), { minLength, maxLength, size: "max" })
    .map((units) => units.join(""));

/** Each file is a package of its own, whose name is the file's first folder. */
function indexOf(files: Record<string, string>, { mostBytes = 1e6, own = [] as string[] } = {}) {
  const builder = new CopyIndexBuilder(mostBytes);
  const skipped: Record<string, string> = {};
  for (const [path, text] of Object.entries(files)) {
    const source = builder.addSource({ name: path.split("/")[0]!, licence: "MIT" });
    const reason = builder.add({ path, source }, text);
    if (reason) skipped[path] = reason;
  }
  for (const text of own) builder.exclude(text);
  const tables = builder.build();
  const read: ReadPart = async (path, { from, bytes }) => partOf(files[path]!, from, bytes);
  return { index: new CopyIndex(tables), tables, skipped, read };
}

const partOf = (text: string, from: number, bytes: number) =>
  Buffer.from(text)
    .subarray(from, from + bytes)
    .toString();

const bare = (text: string) => bareText(text).bare;

/** The oracle: every run of the shortest length, searched in the whole file. */
function repeats(text: string, file: string): boolean {
  const wanted = bare(text);
  for (let at = 0; at + SHORTEST_COPY <= wanted.length; at++)
    if (bare(file).includes(wanted.slice(at, at + SHORTEST_COPY))) return true;
  return false;
}

const written = (lines: number, seed = 7) =>
  Array.from({ length: lines }, (_, line) => `  const value${line} = compute(${line * seed}, "${line}");`).join("\n");
const handwritten = written(12);

test("the index finds what the plain search finds, and nothing else", async () => {
  let copies = 0;
  const cases = fc.tuple(
    anyText(100, 400),
    fc.nat(199),
    fc.integer({ min: 40, max: 100 }),
    anyText(0, 40),
    anyText(0, 40),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([letters, from, length, before, after]) => {
      const file = letters.replace(/(.{30})/g, "$1\n");
      const whole = bare(file);
      const start = from % whole.length;
      const text = (before + whole.slice(start, start + length) + after).replace(/\n/g, " "); // one line: no shorter run counts
      const { index, skipped, read } = indexOf({ file });
      const expected = Object.keys(skipped).length === 0 && repeats(text, file);
      if (expected) copies++;
      assert.equal((await index.find(text, "", read)) !== undefined, expected);
    }),
    { numRuns: 500 },
  );
  assert.ok(copies > 100, `only ${copies} of the drawn texts were copies`);
});

test("a copy with other blanks is found, with its line, package and licence, also far into a file", async () => {
  const far = `${written(3_000, 3).replaceAll("value", "other")}\n${handwritten}\n`;
  const { index, tables, read } = indexOf({
    "near/a.js": `// first\n\n${handwritten.replaceAll("compute", "count")}`,
    "far/b.js": far,
  });
  assert.ok(tables.parts.length > 3);
  const copy = handwritten.split("\n").slice(3, 7).join("\n\t\t").replaceAll(" = ", "=");
  const { length, ...place } = (await index.find(copy, "", read))!;
  assert.deepEqual(place, { path: "far/b.js", line: 3_004, source: "far", licence: "MIT" });
  assert.equal(length, bare(copy).length);
  const restyled = copy.replaceAll(";", "").replaceAll('"', "'");
  assert.equal((await index.find(restyled, "", read))?.line, 3_004);
  assert.equal((await index.find(copy.replaceAll("compute", "count"), "", read))?.line, 6);
});

test("three lines count as a whole where they are shorter; two do not", async () => {
  const three = "if (tokens.ready && isOpen(door)) {\n  send(all, toThem);\n}";
  const { index, read } = indexOf({ "a.js": `${written(2)}\n${three}\n${written(4, 9)}` });
  assert.ok(bare(three).length < SHORTEST_COPY);
  const two = three.replace("{\n", "{ ");
  const found = [await index.find(three, "", read), await index.find(two, "", read)];
  assert.deepEqual([found[0]?.line, found[1]], [3, undefined]);
});

test("imports, comments and what stands before the cursor on its line are no copy", async () => {
  const header = `import {\n  first, second, third,\n  fourth, fifth, sixth,\n} from "somewhere/far/away";\n${"// a long comment that says what the code below it does\n".repeat(3)}`;
  const { index, read } = indexOf({ "a.js": header + handwritten });
  assert.equal(await index.find(header, "", read), undefined);
  const line = handwritten.split("\n")[0]!;
  assert.equal(await index.find(`${line.slice(-4)}\n`, line.slice(0, -4), read), undefined);
  assert.equal(
    await index.find(" and so on, and what else there is, is told to those who ask for it here", "// This", read),
    undefined,
  );
});

test("what also stands in an own text is no copy, now or when the index was made", async () => {
  const { index, read } = indexOf({ "a.js": handwritten });
  assert.notEqual(await index.find(handwritten, "", read), undefined);
  assert.equal(await index.find(handwritten, "", read, () => [{ text: `own\n${handwritten}` }]), undefined);
  const piece = (path: string) => () => [{ path, text: handwritten }];
  assert.equal(await index.find(handwritten, "", read, piece("src/b.js")), undefined);
  assert.notEqual(await index.find(handwritten, "", read, piece("a.js")), undefined, "a vendored file in the prompt");
  const excluding = indexOf({ "a.js": handwritten }, { own: [`own();\n${handwritten}\nmore();`] });
  assert.equal(await excluding.index.find(handwritten, "", excluding.read), undefined);
});

test("what four packages share is an idiom; what versions and builds of one package share is not", async () => {
  const shared = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`${name}/x.js`, `${handwritten}\n${name}();`]));
  const { index, read } = indexOf(shared);
  assert.equal(await index.find(handwritten, "", read), undefined);
  const { "d/x.js": _, ...three } = shared;
  const few = indexOf(three);
  assert.notEqual(await few.index.find(handwritten, "", few.read), undefined);
  const builds = indexOf(Object.fromEntries(["1", "2", "3", "4", "5"].map((build) => [`a/${build}.js`, handwritten])));
  assert.notEqual(await builds.index.find(handwritten, "", builds.read), undefined);
});

test("a file that is gone or has changed since it was indexed is no place", async () => {
  const { index } = indexOf({ "a.js": handwritten });
  assert.equal(await index.find(handwritten, "", async () => undefined), undefined);
  assert.equal(await index.find(handwritten, "", async () => "other"), undefined);
});

test("no files, no copies", async () => {
  const { index, read } = indexOf({});
  assert.equal(await index.find(handwritten, "", read), undefined);
});

test("each file that is left out has its reason, and the bound holds", () => {
  const mostBytes = 263_500;
  const files = { short: "x = 1", minified: handwritten.replace(/\n/g, ""), fits: handwritten, late: written(400, 11) };
  const { tables, skipped } = indexOf(files, { mostBytes });
  assert.deepEqual(skipped, { short: "short", minified: "minified", late: "full" });
  assert.equal(tables.files.length, 1);
  assert.ok(encodeCopies({ tables, stamp: "" }).length <= mostBytes);
});

test("a stored index is read as it was; one that is cut, changed or of another version is none", async () => {
  const { tables, read } = indexOf({ "a.js": handwritten, "b.js": written(2_000, 5) });
  const bytes = encodeCopies({ tables, stamp: "s" });
  const stored = decodeCopies(bytes)!;
  assert.deepEqual(stored, { tables, stamp: "s" });
  assert.equal((await new CopyIndex(stored.tables).find(handwritten, "", read))?.path, "a.js");
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const broken = Buffer.from(bytes);
      broken[at]! ^= change;
      assert.equal(decodeCopies(broken), undefined);
      assert.equal(decodeCopies(bytes.subarray(0, at)), undefined);
    }),
    { numRuns: 100 },
  );
});
