// The run of lines that a part of a prompt is compared with: whole lines, as few as there may be, and nothing else is changed.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { withoutRun } from "../../../../lab/bench/support/withoutRun.ts";
import type { PromptInput } from "../../../../server/host/protocol/messages.ts";
import { promptParts } from "../../../../src/explain/promptParts.ts";

const NOTHING_READ = { pieces: [], dropped: [], prompt: "", tokens: 0 };

/** A prompt of three pieces, `counts` lines each, in which each line says where it stands. */
function numbered(counts: readonly number[], widths: readonly number[]): PromptInput {
  let line = 0;
  const textOf = (name: string, count: number) =>
    Array.from({ length: count }, () => `${name} ${line} ${"x".repeat(widths[line++ % widths.length]!)}\n`).join("");
  const pieces = counts.map((count, id) => ({
    kind: "import" as const,
    path: `${id}.ts`,
    text: textOf(`piece ${id}`, count),
    score: 0.5,
  }));
  return {
    path: "a.ts",
    languageId: "typescript",
    prefix: `${textOf("before", 3)}const a = `,
    suffix: "\nafter();\n",
    pieces,
  };
}

const linesOf = ({ pieces, prefix, suffix }: PromptInput): string[] =>
  [...pieces.map(({ text }) => text), suffix, prefix]
    .flatMap((text) => text.split(/(?<=\n)/))
    .filter((line) => line !== "");
const unitsOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length, 0);

const given = fc.record({
  counts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 }),
  widths: fc.array(fc.nat(30), { minLength: 1, maxLength: 7 }),
  units: fc.integer({ min: 1, max: 500 }),
  drawn: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  among: fc.subarray([0, 1, 2], { minLength: 1 }),
});

test("whole lines go, in one run behind whose end comes the beginning, and one line fewer would be too few", () => {
  fc.assert(
    fc.property(given, ({ counts, widths, units, drawn, among }) => {
      const prompt = numbered(counts, widths);
      const parts = promptParts(prompt, NOTHING_READ).filter(({ id }) => among.includes(id));
      const lines = parts.flatMap(({ text }) => text.split(/(?<=\n)/).filter((line) => line !== ""));
      const left = withoutRun(prompt, parts, units, () => drawn);
      if (unitsOf(lines) < units) return assert.equal(left, undefined);
      assert.ok(left);
      const kept = new Set(linesOf(left));
      assert.ok(
        linesOf(left).every((line) => linesOf(prompt).includes(line)),
        "no line is cut",
      );
      const gone = lines.filter((line) => !kept.has(line));
      const begin = lines.findIndex((line, i) => !kept.has(line) && kept.has(lines.at(i - 1)!));
      const run = Array.from(gone, (_, i) => lines[(Math.max(begin, 0) + i) % lines.length]!);
      assert.deepEqual(new Set(run), new Set(gone), "one run");
      assert.ok(unitsOf(gone) >= units);
      if (begin >= 0) assert.ok(unitsOf(run.slice(0, -1)) < units, "the last line was needed");
      assert.deepEqual(
        linesOf(prompt).filter((line) => !gone.includes(line)),
        linesOf(left),
        "what is left keeps its order",
      );
      const others = [0, 1, 2].filter((id) => !among.includes(id));
      for (const id of others)
        assert.ok(
          left.pieces.some((piece) => piece === prompt.pieces[id]),
          "other parts are untouched",
        );
      assert.deepEqual([left.prefix, left.suffix, left.path], [prompt.prefix, prompt.suffix, prompt.path]);
    }),
    { numRuns: 1_000 },
  );
});

test("a run that begins in the last part goes on in the first, and each draw chooses its line", () => {
  const prompt: PromptInput = {
    ...{ path: "a.ts", languageId: "typescript", prefix: "", suffix: "" },
    pieces: ["a1\na2", "b1\nb2"].map((text, id) => ({ kind: "import" as const, path: `${id}.ts`, text, score: 0.5 })),
  };
  const parts = promptParts(prompt, NOTHING_READ).filter(({ kind }) => kind === "import");
  const textsAt = (drawn: number, units: number) =>
    withoutRun(prompt, parts, units, () => drawn)!.pieces.map(({ text }) => text);
  assert.deepEqual(textsAt(0, 3), ["a2", "b1\nb2"]);
  assert.deepEqual(textsAt(0.25, 3), ["a1\n", "b2"]);
  assert.deepEqual(textsAt(0.5, 4), ["a1\na2"], "a part of which nothing is left is left out");
  assert.deepEqual(textsAt(0.99, 3), ["a2", "b1\n"]);
  assert.equal(
    withoutRun(prompt, parts, 11, () => 0),
    undefined,
  );
  assert.deepEqual(textsAt(0.5, 10), [], "all of it, and not a line more");
});
