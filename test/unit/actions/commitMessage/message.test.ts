import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileChange, messageOf } from "../../../../src/actions/commitMessage/message.ts";
import type { SymbolChanges } from "../../../../src/actions/commitMessage/symbolChanges.ts";

const none: SymbolChanges = { added: [], removed: [], renamed: [], changed: [] };

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
  assert.equal(subject, "Add aRatherLongName0, aRatherLongName1, aRatherLongName2 and 37 more");
});

test("the subject is of the code; tests beside it are a word, and by themselves all there is", () => {
  const code: FileChange = { path: "src/a.go", change: "changed", symbols: { ...none, changed: ["Mux.Route"] } };
  const tests: FileChange = { path: "src/a_test.go", change: "changed", symbols: { ...none, added: ["TestRoute"] } };
  const message = messageOf([tests, code]);
  assert.equal(message, "Change Mux.Route, with tests\n\n- src/a_test.go: add TestRoute\n- src/a.go: change Mux.Route");
  assert.match(messageOf([tests]), /^Add TestRoute\n/);
});

test("what one verb does in several files is told once, what is new first, and what has no room is counted", () => {
  const subjectOf = (...symbols: SymbolChanges[]) =>
    messageOf(symbols.map((one, at) => ({ path: `lib/${at}.ts`, change: "changed", symbols: one }))).split("\n")[0];
  const of = (changed: string[], added: string[] = []) => ({ ...none, changed, added });
  assert.equal(subjectOf(of(["a"]), of(["b"], ["c"])), "Add c; change a, b");
  const long = (name: string) => `Container.${name.repeat(24)}`;
  assert.equal(subjectOf(of([long("a")]), of([long("b")])), `Change ${"a".repeat(24)}, ${"b".repeat(24)}`);
  assert.equal(
    subjectOf(of([long("a"), long("b"), long("c")])),
    `Change ${"a".repeat(24)}, ${"b".repeat(24)} and 1 more`,
  );
  assert.equal(subjectOf(of(["d".repeat(40)], ["e".repeat(40)])), `Add ${"e".repeat(40)} and more`);
  assert.equal(subjectOf(of([]), of([]), of([])), "Change lib/0.ts, lib/1.ts, lib/2.ts");
});
