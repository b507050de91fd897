import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { filledBox } from "../../../src/editor/commitBox.ts";

const MESSAGE = "Add f\n\n- a.ts: add f";

test("an empty box gets the whole message, and a newer message takes the place of an untouched one", () => {
  const first = filledBox("", MESSAGE);
  assert.equal(first.text, MESSAGE);
  assert.equal(filledBox(first.text, "Add a.md", first.written).text, "Add a.md");
});

test("what was typed stays as it is, above the message's lines, however often the button is pressed", () => {
  const line = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "" && !text.includes("- a.ts"));
  fc.assert(
    fc.property(line, (typed) => {
      const once = filledBox(typed, MESSAGE);
      assert.equal(once.text, `${typed.trimEnd()}\n\n- a.ts: add f`);
      assert.deepEqual(filledBox(once.text, MESSAGE, once.written), once);
      const newer = filledBox(once.text, "Add g\n\n- b.ts: add g", once.written);
      assert.equal(newer.text, `${typed.trimEnd()}\n\n- b.ts: add g`);
    }),
  );
});

test("a message that the person has changed is the person's", () => {
  const { text, written } = filledBox("", MESSAGE);
  assert.equal(filledBox(`${text}, for speed`, "Add a.md", written).text, `${text}, for speed\n\nAdd a.md`);
});
