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
  assert.deepEqual(changes, { added: ["c"], removed: ["b"], renamed: [] });
});

test("a symbol whose code is the same but for its name is renamed, calls of itself included", () => {
  const changes = symbolChanges(version("a 1", "b 2 b"), version("a 1", "c 2 c"));
  assert.deepEqual(changes, { added: [], removed: [], renamed: [{ from: "b", to: "c" }] });
});

test("where two have the same code, none is called renamed", () => {
  const changes = symbolChanges(version("a 1", "b 1"), version("c 1"));
  assert.deepEqual(changes, { added: ["c"], removed: ["a", "b"], renamed: [] });
});

test("a change of a body changes no symbol, and a new file only adds", () => {
  assert.deepEqual(symbolChanges(version("a 1"), version("a 2")), { added: [], removed: [], renamed: [] });
  assert.deepEqual(symbolChanges(undefined, version("a 1")).added, ["a"]);
});
