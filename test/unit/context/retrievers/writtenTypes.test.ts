// The patterns of written types: what they find, and that no text makes them slow.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  calledFor,
  returnType,
  typesOfMember,
  typesOfVariable,
} from "../../../../src/context/retrievers/writtenTypes.ts";

test("the last annotation before the cursor comes first", () => {
  assert.deepEqual(typesOfVariable("a", "let a: First;\nlet a: Second;\na = new Third();"), ["Second", "Third"]);
});

test("the types of Java, Go, Rust and C++", () => {
  assert.deepEqual(typesOfVariable("graph", "final Graph<Node> graph;"), ["Graph"]);
  assert.deepEqual(typesOfVariable("graph", "graph := &Graph{}")[0], "Graph");
  assert.deepEqual(typesOfVariable("graph", "fn f(graph: &mut Graph) {"), ["Graph"]);
  assert.deepEqual(typesOfVariable("graph", "Graph* graph = nullptr;"), ["Graph"]);
});

test("a name is found as a whole word only", () => {
  assert.deepEqual(typesOfVariable("graph", "let subgraph: Sub; let graphs: List; let $graph: Dollar;"), []);
  assert.deepEqual(typesOfVariable("ä", "let bä: Sub; let äb: List;"), []);
});

test("what a method or getter of a class returns", () => {
  assert.deepEqual(typesOfMember("find", "class A {\n  find(name: string, deep = false): Node | undefined {"), [
    "Node",
  ]);
  assert.deepEqual(typesOfMember("find", "class A:\n    def find(self) -> Node:"), ["Node"]);
  assert.deepEqual(typesOfMember("root", "  return { root: other.root };\n"), ["other"], "an object looks like a type");
});

test("what was called, and what it says that it returns", () => {
  assert.equal(calledFor("a", "const a = await open(1);"), "open");
  assert.equal(returnType("function open(cb: (a: number) => void): Promise<Graph>"), "Graph");
  assert.equal(returnType("function open()"), undefined);
});

/** Many times the steps of a linear pass take seconds, those of a quadratic one minutes: the test would not end. */
const HOSTILE_UNITS = 100_000;

for (const part of ["a", "a:", "a(", "a: ", "A<", "A a", "a=", "a ", "A ", "): ", "Ä", "self.a", "a:'", "extends "])
  test(`a line of ${JSON.stringify(part)} is looked through in one pass`, () => {
    const text = part.repeat(HOSTILE_UNITS / part.length);
    assert.ok(typesOfVariable("a", text).length <= 3);
    assert.ok(typesOfMember("a", text).length <= 3);
    assert.ok((calledFor("a", text) ?? returnType(text) ?? "").length <= HOSTILE_UNITS);
  });
