// A workspace's adapter comes into use while somebody types: what was written, is being written or is being asked for in advance with another one
// is no answer any more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answeringWindow } from "./answeringWindow.ts";
import { drawnAnswer, settled } from "./editorWindow.ts";

/** A window whose adapter a test changes. */
function opened() {
  const inUse: { adapter?: string } = {};
  const made = answeringWindow({}, () => inUse.adapter);
  const adapters = () => made.model.calls.map(({ params }) => params.adapter);
  return { ...made, inUse, adapters };
}

test("what was answered with one adapter is no answer with another, and is one again when that is back in use", async () => {
  const { model, window, inUse, adapters, answered } = opened();
  assert.equal(await answered("total + 1;"), "├total + 1;┤");
  inUse.adapter = "/a";
  assert.equal(await answered("total * 2;"), "├total * 2;┤");
  await window.typeAndAsk("total ");
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├* 2;┤");
  inUse.adapter = undefined;
  assert.equal(drawnAnswer(await window.ask()), "├+ 1;┤");
  inUse.adapter = "/b";
  assert.equal(await answered("- 3;"), "├- 3;┤");
  assert.deepEqual(adapters(), [undefined, "/a", "/b"]);
  assert.equal(model.calls.length, 3);
});

test("what another model has written is no answer any more", async () => {
  const { model, window, answered } = opened();
  assert.equal(await answered("total + 1;"), "├total + 1;┤");
  assert.equal(drawnAnswer(await window.ask()), "├total + 1;┤");
  assert.equal(model.calls.length, 1);
  window.completer.modelChanged();
  assert.equal(await answered("total * 2;"), "├total * 2;┤");
  assert.equal(model.calls.length, 2);
});

test("a request after the switch takes over nothing from before it, whatever was typed", async () => {
  const { model, window, inUse, adapters } = opened();
  void window.ask();
  await settled();
  const before = model.last;
  before.write("tot");
  inUse.adapter = "/a";
  await window.typeAndAsk("t");
  assert.equal(model.calls.length, 2);
  assert.equal(before.isCancelled, true);
  model.last.write("wice;");
  model.last.finish();
  await settled();
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├wice;┤");
  assert.deepEqual(adapters(), [undefined, "/a"]);
  assert.equal(window.completer.counts().joinedRequests, 0);
});

test("without a switch the same keys take over (the other side)", async () => {
  const { model, window, inUse } = opened();
  inUse.adapter = "/a";
  void window.ask();
  await settled();
  model.last.write("tot");
  await window.typeAndAsk("t");
  model.last.write("al;");
  model.last.finish();
  await settled();
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├otal;┤");
  assert.equal(model.calls.length, 1);
});

test("a request that runs during the switch ends with the adapter that it began with, and its answer is no other's", async () => {
  const { model, window, inUse, adapters, answered } = opened();
  const running = window.ask();
  await settled();
  const before = model.last;
  before.write("total");
  inUse.adapter = "/a";
  before.write(" + 1;");
  before.finish();
  assert.equal(drawnAnswer(await running), "├total + 1;┤");
  assert.equal(await answered("total * 2;"), "├total * 2;┤"); // not from the cache
  assert.deepEqual(adapters(), [undefined, "/a"]);
});

test("what was asked for in advance before the switch is not what follows after it", async () => {
  const { model, window, inUse, adapters, answered } = opened();
  assert.equal(await answered("total"), "├total┤");
  window.clock.pass(300);
  await settled();
  assert.equal(model.calls.length, 2); // what follows the suggestion
  model.last.write(" + 1;");
  model.last.finish();
  await settled();
  inUse.adapter = "/a";
  window.accept({ text: "total", replaceAfter: 0 });
  assert.equal(await answered(" - 3;"), "├ - 3;┤");
  assert.deepEqual(adapters(), [undefined, undefined, "/a"]);
  assert.equal(window.completer.counts().followUpsUsed, 0);
});

test("a prompt that was read with one adapter is read again with another, and not a second time", async () => {
  const { window, inUse, warmed } = opened();
  const rests = async () => {
    window.completer.rested({ document: window.document, offset: window.cursor });
    await settled();
    return warmed.map(({ adapter }) => adapter);
  };
  assert.deepEqual(await rests(), [undefined]);
  assert.deepEqual(await rests(), [undefined]);
  inUse.adapter = "/a";
  assert.deepEqual(await rests(), [undefined, "/a"]);
  assert.deepEqual(await rests(), [undefined, "/a"]);
});

test("a prompt that an answer was written after is read; with another adapter it is not", async () => {
  const { window, inUse, warmed, answered } = opened();
  inUse.adapter = "/a";
  await answered("total + 1;");
  const rest = { document: window.document, offset: window.cursor };
  window.completer.rested(rest);
  await settled();
  assert.equal(warmed.length, 0);
  inUse.adapter = "/b";
  window.completer.rested(rest);
  await settled();
  assert.deepEqual(
    warmed.map(({ adapter }) => adapter),
    ["/b"],
  );
});
