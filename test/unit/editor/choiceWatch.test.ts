// After a choice in the editor's list ghost text comes again: where the editor does not ask, it is asked for, and only there.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ChoiceWatch, isChosen } from "../../../src/editor/choiceWatch.ts";

function watching(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const watch = new ChoiceWatch(() => asked++);
  return { watch, asked: () => asked, pass: (ms: number) => t.mock.timers.tick(ms) };
}

const chosen = [{ text: "json", replaced: 0 }];

test("a choice after which the editor does not ask: it is asked for, once", (t) => {
  const { watch, asked, pass } = watching(t);
  watch.changed(chosen);
  pass(299);
  assert.equal(asked(), 0);
  pass(2_000);
  assert.equal(asked(), 1);
});

test("not where the editor asks, where a key follows, or where the cursor leaves", (t) => {
  const { watch, asked, pass } = watching(t);
  watch.changed(chosen);
  pass(50);
  watch.over();
  pass(2_000);
  watch.changed(chosen);
  watch.changed([{ text: "(", replaced: 0 }]);
  pass(2_000);
  assert.equal(asked(), 0);
});

test("a choice is a word at once, in place of its beginning", () => {
  for (const [text, replaced, expected] of [
    ["json", 0, true],
    ["json", 2, true],
    ["json()", 0, true],
    ["über", 0, true],
    ["j", 0, false],
    ["()", 0, false],
    ["json", 9, false],
    ["", 3, false],
    ["a b", 0, false],
    ["json\n", 0, false],
  ] as const)
    assert.equal(isChosen({ text, replaced }), expected, JSON.stringify(text));
});
