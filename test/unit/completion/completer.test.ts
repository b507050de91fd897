// A window's completions as an editor drives them: how many calls typing, Tab and wrong keys make, and that nothing is lost when the host goes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hostUnavailable } from "../../../common/errors.ts";
import type { ShownSuggestion, TextEdit } from "../../../src/completion/suggestionObserver.ts";
import { drawnAnswer, EditorWindow, settled } from "./editorWindow.ts";
import { steppedModel } from "./steppedModel.ts";

const PLACE = "const total = 1;\nconst value = │\n";

/** A window in which `text` was asked for, written and shown. */
async function shown(text: string, place = PLACE) {
  const model = steppedModel();
  const window = new EditorWindow(place, model);
  const answer = window.ask();
  await settled();
  model.last.write(text);
  model.last.finish();
  assert.equal(drawnAnswer(await answer), `├${text}┤`);
  return { model, window };
}

test("typing a suggestion through makes no call, and each key shows what is left", async () => {
  const { model, window } = await shown("total + 1;");
  for (const key of "total + 1") {
    const before = window.answers.length;
    await window.typeAndAsk(key);
    assert.equal(window.answers.length, before + 1);
    assert.match(drawnAnswer(window.answers.at(-1)!), /^├.*;┤$/);
  }
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├;┤");
  assert.equal(model.calls.length, 1);
  assert.equal(window.completer.counts().shown.typedAsSuggested, 9);
});

test("a burst of keys that types what is being written makes one call", async () => {
  const model = steppedModel();
  const window = new EditorWindow(PLACE, model);
  void window.ask();
  await settled();
  for (const [key, written] of [
    ["t", ""], // nothing is written yet
    ["o", "tot"],
    ["t", "a"],
    ["a", "l +"],
  ] as const) {
    model.last.write(written);
    await window.typeAndAsk(key);
  }
  model.last.write(" 1;");
  model.last.finish();
  await settled();
  assert.equal(model.calls.length, 1);
  assert.deepEqual(window.answers.map(drawnAnswer), ["cancelled", "cancelled", "cancelled", "cancelled", "├l + 1;┤"]);
  const { joinedRequests, tokensThrownAway, tokensGenerated } = window.completer.counts();
  assert.deepEqual([joinedRequests, tokensThrownAway, tokensGenerated], [4, 0, 4]);
});

test("what was written to its end before the next request comes is not asked for again", async () => {
  const model = steppedModel();
  const window = new EditorWindow(PLACE, model);
  void window.ask();
  await settled();
  model.last.write("tot");
  window.type("t");
  model.last.write("al;");
  model.last.finish();
  await settled();
  assert.equal(drawnAnswer(await window.ask()), "├otal;┤");
  assert.equal(model.calls.length, 1);
  assert.equal(window.completer.counts().tokensThrownAway, 0);
});

test("a wrong key ends what is being written within a tick, before any request comes", async () => {
  const model = steppedModel();
  const window = new EditorWindow(PLACE, model);
  void window.ask();
  await settled();
  model.last.write("tot");
  window.type("x");
  assert.equal(model.calls[0]!.isCancelled, true);
  await settled();
  void window.ask();
  await settled();
  assert.equal(model.calls.length, 2);
  assert.ok(model.last.params.prompt.prefix.endsWith("value = x"));
  assert.equal(window.completer.counts().tokensThrownAway, 1);
});

test("what turns out to be another text than the one typed is ended, and the request asks by itself", async () => {
  const model = steppedModel();
  const window = new EditorWindow(PLACE, model);
  void window.ask();
  await settled();
  await window.typeAndAsk("x"); // nothing is written yet: it may be what is typed
  assert.equal(model.calls.length, 1);
  model.last.write("tot");
  await settled();
  assert.equal(model.calls[0]!.isCancelled, true);
  assert.equal(model.calls.length, 2);
  model.last.write(" + total;");
  model.last.finish();
  await settled();
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├ + total;┤");
});

test("a kept generation ends by its own stop rule, and by its grace where no request comes", async () => {
  const model = steppedModel();
  const window = new EditorWindow("function f() {\n  │\n}\n", model);
  void window.ask(); // several lines
  await settled();
  window.cancel(); // the cursor was moved
  model.last.write("return 1;\n}\n");
  assert.equal(model.calls[0]!.isCancelled, true, "the block has ended");
  await settled();
  assert.equal(
    drawnAnswer(await window.ask()),
    "├return 1;┤",
    "and what was written is there when the cursor comes back",
  );
  assert.equal(model.calls.length, 1);

  const other = new EditorWindow(PLACE, model);
  void other.ask();
  await settled();
  other.type("t");
  other.clock.pass(199);
  assert.equal(model.last.isCancelled, false);
  other.clock.pass(1);
  assert.equal(model.last.isCancelled, true);
});

