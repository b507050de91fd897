import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../../../../src/actions/commitMessage/message.ts";

const none = { added: [], removed: [], renamed: [] };

test("a symbol that one file lost and one other got is moved, and told once in the subject", () => {
  const message = messageOf([
    { path: "a.ts", change: "changed", symbols: { ...none, removed: ["f"] } },
    { path: "b.ts", change: "changed", symbols: { ...none, added: ["f"] } },
  ]);
  assert.equal(message, "Move f to b.ts\n\n- a.ts: move f to b.ts\n- b.ts: changed");
});

test("a file without symbols is told by its change; a subject stays within 72 characters", () => {
  assert.equal(messageOf([{ path: "a.md", change: "added" }]), "Add a.md");
  assert.equal(messageOf([{ path: "b.ts", from: "a.ts", change: "renamed" }]), "Rename a.ts → b.ts");
  const added = Array.from({ length: 40 }, (_, at) => `aRatherLongName${at}`);
  const [subject] = messageOf([{ path: "a.ts", change: "changed", symbols: { ...none, added } }]).split("\n");
  assert.equal(subject, "Change a.ts");
});
