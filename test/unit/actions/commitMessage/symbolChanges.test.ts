import assert from "node:assert/strict";
import { test } from "node:test";
import type { Definition } from "../../../../common/syntax/definitions.ts";
import { symbolChanges, type Version } from "../../../../src/actions/commitMessage/symbolChanges.ts";

/** Functions of the top level, one a line: `name body`. */
function version(...lines: string[]): Version {
  const text = lines.join("\n");
  let at = 0;
  const definitions = lines.map((line): Definition => {
    const startIndex = at;
    at += line.length + 1;
    return {
      name: line.split(" ")[0]!,
      kind: "function",
      container: "",
      startIndex,
      endIndex: startIndex + line.length,
    };
  });
  return { text, definitions };
}

test("what is new is added, what is gone is removed", () => {
  const changes = symbolChanges(version("a 1", "b 2"), version("a 1", "c 3"));
  assert.deepEqual(changes, { added: ["c"], removed: ["b"], renamed: [], changed: [] });
});

test("a symbol whose code is the same but for its name is renamed, calls of itself included", () => {
  const changes = symbolChanges(version("a 1", "b 2 b"), version("a 1", "c 2 c"));
  assert.deepEqual(changes, { added: [], removed: [], renamed: [{ from: "b", to: "c" }], changed: [] });
});

test("where two have the same code, none is called renamed", () => {
  const changes = symbolChanges(version("a 1", "b 1"), version("c 1"));
  assert.deepEqual(changes, { added: ["c"], removed: ["a", "b"], renamed: [], changed: [] });
});

test("a change of a body changes the symbol, of blanks none does, and a new file only adds", () => {
  const changes = symbolChanges(version("a 1", "b 1 2"), version("a 2", "b 12"));
  assert.deepEqual(changes, { added: [], removed: [], renamed: [], changed: ["a"] });
  assert.deepEqual(symbolChanges(undefined, version("a 1")).added, ["a"]);
});

test("what lies in a function is no symbol, and members of a new class are not told beside it", () => {
  const text = "class A { m() { const f = () => 1; } }";
  const [m, f] = [text.indexOf("m()"), text.indexOf("const f")];
  const definitions: Definition[] = [
    { name: "A", kind: "class", container: "", startIndex: 0, endIndex: text.length },
    { name: "m", kind: "method", container: "A", startIndex: m, endIndex: text.length - 2 },
    { name: "f", kind: "function", container: "A.m", startIndex: f, endIndex: text.indexOf("1;") + 2 },
  ];
  assert.deepEqual(symbolChanges(undefined, { text, definitions }).added, ["A"]);
  const empty = "class A { }";
  const before = { text: empty, definitions: [{ ...definitions[0]!, endIndex: empty.length }] };
  assert.deepEqual(symbolChanges(before, { text, definitions }).added, ["A.m"]);
});

test("of a class whose method has changed the method alone is told, and the most changed symbol first", () => {
  const definitions = (text: string): Definition[] => [
    { name: "A", kind: "class", container: "", startIndex: 0, endIndex: text.indexOf("}}") + 2 },
    { name: "m", kind: "method", container: "A", startIndex: text.indexOf("m("), endIndex: text.indexOf("}}") + 1 },
    { name: "f", kind: "function", container: "", startIndex: text.indexOf("f("), endIndex: text.length },
  ];
  const [before, after] = ["class A {\nm() {\n1\n}}\nf() {}", "class A {\nm() {\n2\n}}\nf() {\n3\n4\n5 }"];
  const changes = symbolChanges(
    { text: before, definitions: definitions(before) },
    { text: after, definitions: definitions(after) },
  );
  assert.deepEqual(changes.changed, ["f", "A.m"]);
});
