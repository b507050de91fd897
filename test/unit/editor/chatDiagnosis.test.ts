// Each condition of the chat is told as a fact, and the first that is missing names what to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChatState, chatDiagnosis, chatDiagnosisPage } from "../../../src/editor/chatDiagnosis.ts";

const GOOD: ChatState = {
  ...{ hasApi: true, vsCode: "1.128.0", host: "ready", model: "qwen-instruct", isOwn: true, isOffered: true },
  usesServer: false,
  ...{ listed: 1, others: [] },
  utility: { isKnown: true, value: "mainAgent" },
  answer: { firstMs: 210, wholeMs: 1_240 },
};
const { answer: _, ...UNASKED } = GOOD;
const UNOFFERED: ChatState = {
  ...UNASKED,
  isOffered: false,
  model: "quick",
  isOwn: false,
  utility: { isKnown: true, value: "" },
};

const told = (state: ChatState) => chatDiagnosis(state).facts.map(({ text }) => text);

test("all is well: no button, and the time of the test question is told", () => {
  const { headline, next, facts } = chatDiagnosis(GOOD);
  assert.equal(headline, "Sotto's model answers in the chat.");
  assert.equal(next?.step, undefined);
  assert.ok(facts.every(({ kind }) => kind === "good"));
  assert.match(told(GOOD).join("\n"), /first words after 0\.2 s, and all after 1\.2 s/);
});

test("the next step, in the order in which things have to be mended", () => {
  const step = (change: Partial<ChatState>) => chatDiagnosis({ ...GOOD, ...change }).next?.step;
  const unoffered = (change: Partial<ChatState>) => chatDiagnosis({ ...UNOFFERED, ...change }).next?.step;
  assert.match(chatDiagnosis({ ...UNOFFERED, hasApi: false }).headline, /lets no extension/);
  assert.equal(unoffered({ hasApi: false }), undefined);
  assert.equal(unoffered({ usesServer: true }), "sotto.chooseEngine");
  assert.equal(unoffered({ host: "failed" }), "sotto.showLog");
  assert.equal(unoffered({ host: "stopped" }), "sotto.restartHost");
  assert.equal(unoffered({}), "sotto.importModel");
  assert.equal(unoffered({ others: [{ name: "b", problem: "its file is damaged" }] }), "sotto.importModel");
  assert.equal(unoffered({ others: [{ name: "a" }] }), "sotto.chooseModel");
  assert.equal(step({ answer: { error: "no" }, utility: { isKnown: true, value: "" } }), "sotto.showLog");
  assert.equal(step({ utility: { isKnown: true, value: "" } }), "setUtility");
  assert.equal(step({ utility: { isKnown: false, value: "" } }), undefined);
});

test("why a model is not offered: Sotto's own, a server's, one that is not in use, a broken one", () => {
  assert.match(told(UNOFFERED).join("\n"), /Not offered: quick, which is in use; Sotto's own two models/);
  assert.match(told(UNOFFERED).join("\n"), /no model of your own on this machine/);
  const ownOnly = told({ ...UNOFFERED, model: "coder", isOwn: true }).join("\n");
  assert.match(ownOnly, /Not offered: coder, which is in use; neither the name/);
  assert.doesNotMatch(ownOnly, /There is no model of your own/);
  assert.match(told({ ...UNOFFERED, usesServer: true }).join("\n"), /a server's model is not offered/);
  const others = told({ ...UNOFFERED, others: [{ name: "a" }, { name: "b", problem: "its file is damaged." }] });
  assert.ok(others.includes("Not offered: a, which is yours but not in use."));
  assert.ok(others.includes("Not offered: b, which cannot be used: its file is damaged."));
});

test("the setting for small chores is told of only where a model is offered, and an old editor's need of an account", () => {
  assert.doesNotMatch(told(UNOFFERED).join("\n"), /byokUtility/);
  assert.match(
    told({ ...GOOD, utility: { isKnown: true, value: "" } }).join("\n"),
    /byokUtilityModelDefault is not set/,
  );
  assert.match(told({ ...GOOD, vsCode: "1.121.2" })[0]!, /needs a GitHub account/);
});

test("the page has the verdict first, a line for each fact, and the button", () => {
  const { body } = chatDiagnosisPage(chatDiagnosis(UNOFFERED));
  assert.match(body, /^<h1>No model of Sotto is offered/);
  assert.match(body, /Import Model…/);
  assert.equal(body.match(/<li>/g)?.length, told(UNOFFERED).length);
});
