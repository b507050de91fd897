// Kept examples as training data: which teach with what weight, each reason for leaving one out, and what is held out.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { REDACTED } from "../../../../common/rules/redactSecrets.ts";
import {
  chooseExamples,
  type ReadExample,
  readKeptExamples,
  weightOf,
  withoutLines,
} from "../../../../finetune/data/keptExamples.ts";
import { Examples } from "../../../../src/feedback/examples.ts";

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "sotto-kept-")));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(path.join(root, "src"));

let minutes = 0;
type Parts = Partial<Omit<ReadExample, "shown">> & {
  shown?: string;
  ending?: NonNullable<ReadExample["shown"]>["ending"];
};

/** An example a minute after the one before. */
const example = ({ shown, ending = "accepted", ...parts }: Parts): ReadExample => ({
  version: 2,
  at: new Date(Date.UTC(2026, 0, 1, 0, ++minutes)).toISOString(),
  file: path.join(root, "src", "a.ts"),
  languageId: "typescript",
  before: `const first = 1;\nconst value${minutes} = `,
  tail: "",
  after: "\nconst last = 2;\n",
  ...(shown !== undefined && { shown: { text: shown, ending } }),
  ...parts,
});

const choose = (examples: ReadExample[], placeOf: Parameters<typeof chooseExamples>[2] = () => "train") =>
  chooseExamples({ examples, dropped: {} }, root, placeOf);

test("weights: kept 1, corrected 1.5, typed with nothing shown 0.3, the rest teaches nothing and says why", () => {
  const of = (shown: string | undefined, final: string | undefined, ending?: Parts["ending"]) =>
    weightOf(example({ shown, final, ending }));
  assert.equal(of("total + 1;", "total + 1;"), 1);
  assert.equal(of("total + 1;", "total + 1;", "partlyAccepted"), 1);
  assert.equal(of("total + 1;", "total - 12;"), 1.5);
  assert.equal(of("total + 1;", "total - 12;", "rejected"), 1.5);
  assert.equal(of(undefined, "total + 1;"), 0.3);
  assert.equal(of("total + 1;", "await fetch(url);", "rejected"), "otherText");
  assert.equal(of("total + 1;", "await fetch(url);"), "otherText");
  assert.equal(of("total + 1;", "total + 1;", "typedThrough"), "asSuggested");
  assert.equal(of("total + 1;", "total + 1;", "unread"), "unread");
  assert.equal(of("total + 1;", undefined), "unknownEnd");
  assert.equal(of("total + 1;", "  "), "empty");
});

test("each reason for leaving one out", () => {
  const elsewhere = path.join(os.tmpdir(), "elsewhere", "a.ts");
  const file = (name: string) => path.join(root, "src", name);
  const { lessons, dropped } = choose(
    [
      example({ final: "kept();" }),
      example({ final: "x();", file: elsewhere }),
      example({ final: "x();", file: file("held.ts") }),
      example({ final: "x();", file: file("vendored.ts") }),
      example({ final: `"${REDACTED}"` }),
      example({ final: ");", tail: ");" }),
      example({ before: "same ", final: "again();" }),
      example({ before: "same again", final: "();" }),
    ],
    (name) => (name === "src/held.ts" ? "heldOut" : name === "src/vendored.ts" ? undefined : "train"),
  );
  assert.deepEqual(dropped, {
    otherFolder: 1,
    heldOutFile: 1,
    notLearntFile: 1,
    secret: 1,
    empty: 1,
    repeated: 1,
  });
  assert.equal(lessons.length, 2);
});

test("what stood behind the cursor stays behind the middle where it still does, and belongs to it where it does not", () => {
  const { lessons } = choose([example({ tail: ")", final: "a, b)" }), example({ tail: ")", final: "a, b]" })]);
  const gaps = lessons.map(({ gap: { middle, suffix } }) => [middle, suffix]).reverse();
  assert.deepEqual(gaps, [
    ["a, b", ")\nconst last = 2;\n"],
    ["a, b]", "\nconst last = 2;\n"],
  ]);
});

test("the latest fifth judges; its lines stand in nothing that is learnt from", () => {
  const examples = Array.from({ length: 23 }, (_, i) =>
    example({
      final: `call${i}(value);\n  second${i}();`,
      after: `\n  later${i}();\nconst value22 = call22(value);\n`,
    }),
  );
  const { lessons, heldOut, heldOutLines } = choose(examples.toReversed());
  assert.deepEqual([lessons.length, heldOut.length], [19, 4]);
  assert.deepEqual(
    heldOut.map(({ expected }) => expected).sort(),
    [19, 20, 21, 22].map((i) => `call${i}(value);`),
  );
  const [one] = heldOut.filter(({ expected }) => expected.startsWith("call19"));
  assert.ok(one!.prefix.endsWith(" = ") && one!.suffix.startsWith("\n  second19();\n"));
  const lines = heldOutLines.get("src/a.ts")!;
  assert.ok(lines.has("second19();") && !lines.has("second18();"));
  assert.equal(withoutLines("a();\n  second19();\n\nb();", lines), "a();\n\nb();");
  const minute = minutes;
  const again = choose([...examples, example({ before: "const value22 = ", final: "call22(value);" })]);
  assert.equal(minutes, minute + 1);
  for (const { gap } of again.lessons)
    for (const line of (gap.prefix + gap.middle + gap.suffix).split("\n"))
      assert.ok(line.trim() === "" || !again.heldOutLines.get("src/a.ts")!.has(line.trim()), line);
});

test("files are found by their real folder, whatever link led there", () => {
  const link = `${root}-link`;
  symlinkSync(root, link);
  after(() => rmSync(link));
  const { lessons } = choose([example({ file: path.join(link, "src", "a.ts"), final: "a();" })]);
  assert.deepEqual(
    lessons.map((lesson) => lesson.path),
    ["src/a.ts"],
  );
});

test("what the agent writes is read again; earlier forms and damaged lines are counted", () => {
  const dir = path.join(root, "data");
  assert.deepEqual(readKeptExamples(dir), { examples: [], dropped: {} });
  const place = { uri: "file:///w/a.ts", languageId: "typescript", before: "b ", tail: "", after: "\n", atMs: 1 };
  new Examples(dir, assert.fail).keep(place, { final: "typed();" });
  const written = readKeptExamples(dir);
  assert.deepEqual([written.examples[0]?.final, written.dropped], ["typed();", {}]);
  writeFileSync(path.join(dir, "examples.older.jsonl"), '{"version":1,"text":"x"}\n{"version":2,"at":1}\n{"vers');
  const read = readKeptExamples(dir);
  assert.deepEqual([read.examples.length, read.dropped], [1, { oldForm: 1, unreadable: 2 }]);
});

test("whatever was kept, each example is a lesson, a held-out one, or left out for one reason", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "(", ")", " ", "\n", "1", ";"), maxLength: 12 });
  const any = fc.record({
    shown: fc.option(text, { nil: undefined }),
    ending: fc.constantFrom<NonNullable<Parts["ending"]>>("accepted", "rejected", "unread", "typedThrough", "undone"),
    final: fc.option(text, { nil: undefined }),
    before: text,
    tail: text,
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), (all) => {
      const { lessons, heldOut, dropped } = choose(all.map((parts) => example(parts)));
      const left = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      const held = all.length - lessons.length - left;
      assert.ok(held >= heldOut.length && held <= all.length / 5, `${held} of ${all.length}`);
      for (const { gap, weight } of lessons) assert.ok(gap.middle.trim() !== "" && [0.3, 1, 1.5].includes(weight));
    }),
  );
});
