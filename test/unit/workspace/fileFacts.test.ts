// What retrieval knows of a file, and for how long.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redactSecrets } from "../../../common/rules/redactSecrets.ts";
import { FileFacts, FileFactsCache, lineAt } from "../../../src/workspace/fileFacts.ts";
import { drawn, parsers } from "../context/drawnPlace.ts";

const facts = (text: string, path = "b.ts") => new FileFacts(path, text, parsers);

test("declarations with their lines", () => {
  const { declarations } = facts("// first\nexport class A {\n  a = 1;\n}\n\nfunction f() {}\n");
  assert.deepEqual(
    declarations.map(({ name, startLine, endLine }) => [name, startLine, endLine]),
    [
      ["A", 1, 4],
      ["f", 5, 6],
    ],
  );
});

test("chunks with how often they hold which term", () => {
  const [chunk] = facts("export function loadUsers() {\n  return loadUsers;\n}\n").chunks;
  assert.deepEqual([chunk!.startLine, chunk!.endLine, chunk!.terms.get("loadusers")], [0, 3, 2]);
});

test("lines of any text are those that a split gives", () => {
  const text = fc
    .array(fc.constantFrom("a", "bb", "\n", "\r\n", "ü"), { maxLength: 20 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.nat(25), fc.nat(25), (text, start, length) => {
      const expected = text
        .split("\n")
        .slice(start, start + length)
        .join("\n");
      assert.equal(facts(text).lines(start, start + length), expected);
    }),
  );
});

test("where what is written ends", () => {
  const file = facts("one\n\n  \ntwo\n\n\n");
  assert.equal(file.endOfText(0, 3), 1);
  assert.equal(file.endOfText(0, 100), 4);
  assert.equal(file.endOfText(4, 100), 4);
  assert.equal(file.endOfText(50, 60), 50);
});

test("lines without secrets are those of the whole file without its secrets", () => {
  const planted = ["tr0ub4dor", "3"].join("&");
  const text = `const a = 1;\nconst password = "${planted}";\nconst b = 2;\n`;
  const safe = redactSecrets(text).text;
  assert.notEqual(safe, text);
  assert.equal(facts(text).linesWithoutSecrets(1, 3), safe.split("\n").slice(1, 3).join("\n"));
});

test("a text is parsed once", () => {
  let parses = 0;
  const parser = parsers.for("typescript")!;
  const parse: typeof parser.parse = (...given) => {
    parses++;
    return parser.parse(...given);
  };
  const file = new FileFacts("b.ts", "export const a = 1;\n", { ...parsers, for: () => ({ ...parser, parse }) });
  assert.ok(!file.isReady);
  file.prepare();
  void [file.declarations, file.imports, file.chunks];
  assert.ok(file.isReady);
  assert.equal(parses, 1);
});

test("a document's own tree is used and stays the document's", async () => {
  const { document } = drawn("class A {}\n", "a.ts");
  const own = await FileFacts.ofDocument(document);
  assert.equal(own!.declarations[0]!.name, "A");
  assert.equal(document.tree!.rootNode.childCount, 1);
});

test("the cache gives the same facts until the text changes", () => {
  const cache = new FileFactsCache(parsers);
  const first = cache.of("b.ts", "one");
  assert.equal(cache.of("b.ts", "one"), first);
  assert.notEqual(cache.of("b.ts", "two"), first);
});

test("the cache forgets what was not used for longest", () => {
  const cache = new FileFactsCache(parsers);
  const large = "x".repeat(6_000_000);
  const [one] = ["1", "2"].map((path) => cache.of(path, large));
  assert.equal(cache.of("1", large), one);
  const two = cache.of("2", large);
  cache.of("3", large);
  assert.notEqual(cache.of("1", large), one);
  assert.equal(cache.of("3", large).path, "3");
  assert.notEqual(cache.of("2", large), two);
});

test("the line of an offset, by bisection as by counting", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }), fc.nat(100), (lengths, offset) => {
      const starts = [0];
      for (const length of lengths) starts.push(starts.at(-1)! + length + 1);
      assert.equal(
        lineAt(starts, offset),
        starts.findLastIndex((start) => start <= offset),
      );
    }),
  );
});

test("one line of 5 MB is neither parsed nor cut", () => {
  const file = facts(`export const a = [${"1,".repeat(2_500_000)}];`).prepare();
  assert.deepEqual([file.declarations, file.chunks], [[], []]);
});

test("30,000 nested brackets do no harm", () => {
  const file = facts(`export const a = 1;\nconst b = ${"[\n".repeat(30_000)}${"]\n".repeat(30_000)};\n`).prepare();
  assert.ok(file.chunks.length > 0);
});

test("broken syntax, an empty text and a language without a grammar", () => {
  assert.ok(facts("}}} class {{ import from ((( 'x\n").prepare().isReady);
  assert.deepEqual(facts("").prepare().declarations, []);
  assert.deepEqual(facts("one two\n", "b.unknown").prepare().chunks.length, 1);
});