test("a bracket that the editor closes by itself does not end what is being written", async () => {
  const model = steppedModel();
  const window = new EditorWindow("const total = 1;\nconst value = Number│\n", model);
  void window.ask();
  await settled();
  model.last.write("(tot");
  await window.typeAndAsk("(", ")");
  model.last.write("al);");
  model.last.finish();
  await settled();
  assert.equal(model.calls.length, 1);
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├total);┤⟦1⟧");
});

test("Enter between brackets goes on with the block that is being written, with any line ends", async () => {
  for (const lineBreak of ["\n", "\r\n"]) {
    const model = steppedModel();
    const window = new EditorWindow(`function f() {│}${lineBreak}g();${lineBreak}`, model);
    void window.ask();
    await settled();
    model.last.write("\n  ret");
    window.change(window.cursor, window.cursor, `${lineBreak}  ${lineBreak}`, lineBreak.length);
    assert.equal(model.last.isCancelled, false);
    await settled();
    void window.ask();
    await settled();
    model.last.write("urn 1;\n}\n");
    await settled();
    assert.equal(model.calls.length, 1);
    assert.equal(drawnAnswer(window.answers.at(-1)!), "├return 1;┤");
  }
});

test("a deletion within what was typed goes on; one before it ends what is being written", async () => {
  const model = steppedModel();
  const window = new EditorWindow(PLACE, model);
  void window.ask();
  await settled();
  model.last.write("total");
  window.type("to");
  window.backspace();
  assert.equal(model.last.isCancelled, false);
  window.backspace(3);
  assert.equal(model.last.isCancelled, true);
});

test("a request in another document, or elsewhere in this one, ends what was kept", async () => {
  for (const elsewhere of ["other", "same"]) {
    const model = steppedModel();
    const window = new EditorWindow(PLACE, model);
    void window.ask();
    await settled();
    model.last.write("tot");
    window.cancel();
    if (elsewhere === "other") window.open("b.ts", window.text);
    else window.cursor = "const total = 1;".length;
    void window.ask();
    await settled();
    assert.equal(model.calls[0]!.isCancelled, true);
    assert.equal(model.calls.length, 2);
  }
});

test("after Tab the next suggestion is there without a call", async () => {
  const { model, window } = await shown("total");
  window.clock.pass(1_000);
  await settled();
  assert.equal(model.calls.length, 2);
  assert.equal(model.last.params.class, "command", "completions of other windows go first");
  assert.ok(model.last.params.prompt.prefix.endsWith("const value = total"));
  model.last.write(" + 1;");
  model.last.finish();
  await settled();
  assert.equal(window.completer.counts().tokensThrownAway, 2);
  window.accept({ text: "total", replaceAfter: 0 });
  assert.equal(drawnAnswer(await window.ask()), "├ + 1;┤");
  assert.equal(model.calls.length, 2);
  const { followUps, followUpsUsed, tokensThrownAway } = window.completer.counts();
  assert.deepEqual([followUps, followUpsUsed, tokensThrownAway], [1, 1, 0]);
});

test("Tab while the next suggestion is being written: the request takes it over", async () => {
  const { model, window } = await shown("total");
  window.clock.pass(1_000);
  await settled();
  model.last.write(" +");
  window.accept({ text: "total", replaceAfter: 0 });
  assert.equal(model.last.isCancelled, false);
  void window.ask();
  await settled();
  model.last.write(" 1;");
  model.last.finish();
  await settled();
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├ + 1;┤");
  assert.equal(model.calls.length, 2);
  assert.equal(window.completer.counts().followUpsUsed, 1);
});

test("any other key and any other request ends what is asked for in advance; a suggestion that goes soon brings nothing", async () => {
  for (const end of ["key", "request"] as const) {
    const { model, window } = await shown("total");
    window.clock.pass(1_000);
    await settled();
    assert.equal(model.calls.length, 2);
    if (end === "key") window.type("x");
    else {
      window.cursor = 0;
      void window.ask();
    }
    await settled();
    assert.equal(model.calls[1]!.isCancelled, true);
  }
  const { model, window } = await shown("total");
  window.clock.pass(100);
  window.type("x");
  window.clock.pass(1_000);
  await settled();
  assert.equal(model.calls.length, 1);
});

test("typing a part of the suggestion neither puts off nor ends what is asked for in advance, and Tab finds it", async () => {
  const { model, window } = await shown("total");
  window.clock.pass(190);
  await window.typeAndAsk("t"); // 50 ms later it is asked
  window.clock.pass(20);
  await settled();
  assert.equal(model.calls.length, 2);
  assert.ok(model.last.params.prompt.prefix.endsWith("const value = total"));
  model.last.write(" + 1;");
  await window.typeAndAsk("o");
  assert.equal(model.last.isCancelled, false);
  model.last.finish();
  await settled();
  window.accept({ text: "tal", replaceAfter: 0 });
  assert.equal(drawnAnswer(await window.ask()), "├ + 1;┤");
  assert.equal(model.calls.length, 2);
  assert.equal(window.completer.counts().followUpsUsed, 1);
});

