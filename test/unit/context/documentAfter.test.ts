// A document as it would be after an edit: the same as one opened with that text, and the document itself stays as it was.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createParsers } from "../../../common/syntax/parsers.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import { Documents, documentAfter, NO_EDITOR_VERSION, openDocument } from "../../../src/workspace/documents.ts";

const parsers = await createParsers("native");

const TEXT = "function f(a: number) {\n  if (a) {\n    return g(a, 'é🙂');\n  }\n}\nconst x = f(1);\n";

/** A tree as text, with the places of its nodes. */
function drawn(node: SyntaxNode): string {
  const children = node.children.map((child) => drawn(child)).join(" ");
  return `(${node.type} ${node.startIndex}-${node.endIndex}${children && ` ${children}`})`;
}

/** Where a text has errors, tree-sitter may recover another way when it goes on from an older tree. */
function assertSame(tree: SyntaxTree | undefined, fresh: SyntaxTree | undefined): void {
  assert.equal(tree!.rootNode.hasError, fresh!.rootNode.hasError);
  assert.equal(tree!.rootNode.endIndex, fresh!.rootNode.endIndex);
  if (!fresh!.rootNode.hasError) {
    wholeTrees++;
    assert.equal(drawn(tree!.rootNode), drawn(fresh!.rootNode));
  }
}

let wholeTrees = 0;

test("text and tree are those of a document with the text after the edit; the document itself and its tree stay", () => {
  const statement = fc.constantFrom("h(1);", "if (b) {\n  c();\n}\n", "\n", "");
  const characters = fc.string({ unit: fc.constantFrom("a", "(", "}", "{", "\n", ";", "'", " ", "🙂"), maxLength: 12 });
  const inserted = fc.oneof(statement, characters);
  const ends = [0, TEXT.indexOf("return"), TEXT.indexOf("const"), TEXT.length];
  const place = fc.oneof(fc.constantFrom(...ends), fc.nat({ max: TEXT.length }));
  fc.assert(
    fc.property(place, place, inserted, inserted, (one, other, first, second) => {
      const documents = new Documents({ parsers, relativePath: () => "a.ts" });
      const item = { uri: "file:///w/a.ts", languageId: "typescript", version: 1, text: TEXT };
      const document = documents.open(item);
      const before = drawn(document.tree!.rootNode);
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      const after = documentAfter(document, { start, end, text: first })!;
      const text = TEXT.slice(0, start) + first + TEXT.slice(end);
      const fresh = openDocument({ ...item, path: "a.ts", text }, parsers);
      assert.equal(after.text.getText(), text);
      assert.equal(after.version, NO_EDITOR_VERSION);
      assertSame(after.tree, fresh.tree);
      const [draft, freshDraft] = [after.draft(start)!, fresh.draft(start)!];
      assertSame(draft.parse(second), freshDraft.parse(second));
      draft.dispose();
      freshDraft.dispose();
      after.close();
      assert.equal(document.text.getText(), TEXT);
      assert.equal(drawn(document.tree!.rootNode), before);
      documents.close(item.uri);
    }),
    { numRuns: 150 },
  );
  assert.ok(wholeTrees > 10, `${wholeTrees} without errors`); // about 50 of 300; drawn anew each time
});

test("a document without a tree, and one that is no editor's", () => {
  const documents = new Documents({ parsers, relativePath: () => "a.txt" });
  const document = documents.open({ uri: "file:///w/a.txt", languageId: "plaintext", version: 1, text: "a b" });
  const after = documentAfter(document, { start: 1, end: 2, text: "-" })!;
  assert.equal(after.text.getText(), "a-b");
  assert.equal(after.tree, undefined);
  assert.equal(
    documentAfter(
      { ...document, text: document.text, tree: undefined, noTree: undefined },
      { start: 0, end: 0, text: "" },
    ),
    undefined,
  );
});
