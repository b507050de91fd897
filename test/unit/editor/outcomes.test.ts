// What the window remembers of its requests: the last one, and counts by reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Outcomes } from "../../../src/editor/outcomes.ts";
import { statusActions } from "../../../src/editor/statusActions.ts";
import { type Answers, statusText } from "../../../src/editor/statusText.ts";
import type { OutcomeParams } from "../../../src/protocol/messages.ts";

const place = { uri: "file:///a.ts", position: { line: 0, character: 0 }, explicit: false };
const shown: OutcomeParams = place;
const nothing = (reason: string, why: string, score?: number): OutcomeParams => ({
  ...place,
  none: { reason, why, score },
});

test("counted by reason since the window opened, the most frequent first", () => {
  const outcomes = new Outcomes();
  assert.deepEqual([outcomes.counted(), outcomes.lastNothing], [undefined, undefined]);
  outcomes.note(shown);
  assert.equal(outcomes.counted(), "Since this window opened: 1 shown.");
  outcomes.note(nothing("improbable", "not sure enough", 0.21));
  outcomes.note(nothing("improbable", "not sure enough", 0.071));
  assert.deepEqual(outcomes.lastNothing, { reason: "improbable", why: "not sure enough (0.07)" });
  outcomes.note(nothing("empty", "the model has nothing to add"));
  assert.equal(
    outcomes.counted(),
    "Since this window opened: 1 shown, nothing 3 times: 2 × not sure enough; 1 × the model has nothing to add.",
  );
  for (const reason of ["a", "b", "c"]) outcomes.note(nothing(reason, `because of ${reason}`));
  assert.match(outcomes.counted()!, /nothing 6 times: 2 × not sure enough; .*; 1 × other reasons\.$/);
});

test("why nothing came holds until something does", () => {
  const outcomes = new Outcomes();
  outcomes.note(nothing("empty", "the model has nothing to add"));
  assert.equal(outcomes.lastNothing?.why, "the model has nothing to add");
  outcomes.note(shown);
  assert.equal(outcomes.lastNothing, undefined);
});

const ready = { kind: "ready", model: "m", device: "cpu" } as const;
const unsure = { nothing: { reason: "improbable", why: "not sure enough (0.21)" }, counted: "Since then: 1." };

test("the status says why nothing came, where suggestions come at all", () => {
  const { sentence } = statusText(ready, ["A problem."], [], unsure);
  assert.deepEqual(sentence.split("\n").slice(1), [
    "Nothing shown here: not sure enough (0.21).",
    "Since then: 1.",
    "A problem.",
  ]);
  assert.doesNotMatch(statusText({ kind: "quiet" }, [], [], unsure).sentence, /Nothing shown/);
});

test("the menu offers more where Sotto was not sure enough, fewer and more as far as there are", () => {
  const offers = (eagerness: "fewer" | "usual" | "more", answers: Answers) =>
    statusActions(ready, { eagerness, answers })
      .flatMap(({ actions }) => actions)
      .filter(({ title }) => /suggestions|show more|Nothing/.test(title))
      .map(({ title, command }) => [title, command]);
  assert.deepEqual(offers("usual", unsure), [
    ["Nothing shown here: not sure enough (0.21); show more…", "sotto.showMore"],
    ["Show more suggestions", "sotto.showMore"],
    ["Show fewer suggestions", "sotto.showFewer"],
  ]);
  assert.deepEqual(offers("more", unsure), [
    ["Nothing shown here: not sure enough (0.21)", "sotto.showLog"],
    ["Show fewer suggestions", "sotto.showFewer"],
  ]);
  assert.deepEqual(offers("fewer", {}), [["Show more suggestions", "sotto.showMore"]]);
  assert.equal(offers("usual", {}).length, 2);
  const quiet = statusActions({ kind: "quiet" }, { answers: unsure }).flatMap(({ actions }) => actions);
  assert.ok(!quiet.some(({ command }) => command === "sotto.showMore"));
});
