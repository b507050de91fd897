// What is fitted on: a recording run again gives what the run gave, and each kind of place has its own idea of what is right.

import assert from "node:assert/strict";
import { test } from "node:test";
import { completeCase } from "../../../cli/evaluation/runCase.ts";
import { suggestionOf } from "../../../scripts/completion/recorded.ts";
import { caseOf } from "../cli/evaluation/caseOf.ts";
import { fakeModel } from "../cli/fakeModel.ts";
import { native, never } from "./completeAt.ts";

/** A place with what a model wrote there. */
async function recorded(given: Parameters<typeof caseOf>[0], writes: string) {
  const value = caseOf({ path: "a.ts", kind: "border", ...given });
  const options = { filter: true, explicit: false, maxTokens: undefined };
  const live = await completeCase(value, [], options, { model: fakeModel(() => writes), parsers: native }, never);
  const recording = { value, pieces: [], generation: live.result.generation };
  return { live, replayed: await suggestionOf(recording, native) };
}

test("what is recorded passes and scores as it did", async () => {
  const prefix = "const items = [1];\nconst count = ";
  const { live, replayed } = await recorded({ prefix, expected: "items.length;", suffix: "\n" }, "items.length;\nmore");
  assert.equal(replayed?.text, "items.length;");
  assert.equal(replayed.text, live.passed);
  assert.equal(replayed.score, live.result.score);
  assert.deepEqual(replayed.features, live.result.features);
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
  assert.equal(refused.live.result.generation, undefined);
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
