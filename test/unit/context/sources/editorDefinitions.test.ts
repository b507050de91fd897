// What the editor has answered is known for a while; nobody waits for it, and a slow editor is left alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AskDefinitions,
  DefinitionAnswers,
  definitionsIn,
  type PositionAnswer,
} from "../../../../src/context/sources/editorDefinitions.ts";

const uri = "file:///w/a.ts";
const at = (name: string, line = 0) => ({ name, line, character: 4 });
const found = (...paths: string[]): PositionAnswer => ({
  places: paths.map((path) => ({ uri: `file:///w/${path}`, startLine: 2, endLine: 5 })),
});

/** An editor whose answers come when the test says so. */
function editor() {
  const asked: Parameters<AskDefinitions>[0][] = [];
  const waiting: ((answers: PositionAnswer[] | Error) => void)[] = [];
  const clock = { nowMs: 1_000 };
  const answers = new DefinitionAnswers(
    (params) => {
      asked.push(params);
      return new Promise((resolve, reject) => {
        waiting.push((given) => (given instanceof Error ? reject(given) : resolve(given)));
      });
    },
    () => clock.nowMs,
  );
  return { asked, waiting, clock, answers };
}

test("a first request misses, a later one knows", async () => {
  const { asked, waiting, answers } = editor();
  const done = answers.ask(uri, 3, [at("Money"), at("add", 1), at("Money", 2)]);
  assert.equal(answers.known(uri, "Money"), undefined);
  assert.deepEqual(asked, [
    {
      uri,
      version: 3,
      positions: [
        { line: 2, character: 4 },
        { line: 1, character: 4 },
      ],
    },
  ]);
  waiting[0]([found("money.ts"), found()]);
  await done;
  assert.deepEqual(answers.known(uri, "Money"), found("money.ts"));
  assert.deepEqual(answers.known(uri, "add"), found());
  assert.equal(answers.known("file:///w/b.ts", "Money"), undefined);
});

test("one request at a time, and nothing that is known is asked again for half a minute", async () => {
  const { asked, waiting, clock, answers } = editor();
  const first = answers.ask(uri, 1, [at("a")]);
  await answers.ask(uri, 1, [at("b")]);
  assert.equal(asked.length, 1);
  waiting[0]([found("b.ts")]);
  await first;
  clock.nowMs += 29_000;
  await answers.ask(uri, 1, [at("a")]);
  assert.equal(asked.length, 1);
  clock.nowMs += 2_000;
  assert.equal(answers.known(uri, "a"), undefined);
  void answers.ask(uri, 1, [at("a")]);
  assert.equal(asked.length, 2);
});

test("an editor that is too slow says so, and is left alone for a while", async () => {
  const { asked, waiting, clock, answers } = editor();
  const done = answers.ask(uri, 1, [at("a"), at("b")]);
  waiting[0]([found("b.ts"), { reason: "editor too slow" }]);
  await done;
  assert.deepEqual(answers.known(uri, "b"), { reason: "editor too slow" });
  clock.nowMs += 9_000;
  await answers.ask(uri, 1, [at("c")]);
  assert.equal(asked.length, 1);
  clock.nowMs += 2_000;
  void answers.ask(uri, 1, [at("c")]);
  assert.equal(asked.length, 2);
});

test("an editor that is gone, or answers too little, leaves things unknown", async () => {
  const { waiting, answers } = editor();
  const gone = answers.ask(uri, 1, [at("a")]);
  waiting[0](new Error("connection closed"));
  await gone;
  assert.equal(answers.known(uri, "a"), undefined);
  const little = answers.ask(uri, 1, [at("a"), at("b")]);
  waiting[1]([found("x.ts")]);
  await little;
  assert.deepEqual(answers.known(uri, "a"), found("x.ts"));
  assert.equal(answers.known(uri, "b"), undefined);
});

test("twelve positions a request; a closed document is forgotten", async () => {
  const { asked, waiting, answers } = editor();
  const symbols = Array.from({ length: 20 }, (_, i) => at(`name${i}`, i));
  const done = answers.ask(uri, 1, symbols);
  assert.equal(asked[0].positions.length, 12);
  waiting[0](symbols.map(() => found("x.ts")));
  await done;
  void answers.ask(uri, 1, symbols);
  assert.deepEqual(asked[1].positions[0], { line: 12, character: 4 });
  assert.ok(answers.known(uri, "name3"));
  answers.closed(uri);
  assert.equal(answers.known(uri, "name3"), undefined);
});

test("only files of the folder, and of its dependencies only declarations", async () => {
  const { waiting, answers } = editor();
  const source = definitionsIn(answers, (target) =>
    target.startsWith("file:///w/") ? target.slice("file:///w/".length) : undefined,
  );
  source.ask(uri, 1, [at("a"), at("b")]);
  const outside = { uri: "file:///elsewhere/lib.d.ts", startLine: 0, endLine: 1 };
  const inside = found(
    "src/x.ts",
    "node_modules/p/index.js",
    "node_modules/p/index.ts",
    "node_modules/p/index.d.ts",
    "p/node_modules/q/q.d.mts",
  );
  assert.ok("places" in inside);
  waiting[0]([{ places: [outside, ...inside.places] }, { reason: "editor too slow" }]);
  await new Promise((resolve) => setImmediate(resolve));
  const lines = { startLine: 2, endLine: 5 };
  assert.deepEqual(source.known(uri, "a"), {
    places: [
      { path: "src/x.ts", ...lines },
      { path: "node_modules/p/index.d.ts", ...lines },
      { path: "p/node_modules/q/q.d.mts", ...lines },
    ],
  });
  assert.deepEqual(source.known(uri, "b"), { reason: "editor too slow" });
});
