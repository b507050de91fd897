// A document's tree follows the deltas: after any edits it equals a fresh parse of the text (the oracle).
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { TextDocument, type TextDocumentContentChangeEvent } from "vscode-languageserver-textdocument";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { byLanguage, createParsers, type Parsers } from "../../../common/syntax/parsers.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import { Documents, openDocument } from "../../../src/workspace/documents.ts";
import { samples } from "../syntax/samples.ts";

const native = await createParsers("native");
const wasm = await createParsers("wasm");
const uri = "file:///w/a.ts";

/** Every node with its place: what two equal trees have in common. */
function shape(tree: SyntaxTree): string[] {
  const found: string[] = [];
  const stack: SyntaxNode[] = [tree.rootNode];
  while (stack.length > 0) {
    const node = stack.pop()!;
    const { row, column } = node.startPosition;
    found.push(`${node.type} ${node.startIndex}-${node.endIndex} ${row}:${column}${node.isMissing ? " missing" : ""}`);
    stack.push(...node.children);
  }
  return found;
}

/**
 * The oracle. Where the text has errors, tree-sitter may recover another way when it goes on from an older tree (about one
 * random case in a thousand): then both trees must say that there are errors, and no more.
 */
function assertSameTree(actual: SyntaxTree, fresh: SyntaxTree): void {
  assert.equal(actual.rootNode.hasError, fresh.rootNode.hasError);
  assert.equal(actual.rootNode.endIndex, fresh.rootNode.endIndex);
  if (!fresh.rootNode.hasError) assertSameShape(shape(actual), shape(fresh));
}

/** Names the first difference alone: a diff of thousands of lines, for each step of the shrinking, takes minutes. */
function assertSameShape(actual: readonly string[], wanted: readonly string[]): void {
  const at = actual.findIndex((node, index) => node !== wanted[index]);
  if (at >= 0) assert.fail(`node ${at} is ${actual[at]}, not ${wanted[at]}`);
  assert.equal(actual.length, wanted.length);
}

function opened(languageId: string, text: string, parsers: Parsers = native, budgetMs = 10_000) {
  const documents = new Documents({ parsers, relativePath: () => "a.ts", budgetMs });
  documents.open({ uri, languageId, version: 1, text });
  return documents;
}

const snippets = {
  typescript: [
    "const a = f(1);\n",
    "if (x) {\r\n",
    "}\n",
    "`a${b}",
    "`",
    "'😀'",
    "\r",
    "\r\n",
    "(",
    "=> {",
    "/* ",
    " */",
    "😀",
    "  ",
    "\n",
    "class A {\n  b() {}\n}\n",
    "// c\n",
    '"',
  ],
  python: [
    "x = 1\n",
    "def f(a):\n",
    "    return a\n",
    "x = [1,\n",
    "]\n",
    "'''",
    "f'{a}'",
    "\t",
    "😀",
    "\r\n",
    "\r",
    "if x:\r\n",
    "\n",
    "# c\n",
    "  ",
  ],
};

const edits = (languageId: keyof typeof snippets) =>
  fc.array(
    fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 30 }),
      insert: fc.array(fc.constantFrom(...snippets[languageId]), { maxLength: 4 }),
      notify: fc.boolean(), // ends a notification
      read: fc.boolean(), // and the tree is asked for
    }),
    { minLength: 1, maxLength: 12 },
  );

