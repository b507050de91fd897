// Each condition of the chat is told, and the first that is missing names what to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChatState, chatDiagnosis } from "../../../src/editor/chatDiagnosis.ts";

const GOOD: ChatState = {
  ...{ hasApi: true, vsCode: "1.128.0", model: "qwen-instruct", isOffered: true, usesServer: false, listed: 1 },
  others: [],
  utility: { isKnown: true, value: "mainAgent" },
  answer: { firstMs: 210, wholeMs: 1_240 },
};

test("all is well: nothing is missing, and the time of the test question is told", () => {
  const { missing, headline, lines } = chatDiagnosis(GOOD);
  assert.equal(missing, undefined);
  assert.equal(headline, "Sotto's model answers in the chat.");
  assert.match(lines.join("\n"), /first words after 0\.2 s, done after 1\.2 s/);
});

test("what is missing, in the order in which it has to be mended", () => {
  const missing = (change: Partial<ChatState>) => chatDiagnosis({ ...GOOD, ...change }).missing;
  assert.equal(missing({ hasApi: false, isOffered: false }), "api");
  assert.equal(missing({ isOffered: false }), "model");
  assert.equal(missing({ answer: { error: "no" }, utility: { isKnown: true, value: "" } }), "answer");
  assert.equal(missing({ utility: { isKnown: true, value: "" } }), "utility");
  assert.equal(missing({ utility: { isKnown: false, value: "" } }), undefined);
});

test("why a model is not offered: Sotto's own, a server's, one that is not in use, a broken one", () => {
  const told = (change: Partial<ChatState>) => chatDiagnosis({ ...GOOD, isOffered: false, ...change }).lines.join("\n");
  assert.match(told({ model: "quick" }), /Not offered: quick, since it is not known to be tuned for conversations/);
  assert.match(told({ usesServer: true }), /a server's model is not offered/);
  const others = told({ others: [{ name: "a" }, { name: "b", problem: "its file is damaged" }] });
  assert.match(others, /Not offered: a, since another model is in use\.\nNot offered: b, its file is damaged\./);
});
