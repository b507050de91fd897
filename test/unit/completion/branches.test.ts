// Other texts for the same place: the next best where the first is filtered, and several where a person asks again.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Branch, GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { EditorAnswer } from "../../../src/completion/completer.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";
import { at, never } from "./completeAt.ts";
import { EditorWindow, settled } from "./editorWindow.ts";
import { scriptedModel } from "./scriptedModel.ts";

/** A model that reports a branch for each of `texts` after the first, and writes that text when it is forced to. */
function branchingModel(texts: readonly string[], logProbs: readonly number[] = texts.map(() => -0.01)) {
  const calls: (number[] | undefined)[] = [];
  const branches: Branch[] = texts.slice(1).map((text, i) => ({ at: 0, text: text[0]!, logProb: -i, tokens: [i + 1] }));
  const model: CompletionModel = {
    async generate(params, onText, signal): Promise<GenerateResult> {
      calls.push(params.forced);
      const index = params.forced?.[0] ?? 0;
      const result = await scriptedModel(texts[index]!, "endOfText", logProbs[index]).generate(params, onText, signal);
      return params.branches ? { ...result, branches } : result;
    },
    inspect: () => Promise.reject(new Error("not scripted")),
  };
  return { model, calls };
}

const TEXT = "const value = \n";
const OFFSET = 14;
const textsOf = (items: readonly { text: string }[]) => items.map(({ text }) => text);

async function shownBy(texts: readonly string[], logProbs?: readonly number[], explicit = false) {
  const { model, calls } = branchingModel(texts, logProbs);
  const result = await at(TEXT, OFFSET, { model, explicit }, "");
  const { outcome } = result;
  return { shown: outcome.kind === "shown" ? textsOf(outcome.items) : outcome.reason, calls: calls.length, result };
}

test("where the first text is filtered, the next best takes its place", async () => {
  const { shown, calls } = await shownBy(["f(1;\n", "g(2);\n"]);
  assert.deepEqual([shown, calls], [["g(2);"], 2]);
});

test("what passes is shown as it is: nothing else is written", async () => {
  const { shown, calls } = await shownBy(["f(1);\n", "g(2);\n"]);
  assert.deepEqual([shown, calls], [["f(1);"], 1]);
});

test("the next best is held to the show decision, unless a person asked", async () => {
  assert.equal((await shownBy(["f(1;\n", "g(a, b, c);\n"], [-0.01, -2])).shown, "improbable");
  assert.deepEqual((await shownBy(["f(1;\n", "g(a, b, c);\n"], [-0.01, -2], true)).shown, ["g(a, b, c);"]);
});

test("two branches are tried, and then the first reason stands", async () => {
  const { shown, calls } = await shownBy(["f(1;\n", "g(2;\n", "h(3;\n", "i(4);\n"]);
  assert.deepEqual([shown, calls], ["syntaxError", 3]);
});

test("where the model has nothing to say, nothing is tried instead", async () => {
  const { shown, calls } = await shownBy(["\n", "g(2);\n"]);
  assert.deepEqual([shown, calls], ["empty", 1]);
});

test("a secret is no fault that another text mends", async () => {
  const key = ["AKIA", "Q3EGPLNB7", "XYZABCD"].join("");
  const { calls } = await shownBy([`"${key}";\n`, "g(2);\n"]);
  assert.equal(calls, 1);
});

test("several for who asked: all pass the filters, none twice, the surest first", async () => {
  const texts = ["f(1);\n", "g(2);\n", "h(3;\n", "f(1);\n", "i(4);\n"];
  const { result } = await shownBy(texts, [-0.01, -1, -0.01, -0.01, -0.2], true);
  assert.ok(result.kind === "generated" && result.more);
  assert.deepEqual(textsOf(await result.more(5, never)), ["i(4);", "g(2);"]);
  assert.deepEqual(textsOf(await result.more(1, never)), ["g(2);"]);
  const unasked = await shownBy(texts);
  assert.ok(unasked.result.kind === "generated" && unasked.result.more === undefined);
});

const others = (answer: EditorAnswer) => (answer.outcome.kind === "shown" ? textsOf(answer.outcome.items) : []);

test("a person who asks gets several at once, and the same ones again; who types gets one", async () => {
  const { model, calls } = branchingModel(["f(1);\n", "g(2);\n", "h(3;\n", "i(4);\n"], [-0.01, -1, -0.01, -0.2]);
  const window = new EditorWindow("const value = │\n", model);
  assert.deepEqual(others(await window.ask(true)), ["f(1);", "i(4);", "g(2);"]);
  const asked = calls.length;
  assert.deepEqual(others(await window.ask(true)), ["f(1);", "i(4);", "g(2);"]);
  assert.equal(calls.length, asked, "nothing is written twice");
  window.type("f");
  await settled();
  assert.deepEqual(others(await window.ask(true)), ["(1);"]);
  const typing = new EditorWindow("const value = │\n", branchingModel(["f(1);\n", "g(2);\n"]).model);
  assert.deepEqual(others(await typing.ask()), ["f(1);"]);
});

test("what takes too long is left out, and the first suggestion comes all the same", async () => {
  const { model } = branchingModel(["f(1);\n", "g(2);\n", "h(3);\n"]);
  const generate = model.generate.bind(model);
  model.generate = async (params, onText, signal) => {
    if (params.forced?.[0] !== 2) return generate(params, onText, signal);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return { ...(await generate(params, () => {}, signal)), stop: "cancelled" };
  };
  const window = new EditorWindow("const value = │\n", model);
  assert.deepEqual(others(await window.ask(true)), ["f(1);", "g(2);"]);
});

test("a host that goes while others are written leaves the first suggestion alone", async () => {
  const { model } = branchingModel(["f(1);\n", "g(2);\n"]);
  const generate = model.generate.bind(model);
  model.generate = (params, ...rest) => (params.forced ? Promise.reject(new Error("gone")) : generate(params, ...rest));
  const window = new EditorWindow("const value = │\n", model);
  assert.deepEqual(others(await window.ask(true)), ["f(1);"]);
});