for (const parsers of [native, wasm]) {
  for (const languageId of ["typescript", "python"] as const) {
    test(`after random edits the tree of ${languageId} is that of a fresh parse, ${parsers.kind}`, () => {
      const runs = parsers.kind === "native" ? 150 : 40;
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...snippets[languageId]), { maxLength: 12 }),
          edits(languageId),
          (start, list) => {
            const documents = opened(languageId, start.join(""), parsers);
            let expected = start.join("");
            let version = 1;
            let changes: TextDocumentContentChangeEvent[] = [];
            const flush = () => {
              documents.change({ textDocument: { uri, version: ++version }, contentChanges: changes });
              changes = [];
            };
            for (const edit of list) {
              const before = TextDocument.create(uri, languageId, 1, expected);
              const from = edit.at % (expected.length + 1);
              const range = { start: before.positionAt(from), end: before.positionAt(from + edit.remove) };
              // a position cannot stand between "\r" and "\n": the offsets are taken back from the positions
              const [first, last] = [before.offsetAt(range.start), before.offsetAt(range.end)];
              const text = edit.insert.join("");
              expected = expected.slice(0, first) + text + expected.slice(last);
              changes.push({ range, text });
              if (edit.notify) flush();
              if (edit.notify && edit.read) assert.ok(documents.get(uri)!.tree);
            }
            flush();
            const document = documents.get(uri)!;
            assert.equal(document.text.getText(), expected);
            const fresh = parsers.for(languageId)!.parse(expected)!;
            assertSameTree(document.tree!, fresh);
            fresh.dispose();
            // and from whatever it was, the tree of a text without errors is exact
            const text = document.text;
            const range = { start: { line: 0, character: 0 }, end: text.positionAt(text.getText().length) };
            const valid = snippets[languageId][0]!;
            documents.change({ textDocument: { uri, version: ++version }, contentChanges: [{ range, text: valid }] });
            assertSameShape(shape(document.tree!), shape(parsers.for(languageId)!.parse(valid)!));
            documents.close(uri);
          },
        ),
        { numRuns: runs },
      );
    });

    test(`a draft's tree is that of a fresh parse and leaves the document's tree right, ${languageId}, ${parsers.kind}`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...snippets[languageId]), { maxLength: 10 }),
          fc.nat(),
          fc.array(
            fc.record({
              text: fc.array(fc.constantFrom(...snippets[languageId]), { maxLength: 3 }),
              replace: fc.nat({ max: 3 }),
            }),
            {
              minLength: 1,
              maxLength: 4,
            },
          ),
          (start, at, steps) => {
            const text = start.join("");
            const offset = at % (text.length + 1);
            const document = openDocument({ uri, path: "a", languageId, text }, parsers);
            const draft = document.draft(offset)!;
            let written = "";
            for (const step of steps) {
              written += step.text.join("");
              const replace = Math.min(step.replace, text.length - offset);
              const drafted = draft.parse(written, replace)!;
              const fresh = parsers
                .for(languageId)!
                .parse(text.slice(0, offset) + written + text.slice(offset + replace))!;
              assertSameTree(drafted, fresh);
              fresh.dispose();
            }
            draft.dispose();
            const fresh = parsers.for(languageId)!.parse(text)!;
            assertSameTree(document.tree!, fresh);
            fresh.dispose();
          },
        ),
        { numRuns: parsers.kind === "native" ? 100 : 30 },
      );
    });
  }
}

test("several changes of one notification are applied in order, each to the text after the one before", () => {
  const documents = opened("typescript", "const a = 1;\r\nconst b = 2;\r\n");
  assert.ok(documents.get(uri)!.tree);
  const at = (line: number, character: number) => ({ line, character });
  documents.change({
    textDocument: { uri, version: 2 },
    contentChanges: [
      { range: { start: at(0, 0), end: at(0, 0) }, text: "// 😀\r\n" },
      { range: { start: at(1, 10), end: at(1, 11) }, text: "f(\n3)" },
      { range: { start: at(3, 6), end: at(3, 7) }, text: "c" },
    ],
  });
  const document = documents.get(uri)!;
  assert.equal(document.text.getText(), "// 😀\r\nconst a = f(\n3);\r\nconst c = 2;\r\n");
  assert.equal(document.version, 2);
  assert.deepEqual(shape(document.tree!), shape(native.for("typescript")!.parse(document.text.getText())!));
});

test("a change of the whole text gives a new tree", () => {
  const documents = opened("typescript", "a;\n");
  assert.ok(documents.get(uri)!.tree);
  documents.change({ textDocument: { uri, version: 2 }, contentChanges: [{ text: "class A {}\n" }] });
  assert.equal(documents.get(uri)!.tree!.rootNode.namedChildren[0]!.type, "class_declaration");
});

test("a draft of a document that has gone on still sees its own text", () => {
  const documents = opened("typescript", "f();\n");
  const draft = documents.get(uri)!.draft(2)!;
  documents.change({ textDocument: { uri, version: 2 }, contentChanges: [{ text: "((((" }] });
  assert.equal(draft.parse("a")!.rootNode.hasError, false);
  draft.dispose();
});