test("what is asked for in advance goes with the context of the request before", async () => {
  const text = "export function compute(total: number): number {\n  return total;\n}\n";
  const workspace = {
    list: async () => ["a.ts", "b.ts"],
    read: async (path: string) => (path === "b.ts" ? text : undefined),
  };
  const model = steppedModel();
  const sources = { workspace, patienceMs: 5_000 };
  const window = new EditorWindow(`import { compute } from "./b";\n${PLACE}`, model, { sourcesOf: () => sources });
  const answer = window.ask();
  while (model.calls.length === 0) await settled();
  const { pieces } = model.last.params.prompt;
  assert.ok(pieces.length > 0);
  model.last.write("compute");
  model.last.finish();
  await answer;
  window.clock.pass(1_000);
  while (model.calls.length === 1) await settled();
  assert.deepEqual(model.last.params.prompt.pieces, pieces);
});

test("an explicit request that brings nothing leaves what still fits", async () => {
  const { model, window } = await shown("total + 1;");
  const answer = window.ask(true);
  await settled();
  assert.equal(model.calls.length, 2);
  model.last.finish(); // nothing was written
  assert.equal(drawnAnswer(await answer), "├total + 1;┤");
});

test("the host goes away at any moment: a reason, and no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  try {
    for (const moment of ["waiting", "kept", "joined", "ahead"] as const) {
      const model = steppedModel();
      const window = new EditorWindow(PLACE, model);
      const answer = window.ask();
      await settled();
      model.last.write("total");
      if (moment === "kept") window.type("t");
      if (moment === "joined") await window.typeAndAsk("t");
      if (moment === "ahead") {
        model.last.finish();
        await answer;
        window.clock.pass(1_000);
        await settled();
        assert.equal(model.calls.length, 2);
      }
      model.last.fail(hostUnavailable("it ended"));
      await settled();
      const expected = { waiting: "hostUnavailable", kept: "cancelled", joined: "hostUnavailable", ahead: "├total┤" };
      assert.equal(drawnAnswer(window.answers.at(-1)!), expected[moment], moment);
    }
  } finally {
    process.off("unhandledRejection", onUnhandled);
  }
  assert.deepEqual(unhandled, []);
});

test("whoever watches hears of each suggestion and each change, with offsets of the text before it", async () => {
  const heard: unknown[] = [];
  const model = steppedModel();
  const observer = {
    shown: ({ offset, item, source }: ShownSuggestion) => heard.push([offset, item.text, source]),
    changed: (_: unknown, edits: readonly TextEdit[]) => heard.push(...edits),
  };
  const window = new EditorWindow("a = │\n", model, { observers: [observer] });
  const answer = window.ask();
  await settled();
  model.last.write("b;");
  model.last.finish();
  await answer;
  window.type("b");
  await window.ask();
  assert.deepEqual(heard, [[4, "b;", "model"], { start: 4, end: 4, text: "b" }, [5, ";", "typedAsSuggested"]]);
});

test("after another item of the editor's list was chosen, ghost text comes again", async () => {
  for (const isReadBefore of [true, false]) {
    const model = steppedModel();
    const window = new EditorWindow("function f(res, user) {\n  res.│\n}\n", model);
    const first = window.ask();
    await settled();
    model.last.write("send(user);\n");
    model.last.finish();
    assert.equal(drawnAnswer(await first), "├send(user);┤");
    const left = new AbortController();
    const { document, cursor } = window;
    const selected = { text: "json", startOffset: cursor };
    const inList = window.completer.complete({ document, offset: cursor, explicit: false, selected }, left.signal);
    await settled();
    if (isReadBefore) {
      model.last.write("(user);\n");
      model.last.finish();
      assert.equal(drawnAnswer(await inList), "├json(user);┤");
    }
    left.abort();
    window.change(cursor, cursor, "json");
    await settled();
    window.clock.pass(50);
    const chosen = window.ask();
    await settled();
    if (!isReadBefore) {
      model.last.write("(user);\n");
      model.last.finish();
    }
    assert.equal(drawnAnswer(await chosen), "├(user);┤");
    assert.equal(model.calls.length, 2);
  }
});

test("what a suggestion came from is known while it stands and is typed, and is written again where it is not", async () => {
  const { model, window } = await shown("total + 1;");
  const never = new AbortController().signal;
  const originHere = () => window.completer.originAt(window.document, window.cursor, never);
  const first = await originHere();
  assert.ok(typeof first === "object");
  assert.equal(first.generation.text, "total + 1;");
  await window.typeAndAsk("t");
  assert.equal(await originHere(), first);
  assert.equal(model.calls.length, 1);

  window.cursor = window.text.indexOf("\n"); // nothing was asked for there
  const again = originHere();
  await settled();
  assert.equal(model.calls.length, 2);
  model.last.write("f();");
  model.last.finish();
  assert.notEqual(await again, first);

  window.completer.closed(window.document.uri);
  window.cursor = 3; // within a word
  assert.equal(await originHere(), "midLine");
});
