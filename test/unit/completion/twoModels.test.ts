// Two models behind one window: one writes what is typed, another what a person asks for. What the one has written, writes or is asked for in
// advance is no answer of the other; what somebody asked for stays while it is typed.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tier } from "../../../server/host/protocol/tiers.ts";
import { answeringWindow } from "./answeringWindow.ts";
import { drawnAnswer, settled } from "./editorWindow.ts";

/** A window whose models a test changes. */
function opened() {
  const tiers: { typing: Tier; asked: Tier } = { typing: "quick", asked: "strong" };
  const writingModel = (asked: boolean) => {
    const tier = asked ? tiers.asked : tiers.typing;
    return { id: `model-${tier}`, tier };
  };
  const made = answeringWindow({ writingModel });
  const asked = () => made.model.calls.map(({ params }) => params.asked ?? false);
  return { ...made, tiers, asked };
}

test("a request says whether somebody asked for it", async () => {
  const { answered, asked } = opened();
  await answered("total + 1;");
  await answered("total * 2;", true);
  assert.deepEqual(asked(), [false, true]);
});

test("what was typed for is no answer to who asks, though a model has written it in that very place", async () => {
  const { model, answered } = opened();
  assert.equal(await answered("total + 1;"), "├total + 1;┤");
  assert.equal(await answered("total * 2;", true), "├total * 2;┤");
  assert.equal(model.calls.length, 2);
});

test("what was asked for stays while it is typed, and is not asked for twice", async () => {
  const { model, window, answered } = opened();
  assert.equal(await answered("total * 2;", true), "├total * 2;┤");
  await window.typeAndAsk("total ");
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├* 2;┤");
  window.backspace(6);
  assert.equal(drawnAnswer(await window.ask(true)), "├total * 2;┤");
  assert.equal(model.calls.length, 1);
});

test("what another model wrote for who asked is no answer to who asks again, once a better one is there", async () => {
  const { model, tiers, answered } = opened();
  tiers.asked = "quick"; // there was no memory for strong
  assert.equal(await answered("total + 1;", true), "├total + 1;┤");
  tiers.asked = "strong";
  assert.equal(await answered("total * 2;", true), "├total * 2;┤");
  assert.equal(model.calls.length, 2);
});

test("an answer is kept for the model that gave it, whichever was expected", async () => {
  const { model, window, tiers, answered } = opened();
  const answer = window.ask(true);
  await settled();
  const { last } = model;
  last.writtenBy = "model-quick"; // the host had to take the other one
  last.write("total + 1;");
  last.finish();
  assert.equal(drawnAnswer(await answer), "├total + 1;┤");
  assert.equal(await answered("total * 2;", true), "├total * 2;┤");
  tiers.asked = "quick";
  assert.equal(drawnAnswer(await window.ask(true)), "├total + 1;┤");
});

test("typing goes to another model from now on: what the one before wrote for it is no answer, and is one again when it is back", async () => {
  const { model, window, tiers, answered } = opened();
  assert.equal(await answered("total + 1;"), "├total + 1;┤");
  tiers.typing = "strong";
  assert.equal(await answered("total * 2;"), "├total * 2;┤");
  tiers.typing = "quick";
  assert.equal(drawnAnswer(await window.ask()), "├total + 1;┤");
  assert.equal(model.calls.length, 2);
});

test("who asks does not take over what is being written for the keys before, and it ends; with one model that is taken over", async () => {
  for (const [asked, calls] of [
    ["strong", 2],
    ["quick", 1],
  ] as const) {
    const { model, window, tiers } = opened();
    tiers.asked = asked;
    void window.ask(true);
    await settled();
    const first = model.last;
    first.write("tot");
    tiers.asked = "quick"; // the next request goes to quick
    window.type("t");
    void window.ask(true);
    await settled();
    assert.equal(model.calls.length, calls, asked);
    assert.equal(first.isCancelled, asked === "strong");
  }
});

test("what is asked for in advance is asked of the model that types, and is no answer once another one does", async () => {
  const { model, window, tiers, asked, answered } = opened();
  assert.equal(await answered("total"), "├total┤");
  window.clock.pass(300);
  await settled();
  model.last.write(" + 1;");
  model.last.finish();
  await settled();
  assert.deepEqual(asked(), [false, false]);
  tiers.typing = "strong";
  window.accept({ text: "total", replaceAfter: 0 });
  assert.equal(await answered(" - 3;"), "├ - 3;┤");
  assert.equal(window.completer.counts().followUpsUsed, 0);
});

test("a prompt that one model has read is read ahead for the other, and not a second time", async () => {
  const { window, tiers, warmed } = opened();
  const rests = async () => {
    window.completer.rested({ document: window.document, offset: window.cursor });
    await settled();
    return warmed.length;
  };
  assert.deepEqual([await rests(), await rests()], [1, 1]);
  tiers.typing = "strong";
  assert.deepEqual([await rests(), await rests()], [2, 2]);
});
