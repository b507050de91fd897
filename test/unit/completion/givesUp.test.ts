// Giving up while text is written: never where the show decision could still say yes, and only where nobody asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hopelessLogProb, SHOW_FEATURES, SHOW_THRESHOLD, showScore } from "../../../src/completion/showDecision.ts";
import { drawnAnswer, EditorWindow, settled } from "./editorWindow.ts";
import { steppedModel } from "./steppedModel.ts";

test("no suggestion whose line is less probable than the bound is worth showing, whatever else speaks for it; one a little more probable can be", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const features = fc.record(Object.fromEntries(SHOW_FEATURES.map((name) => [name, share])));
  const some = fc.record({ shift: fc.double({ min: -2, max: 2, noNaN: true }), below: share, end: share });
  fc.assert(
    fc.property(features, some, (others, { shift, below, end }) => {
      const logProb = hopelessLogProb(shift)! - 0.001 - 10 * below;
      const tokens = { lineDoubt: Math.sqrt(-logProb), endLogProb: -5 * end };
      const given = { ...(others as Record<(typeof SHOW_FEATURES)[number], number>), ...tokens, historyShift: shift };
      assert.ok(showScore(given) < SHOW_THRESHOLD);
    }),
  );
  const best = Object.fromEntries(SHOW_FEATURES.map((name) => [name, 0])) as Record<
    (typeof SHOW_FEATURES)[number],
    number
  >;
  const lineDoubt = Math.sqrt(-hopelessLogProb(0)!);
  const withOthers = { ...best, opensBlock: 1, insideWord: 1, lineDoubt: lineDoubt - 0.01, historyShift: 0 };
  assert.ok(showScore(withOthers) > SHOW_THRESHOLD);
});

test("a line that nobody asked for may be given up; several lines, and what somebody asked for, are written to their end", async () => {
  const cases: [drawn: string, explicit: boolean, givesUp: boolean][] = [
    ["a = │\n", false, true],
    ["a = │\n", true, false],
    ["function f() {\n  │\n}\n", false, false],
  ];
  for (const [drawn, explicit, givesUp] of cases) {
    const model = steppedModel();
    const window = new EditorWindow(drawn, model);
    void window.ask(explicit);
    await settled();
    assert.equal(model.last.params.leastLogProb !== undefined, givesUp, drawn);
  }
});

test("what was given up is improbable, here and until the text changes; who types on in it asks again", async () => {
  const model = steppedModel();
  const window = new EditorWindow("a = │\n", model);
  const answer = window.ask();
  await settled();
  model.last.write("bc");
  model.last.finish("improbable");
  assert.equal(drawnAnswer(await answer), "improbable");
  assert.equal(drawnAnswer(await window.ask()), "improbable");
  assert.equal(model.calls.length, 1);
  await window.typeAndAsk("b");
  assert.equal(model.calls.length, 2);
});

test("a request that has taken over asks again where the text is given up for what was typed by then", async () => {
  const model = steppedModel();
  const window = new EditorWindow("a = │\n", model);
  void window.ask();
  await settled();
  model.last.write("bc");
  await window.typeAndAsk("b");
  assert.equal(model.calls.length, 1);
  model.last.finish("improbable");
  await settled();
  assert.equal(model.calls.length, 2);
  model.last.write("c;");
  model.last.finish();
  await settled();
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├c;┤");
});
