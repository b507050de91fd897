// What is fitted on: a recording run again gives what the run gave, and each kind of place has its own idea of what is right.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { completeCase, generatedIn } from "../../../cli/evaluation/runCase.ts";
import { UserError } from "../../../common/errors.ts";
import { readRecording, recordCase, suggestionOf, tierOf } from "../../../lab/fit/recorded.ts";
import type { Answered } from "../../../server/host/protocol/messages.ts";
import { caseOf } from "../../support/evaluationCases.ts";
import { fakeModel } from "../../support/fakeModel.ts";
import { native, never } from "./completeAt.ts";
import { recordingOf } from "./recordedSuggestions.ts";

const placeOf = (given: Parameters<typeof caseOf>[0]) => caseOf({ path: "a.ts", kind: "border", ...given });

/** A place with what a model wrote there. */
async function recorded(given: Parameters<typeof caseOf>[0], writes: string) {
  const value = placeOf(given);
  const deps = { model: fakeModel(() => writes), parsers: native };
  const options = { filter: true, explicit: false, maxTokens: undefined, alternatives: 0 };
  const live = await completeCase(value, [], options, deps, never);
  return { live, replayed: await suggestionOf(await recordCase(value, [], deps), native) };
}

test("what is recorded passes and scores as it did", async () => {
  const prefix = "const items = [1];\nconst count = ";
  const { live, replayed } = await recorded({ prefix, expected: "items.length;", suffix: "\n" }, "items.length;\nmore");
  assert.equal(replayed?.text, "items.length;");
  assert.equal(replayed.text, live.passed);
  const scored = generatedIn(live.result).scored!;
  assert.deepEqual([replayed.score, replayed.features], [scored.score, scored.features]);
  assert.deepEqual([replayed.right, replayed.similarity], [true, 1]);
});

test("nothing comes of what a filter takes, or of a place that refuses", async () => {
  const taken = await recorded(
    { prefix: "const a = 1;\n", expected: "f();", suffix: "\nconsole.log(a);\n" },
    "console.log(a);\n",
  );
  assert.equal(taken.live.reason, "duplicatesSuffix");
  assert.equal(taken.replayed, undefined);
  const refused = await recorded({ prefix: "f(", expected: "a", suffix: ", b);\n" }, "a");
  assert.equal(refused.live.result.kind, "refused");
  assert.equal(refused.replayed, undefined);
});

test("right: the rest of the line; of a block a right beginning is enough", async () => {
  const line = { prefix: "const a = 1;\nconst b = ", expected: "a;", suffix: "\n" };
  assert.equal((await recorded(line, "a + a;\n")).replayed?.right, false);
  const block = { kind: "block", prefix: "function f(a: number) {\n  ", suffix: "\n}\n" };
  const expected = "const b = a + 1;\n  return b;";
  assert.equal((await recorded({ ...block, expected }, "const b = a + 1;\n}\n")).replayed?.right, true);
  assert.equal((await recorded({ ...block, expected }, "return a;\n}\n")).replayed?.right, false);
});

const quick: Answered = { model: "smollm2-135m", tier: "quick" };
const strong: Answered = { model: "qwen2.5-coder-0.5b", tier: "strong" };

test("a file of recordings: who wrote at each place where a model was asked, and what passes the filters", async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "sotto-recorded-"));
  try {
    const { generate, ...rest } = fakeModel(() => "a + a;\n");
    const model: typeof rest & { generate: typeof generate } = {
      ...rest,
      generate: async (...asked) => ({ ...(await generate(...asked)), ...strong }),
    };
    const places = [
      placeOf({ prefix: "const a = 1;\nconst b = ", expected: "a;", suffix: "\n" }),
      placeOf({ prefix: "f(", expected: "a", suffix: ", b);\n" }), // refuses
    ];
    const lines = await Promise.all(places.map((value) => recordCase(value, [], { model, parsers: native })));
    const file = path.join(dir, "typed.jsonl");
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const recording = await readRecording(file, native);
    assert.deepEqual([recording.name, recording.suggestions.length], ["typed", 1]);
    assert.deepEqual(
      recording.asked.map(({ model, tier }) => ({ model, tier })),
      [strong],
    );
    assert.equal(tierOf([recording]), "strong");
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("recordings are of one model: of a tier, or of the user's own", () => {
  const of = (name: string, ...asked: Answered[]) => recordingOf([], { name, asked });
  assert.equal(tierOf([of("typed", quick, quick), of("cases", quick), of("nothing")]), "quick");
  assert.equal(tierOf([of("typed", { model: "own" })]), undefined);
  for (const [recordings, said] of [
    [
      [of("typed", quick), of("cases", strong)],
      /^typed was written by the quick model, and cases by the strong model\.$/,
    ],
    [[of("typed", quick, strong)], /^typed was written by the quick model, and typed by the strong model/],
    [[of("typed", quick), of("cases", { model: "smollm2-135m" })], /and cases by smollm2-135m/],
  ] as const)
    assert.throws(
      () => tierOf(recordings),
      (error) => error instanceof UserError && said.test(error.message),
    );
});
