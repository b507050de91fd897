// The repository memory learns a file while somebody types: what was written before is no answer any more, but what is being typed along stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { folderModel } from "../../support/folderModel.ts";
import { answeringWindow } from "./answeringWindow.ts";
import { drawnAnswer } from "./editorWindow.ts";
import { steppedModel } from "./steppedModel.ts";

/** A window whose memory a test changes. */
function opened(first = 1) {
  const memory = { version: first };
  const model = steppedModel();
  const modelFor = () => ({ ...folderModel(model), memoryVersion: memory.version });
  return { ...answeringWindow({ modelFor }, undefined, model), memory };
}

test("what was written before the memory learnt a file is asked for again, and the new answer stands", async () => {
  const { model, window, memory, answered } = opened();
  assert.equal(await answered("total + 1;"), "├total + 1;┤");
  assert.equal(drawnAnswer(await window.ask()), "├total + 1;┤");
  assert.equal(model.calls.length, 1);
  memory.version++;
  assert.equal(await answered("total * 2;"), "├total * 2;┤");
  assert.equal(drawnAnswer(await window.ask()), "├total * 2;┤");
  assert.equal(model.calls.length, 2);
});

test("so is a reason for nothing", async () => {
  const { model, memory, answered } = opened();
  assert.equal(await answered(""), "empty");
  memory.version++;
  assert.equal(await answered("total;"), "├total;┤");
  assert.equal(model.calls.length, 2);
});

test("a suggestion that is typed along stays, whatever the memory learns", async () => {
  const { model, window, memory, answered } = opened();
  assert.equal(await answered("total + 1;"), "├total + 1;┤");
  memory.version++;
  await window.typeAndAsk("total ");
  assert.equal(drawnAnswer(window.answers.at(-1)!), "├+ 1;┤");
  assert.equal(model.calls.length, 1);
});

test("a suggestion on the screen stays where the new answer is none", async () => {
  const { memory, answered } = opened();
  assert.equal(await answered("total + 1;"), "├total + 1;┤");
  memory.version++;
  assert.equal(await answered(""), "├total + 1;┤");
});
