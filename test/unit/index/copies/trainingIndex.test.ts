// The index of what a model was trained on beside the plain search, the packages it names, and what it does with bad input.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { bareText } from "../../../../src/index/copies/bareText.ts";
import { openTrainingIndex } from "../../../../src/index/copies/openTrainingIndex.ts";
import {
  MOST_TRAINED_PACKAGES,
  makeTrainingIndex,
  TRAINED_COPY,
  TRAINING_INDEX_FILE,
  TrainingIndex,
} from "../../../../src/index/copies/trainingIndex.ts";

const WINDOW = 41;

const named = (names: readonly string[]) =>
  names.map((name) => ({ name, version: "1.2.0", licence: "MIT", models: ["quick"] }));

/** Each text is a package of its own. */
function bytesOf(texts: Readonly<Record<string, string>>, window = WINDOW): Buffer {
  const files = Object.values(texts).map((text, number) => ({ package: number, text }));
  return makeTrainingIndex(named(Object.keys(texts)), files, window);
}

const indexOf = (texts: Readonly<Record<string, string>>, window?: number) => TrainingIndex.of(bytesOf(texts, window))!;

const anyText = (minLength: number, maxLength: number) =>
  fc
    .array(fc.constantFrom("a", "b", "(", ")", "é"), { minLength, maxLength, size: "max" })
    .map((units) => units.join(""));

/** The oracle: whether a run of this length stands in both. */
function shares(text: string, other: string, length: number): boolean {
  for (let at = 0; at + length <= text.length; at++) if (other.includes(text.slice(at, at + length))) return true;
  return false;
}

const written = (lines: number, seed = 7) =>
  Array.from({ length: lines }, (_, line) => `  const value${line} = compute(${line * seed}, "${line}");`).join("\n");

test("whatever shares a long run is found, and nothing without a run of 60 characters is", () => {
  let certain = 0;
  let found = 0;
  const cases = fc.tuple(
    anyText(150, 500),
    fc.nat(399),
    fc.integer({ min: 30, max: 160 }),
    anyText(0, 80),
    anyText(0, 80),
  );
  fc.assert(
    fc.property(cases, ([file, from, length, before, after]) => {
      const start = from % file.length;
      const text = before + file.slice(start, start + length) + after;
      const index = indexOf({ x: file });
      const isFound = index.find("quick", text, "") !== undefined;
      if (isFound) found++;
      if (shares(text, file, index.certainCopy)) {
        certain++;
        assert.ok(isFound, "a copy that is long enough");
      } else if (isFound) assert.ok(shares(text, file, TRAINED_COPY), "no copy");
    }),
    { numRuns: 300 },
  );
  assert.ok(certain > 50 && found > certain, `${certain} certain, ${found} found`);
});

test("a copy with other blanks is found with its package, version and licence; what its own files hold is none", () => {
  const index = indexOf({ other: written(40, 3), x: `import a from "b";\n// a comment\n${written(40)}` });
  const copy = written(40).split("\n").slice(10, 16).join("\n\t").replaceAll(" = ", "=");
  assert.deepEqual(index.find("quick", copy, ""), named(["x"])[0]);
  assert.equal(index.find("strong", copy, ""), undefined, "a model that was not trained on it");
  assert.equal(
    index.find("quick", copy, "", () => [{ text: written(40) }]),
    undefined,
  );
  assert.equal(index.find("quick", written(6, 11), ""), undefined);
});

test("what stands before the cursor on its line is no part of the suggestion", () => {
  const index = indexOf({ x: written(40) }, 1); // every gram is kept
  const whole = written(3).replaceAll("\n", "");
  const bare = bareText(whole).bare.length;
  const cut = whole.length - (TRAINED_COPY - 10);
  assert.ok(bare > TRAINED_COPY);
  assert.notEqual(index.find("quick", whole, ""), undefined);
  assert.equal(index.find("quick", whole.slice(cut), whole.slice(0, cut)), undefined);
});

test("what four packages share is an idiom; of three the first is told", () => {
  const shared = written(12);
  const texts = Object.fromEntries(["a", "b", "c"].map((name) => [name, `${shared}\n${name}();`]));
  assert.equal(indexOf(texts).find("quick", shared, "")?.name, "a");
  assert.equal(indexOf({ ...texts, d: `${shared}\nd();` }).find("quick", shared, ""), undefined);
});

test("the same files give the same bytes, whatever their order in a package", () => {
  const files = [written(12), written(12, 5), written(30, 3)].map((text) => ({ package: 0, text }));
  const made = makeTrainingIndex(named(["x"]), files, WINDOW);
  assert.ok(made.equals(makeTrainingIndex(named(["x"]), files.toReversed(), WINDOW)));
  const many = named(Array.from({ length: MOST_TRAINED_PACKAGES + 1 }, (_, i) => `p${i}`));
  assert.throws(() => makeTrainingIndex(many, [], WINDOW), /holds 256 packages/);
});

test("one that is cut, changed or of another version is none; an empty one finds nothing", () => {
  const bytes = bytesOf({ x: written(40) });
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at]! + by) % 256;
      assert.equal(TrainingIndex.of(changed), undefined);
      assert.equal(TrainingIndex.of(bytes.subarray(0, at)), undefined);
    }),
    { numRuns: 100 },
  );
  assert.equal(indexOf({}).find("quick", written(12), ""), undefined);
  assert.equal(indexOf({ x: "" }).find("quick", "", ""), undefined);
});

test("an index is read once; of one that is missing or broken one sentence is said", async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-training-index-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const told: string[] = [];
  const open = () => openTrainingIndex((line) => told.push(line), folder);
  const file = path.join(folder, TRAINING_INDEX_FILE);
  const none = open();
  assert.deepEqual([await none(), await none()], [undefined, undefined]);
  assert.deepEqual(told, [
    `The licence guard does not know what the models were trained on: ${file} is missing or damaged.`,
  ]);
  mkdirSync(path.dirname(file));
  writeFileSync(file, bytesOf({ x: written(40) }));
  const one = open();
  const [first, second] = await Promise.all([one(), one()]);
  assert.equal(first, second);
  assert.equal(first?.find("quick", written(40), "", () => [])?.name, "x");
  writeFileSync(file, "broken");
  assert.equal(await open()(), undefined);
  assert.equal(told.length, 2);
});
