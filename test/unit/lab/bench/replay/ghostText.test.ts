// Ghost text as VS Code shows it: drawings have the cursor as "│" and what the suggestion replaces in "⟨⟩".

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  acceptEdit,
  accepted,
  afterEdit,
  isVisible,
  type Suggestion,
} from "../../../../../lab/bench/replay/ghostText.ts";

function at(drawing: string, text: string): { suggestion: Suggestion; document: string; cursor: number } {
  const plain = (upTo: number) => drawing.slice(0, upTo).replace(/[⟨⟩│]/g, "").length;
  const [start, end, cursor] = ["⟨", "⟩", "│"].map((mark) => plain(drawing.indexOf(mark)));
  return { suggestion: { start, end, text }, document: drawing.replace(/[⟨⟩│]/g, ""), cursor };
}

const visible = (drawing: string, text: string): boolean => {
  const { suggestion, document, cursor } = at(drawing, text);
  return isVisible(suggestion, document, cursor);
};

const insertion = (where: number, text: string, cursor = where + text.length) => ({
  start: where,
  end: where,
  text,
  cursor,
});

describe("ghost text", () => {
  test("is there while what is typed is its beginning", () => {
    assert.ok(visible("a = ⟨│⟩;", "b + c"));
    assert.ok(visible("a = ⟨b + │⟩;", "b + c"));
    assert.ok(!visible("a = ⟨b - │⟩;", "b + c"));
    assert.ok(!visible("a = ⟨b + c│⟩;", "b + c"), "all of it is typed");
  });

  test("is there where what it replaces occurs in it", () => {
    assert.ok(visible("f⟨(│)⟩", "(a, b);"));
    assert.ok(!visible("f⟨(│]⟩", "(a, b);"));
  });

  test("is there on the line that it goes on with", () => {
    assert.ok(visible("⟨a {\n  │⟩", "a {\n  b\n}"));
    assert.ok(!visible("⟨a {⟩\n│", "a {\n  b\n}"));
  });

  test("takes another indentation for its own", () => {
    assert.ok(visible("x\n⟨\t│⟩", "  return"));
    assert.ok(!visible("x = ⟨\t│⟩", "  return"));
  });

  test("moves with the text before it, grows with what is typed, and is gone when its beginning is", () => {
    const suggestion = { start: 4, end: 4, text: "b" };
    assert.deepEqual(afterEdit(suggestion, insertion(0, "xy")), { start: 6, end: 6, text: "b" });
    assert.deepEqual(afterEdit(suggestion, insertion(4, "()", 5)), { start: 4, end: 6, text: "b" });
    assert.deepEqual(afterEdit(suggestion, insertion(9, "z")), suggestion);
    assert.equal(afterEdit(suggestion, { start: 3, end: 4, text: "", cursor: 3 }), undefined);
  });

  test("is accepted as a whole; the cursor stays before what was there already", () => {
    const { suggestion, document } = at("f⟨(│)⟩;", "(a)");
    assert.equal(accepted(suggestion, document), "f(a);");
    assert.deepEqual(acceptEdit(suggestion, document), { start: 1, end: 3, text: "(a)", cursor: 3 });
  });
});
