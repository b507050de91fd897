// The type of what stands before the dot.

import assert from "node:assert/strict";
import { test } from "node:test";
import { membersRetriever } from "../../../../src/context/retrievers/members.ts";
import { type Given, retrieved } from "../drawnPlace.ts";

/** "path: the first line" of each piece. */
async function members(text: string, given: Given = {}): Promise<string[]> {
  const { pieces } = await retrieved(membersRetriever, text, given);
  return pieces.map((piece) => `${piece.path}: ${piece.text.split("\n")[0]}`);
}

const files = {
  "b.ts":
    'import type { Node } from "./c";\nexport class Graph {\n  root: Node;\n  find(name: string): Node {\n    return this.root;\n  }\n}\nexport class Tree extends Graph {}\nexport function open(path: string): Graph;\nexport enum Color {\n  red,\n}\n',
  "c.ts": "export class Node {}\n",
};
const IMPORTS = 'import { Color, Graph, open, Tree } from "./b";\nimport { Node } from "./c";\n';
const GRAPH = "b.ts: export class Graph {";

for (const [what, text, expected] of [
  ["an annotated variable", "function f(graph: Graph) {\n  graph.│", [GRAPH]],
  ["an optional parameter", "function f(graph?: Graph) {\n  graph?.│", [GRAPH]],
  ["a promise of it", "declare const graph: Promise<Graph>;\n(await graph);\ngraph.│", [GRAPH]],
  ["new", "const graph = new Graph();\ngraph.│", [GRAPH]],
  ["the return type of what was called", 'const graph = await open("a");\ngraph.│', [GRAPH]],
  ["a field", "function f(graph: Graph) {\n  graph.root.│", ["c.ts: export class Node {}"]],
  [
    "a base class after the class",
    "const tree = new Tree();\ntree.│",
    ["b.ts: export class Tree extends Graph {}", GRAPH],
  ],
  ["an enum itself", "Color.│", ["b.ts: export enum Color {"]],
  ["a class itself", "Graph.fr│", [GRAPH]],
  ["a name in any letters", "function f(größe: Graph, Ärger$: Node) {\n  Ärger$.│", ["c.ts: export class Node {}"]],
  ["prose before the name", "const graph = new Graph(); // The graph\ngraph.│", [GRAPH]],
] as const)
  test(`the type by ${what}`, async () => {
    assert.deepEqual(await members(IMPORTS + text, { files }), expected);
  });

for (const [what, text] of [
  ["nothing is written down", "function f(graph) {\n  graph.│"],
  ["the type is not declared anywhere", "function f(graph: Elsewhere) {\n  graph.│"],
  ["there is no dot", "const graph = new Graph();\ngraph│"],
  ["the chain is long", "const graph = new Graph();\ngraph.a.b.c.d.e.│"],
] as const)
  test(`no piece where ${what}`, async () => {
    assert.deepEqual(await members(IMPORTS + text, { files }), []);
  });

test("this is the class around the cursor, where the prompt does not hold it anyway", async () => {
  const long = "  // a comment that is long enough to push the class out of the part that is always seen\n".repeat(40);
  const text = `class Own {\n  graph: number;\n${long}  method() {\n    this.│\n  }\n}\n`;
  assert.deepEqual(await members(text), ["a.ts: class Own {"]);
  assert.deepEqual(await members("class Own {\n  method() {\n    this.│\n  }\n}\n"), []);
});

test("a field of this", async () => {
  const text = `${IMPORTS}class Own {\n  readonly #graph = new Graph();\n  private tree: Tree;\n  method() {\n    this.tree.│\n  }\n}\n`;
  assert.deepEqual(await members(text, { files }), ["b.ts: export class Tree extends Graph {}", GRAPH]);
});

const python = {
  "b.py": "class Base:\n    def close(self): ...\n\nclass Graph(Base):\n    def find(self): ...\n",
};

test("Python: self, fields that a method assigns, and base classes", async () => {
  const text =
    "from b import Graph\nclass Own:\n    def __init__(self):\n        self.graph = Graph()\n    def f(self):\n        self.graph.│";
  assert.deepEqual(await members(text, { path: "a.py", files: python }), [
    "b.py: class Graph(Base):",
    "b.py: class Base:",
  ]);
});

test("Python: an annotated parameter", async () => {
  const text = "from b import Graph\ndef f(graph: Graph):\n    graph.│";
  assert.deepEqual((await members(text, { path: "a.py", files: python }))[0], "b.py: class Graph(Base):");
});

test("a type that the document does not import is found by the index", async () => {
  const index = {
    ready: true,
    search: () => [],
    pathsEndingIn: () => [],
    definitions: (name: string) =>
      name === "Graph" ? [{ name, kind: "class", container: "", path: "b.ts", startLine: 1, endLine: 6 }] : [],
  };
  assert.deepEqual(await members("function f(graph: Graph) {\n  graph.│", { files, index }), [GRAPH]);
});