test("what is too large for a tree has none, with a reason; the text is kept", () => {
  const long = openDocument({ uri, path: "a.ts", languageId: "typescript", text: "a;\n".repeat(600_000) }, native);
  assert.equal(long.tree, undefined);
  assert.match(long.noTree!, /longer than 1500000/);
  assert.equal(long.draft(0), undefined);
  const wide = openDocument(
    { uri, path: "a.ts", languageId: "typescript", text: `a;\n"${"b".repeat(1_000_000)}";\n` },
    native,
  );
  assert.equal(wide.tree, undefined);
  assert.match(wide.noTree!, /a line is longer/);
  const huge = "x = 1\n".repeat(1_750_000); // 10 MB
  assert.equal(openDocument({ uri, path: "a.py", languageId: "python", text: huge }, native).tree, undefined);
});

test("a language without a grammar has no tree, and a grammar that does not load takes its language alone away", async () => {
  const ruby = openDocument({ uri, path: "a.rb", languageId: "ruby", text: "def f\nend" }, native);
  assert.equal(ruby.tree, undefined);
  assert.equal(ruby.noTree, "no grammar for ruby");
  const broken = byLanguage((language) => {
    if (language === languageSyntax("rust")) throw new Error("ABI 99\nat …");
    return native.for("typescript")!;
  });
  const parsers: Parsers = { kind: "native", reason: "", ...broken };
  const rust = openDocument({ uri, path: "a.rs", languageId: "rust", text: "fn f() {}" }, parsers);
  assert.equal(rust.noTree, "the grammar for rust does not load: ABI 99");
  assert.ok(openDocument({ uri, path: "a.ts", languageId: "typescript", text: "a" }, parsers).tree);
});

for (const parsers of [native, wasm]) {
  test(`edits that are taken back leave the tree of a fresh parse, all languages, ${parsers.kind}`, () => {
    for (const [languageId, sample] of Object.entries(samples)) {
      const wanted = shape(parsers.for(languageId)!.parse(sample)!);
      const edit = fc.record({ at: fc.nat(), remove: fc.nat({ max: 40 }), from: fc.nat(), take: fc.nat({ max: 40 }) });
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (list) => {
          const documents = opened(languageId, sample, parsers);
          const document = documents.get(uri)!;
          const replace = (start: number, end: number, text: string) => {
            const range = { start: document.text.positionAt(start), end: document.text.positionAt(end) };
            const version = document.version + 1;
            documents.change({ textDocument: { uri, version }, contentChanges: [{ range, text }] });
            assert.ok(document.tree);
          };
          const undo: [start: number, end: number, text: string][] = [];
          for (const { at, remove, from, take } of list) {
            const now = document.text.getText();
            const start = at % (now.length + 1);
            const end = Math.min(start + remove, now.length);
            const text = sample.slice(from % sample.length).slice(0, take);
            undo.unshift([start, start + text.length, now.slice(start, end)]);
            replace(start, end, text);
          }
          for (const step of undo) replace(...step);
          assert.equal(document.text.getText(), sample);
          assertSameShape(shape(document.tree!), wanted);
          documents.close(uri);
        }),
        { numRuns: parsers.kind === "native" ? 30 : 10 },
      );
    }
  });

  test(`a text that takes too long for a keystroke is parsed between other work, edits included, ${parsers.kind}`, async () => {
    const line = "const a = [f(b), `c${d}`];\n";
    const documents = opened("typescript", line.repeat(10_000), parsers, 1);
    const document = documents.get(uri)!;
    assert.equal(documents.get(uri)!.tree, undefined);
    assert.equal(document.noTree, "it is still being parsed");
    const start = { line: 4_000, character: 0 };
    documents.change({
      textDocument: { uri, version: 2 },
      contentChanges: [{ range: { start, end: start }, text: "g();\n" }],
    });
    while (!documents.get(uri)!.tree) await setImmediate(); // its edit may take more than the budget again
    const fresh = parsers.for("typescript")!.parse(document.text.getText())!;
    assert.equal(document.tree!.rootNode.childCount, 10_001);
    assert.deepEqual(around(document.tree!, 4_000 * line.length), around(fresh, 4_000 * line.length));
    documents.close(uri);
  });
}

/** The nodes at an offset, with their places. */
function around(tree: SyntaxTree, offset: number) {
  return tree.pathTo(offset).map(({ type, startIndex, endIndex, startPosition }) => {
    return `${type} ${startIndex}-${endIndex} ${startPosition.row}:${startPosition.column}`;
  });
}

test("a document that is not open is not changed; closing forgets", () => {
  const documents = opened("python", "a = 1\n");
  assert.equal(documents.change({ textDocument: { uri: "file:///other", version: 1 }, contentChanges: [] }), undefined);
  documents.close(uri);
  assert.equal(documents.get(uri), undefined);
});
