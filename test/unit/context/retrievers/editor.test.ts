// What the editor tells: edits, visited places, definitions, the clipboard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clipboardRetriever } from "../../../../src/context/retrievers/clipboard.ts";
import { editorDefinitionsRetriever } from "../../../../src/context/retrievers/editorDefinitions.ts";
import { editsRetriever } from "../../../../src/context/retrievers/edits.ts";
import { visitedRetriever } from "../../../../src/context/retrievers/visited.ts";
import type {
  DefinitionPlace,
  EditHunk,
  EditorDefinitions,
  SymbolPosition,
} from "../../../../src/context/sources/sources.ts";
import { NOW_MS, retrieved, told } from "../drawnPlace.ts";

const hunk: EditHunk = {
  path: "b.ts",
  startLine: 5,
  endLine: 6,
  leading: ["function f() {"],
  before: ["  one();", "  same();"],
  after: ["  two();", "  same();"],
  trailing: ["}"],
  atMs: NOW_MS,
};
const editsOf = async (...hunks: EditHunk[]) =>
  (await retrieved(editsRetriever, "one\ntwo\nthree│", { edits: { recent: async () => hunks } })).pieces;

test("an edit is a piece in the form of a diff", async () => {
  assert.deepEqual(told(await editsOf(hunk)), ["b.ts:  function f() {\n-  one();\n+  two();\n   same();\n }"]);
});

test("an older edit says less, one in the future no more than one of now", async () => {
  const [now, older, future] = await editsOf(
    hunk,
    { ...hunk, atMs: NOW_MS - 600_000 },
    { ...hunk, atMs: NOW_MS + 600_000 },
  );
  assert.equal(now!.features.edit, 1);
  assert.ok(older!.features.edit! > 0 && older!.features.edit! < 1);
  assert.equal(future!.features.edit, 1);
});

test("an edit of the part of the document that is seen anyway is left out", async () => {
  assert.deepEqual(await editsOf({ ...hunk, path: "a.ts", startLine: 1, endLine: 2 }), []);
  assert.equal((await editsOf({ ...hunk, path: "a.ts", startLine: 100, endLine: 101 })).length, 1);
});

const visit = { line: 1, atMs: NOW_MS, weight: 0.7 };
const visitsOf = async (
  path: string,
  startLine: number,
  endLine: number,
  files = { "b.ts": "one\ntwo\nthree\n\n\n" },
) => {
  const visited = { recent: () => [{ ...visit, path, startLine, endLine }] };
  return (await retrieved(visitedRetriever, "one\ntwo\nthree│", { visited, files })).pieces;
};

test("a visited place is a piece of its file without blank lines at its end", async () => {
  const [piece] = await visitsOf("b.ts", 1, 100);
  assert.deepEqual(
    [piece!.startLine, piece!.endLine, piece!.text, piece!.features],
    [1, 3, "two\nthree", { visited: 0.7 }],
  );
  assert.equal(piece!.file!.linesWithoutSecrets(1, 3), piece!.text);
});

test("a visited place that is seen anyway, empty, or beyond its file's end is left out", async () => {
  assert.deepEqual(await visitsOf("a.ts", 0, 2), []);
  assert.deepEqual(await visitsOf("b.ts", 3, 5), []);
  assert.deepEqual(await visitsOf("b.ts", 50, 60), []);
});

/** Knows some names, and remembers what it was asked. */
function definitionsOf(
  known: Record<string, DefinitionPlace[] | string>,
): EditorDefinitions & { asked: SymbolPosition[] } {
  const asked: SymbolPosition[] = [];
  return {
    asked,
    known: (_uri, name) => {
      const answer = known[name];
      return answer === undefined ? undefined : typeof answer === "string" ? { reason: answer } : { places: answer };
    },
    ask: (_uri, _version, symbols) => void asked.push(...symbols),
  };
}

test("names near the cursor that the editor has not told are asked for, where they stand last; keywords are not", async () => {
  const definitions = definitionsOf({ known: [] });
  await retrieved(editorDefinitionsRetriever, "other(1);\nother(2); return known; half│", { definitions });
  assert.deepEqual(definitions.asked, [{ name: "other", line: 1, character: 0 }]);
});

const files = { "b.ts": "// first\nexport class Graph {\n  find() {}\n}\nlet loose = 1;\n" };

test("what the editor has told is the declaration that holds the place", async () => {
  const definitions = definitionsOf({ Graph: [{ path: "b.ts", startLine: 2, endLine: 3 }] });
  const { pieces } = await retrieved(editorDefinitionsRetriever, "Graph.x│", { definitions, files });
  assert.deepEqual(told(pieces), ["b.ts: export class Graph {\n  find() {}\n}"]);
});

test("where no declaration holds the place it is the lines themselves", async () => {
  const definitions = definitionsOf({ Graph: [{ path: "b.ts", startLine: 0, endLine: 0 }] });
  const { pieces } = await retrieved(editorDefinitionsRetriever, "Graph.x│", { definitions, files });
  assert.deepEqual(told(pieces), ["b.ts: // first"]);
});

test("a place that is seen anyway, or beyond its file's end, is left out", async () => {
  const definitions = definitionsOf({
    Graph: [
      { path: "a.ts", startLine: 0, endLine: 1 },
      { path: "b.ts", startLine: 90, endLine: 91 },
    ],
  });
  const { pieces } = await retrieved(editorDefinitionsRetriever, "Graph.x│", { definitions, files });
  assert.deepEqual(pieces, []);
});

test("why the editor has told nothing is named", async () => {
  const definitions = definitionsOf({ Graph: "editor too slow" });
  const { dropped } = await retrieved(editorDefinitionsRetriever, "Graph.x│", { definitions });
  assert.deepEqual(dropped, [{ kind: "definition", path: "Graph", reason: "editor too slow" }]);
});

test("a definition in a dependency is read by its declarations", async () => {
  const path = "node_modules/dep/index.d.ts";
  const definitions = definitionsOf({ Graph: [{ path, startLine: 0, endLine: 1 }] });
  const workspace = {
    list: async () => [],
    read: async () => undefined,
    readDeclaration: async () => "export declare class Graph {}\n",
  };
  const { pieces } = await retrieved(editorDefinitionsRetriever, "Graph.x│", { definitions, workspace });
  assert.deepEqual(told(pieces), [`${path}: export declare class Graph {}`]);
});

test("the clipboard is one piece, without blanks around it; an empty one is none", async () => {
  const clipboardOf = async (text: string | undefined) =>
    (await retrieved(clipboardRetriever, "│", { clipboard: { text: () => text } })).pieces;
  assert.deepEqual(told(await clipboardOf("\n  copied();\n")), ["clipboard: copied();"]);
  assert.deepEqual(await clipboardOf(" \n"), []);
  assert.deepEqual(await clipboardOf(undefined), []);
});
