// What docstrings must survive: definitions of any size and shape, with a model that always says the same; whatever is inserted leaves the code
// as it was.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { docstringAt } from "../../../../src/actions/docstring/docstring.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import { writingModel } from "../writingModel.ts";

const parsers = await createParsers();
const never = new AbortController().signal;

/** The text with the docstring of the definition at "|", and the docstring. */
async function documented(path: string, marked: string, says = "reads the amount", ofPart = "the amount read there") {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const languageId = path.endsWith(".py") ? "python" : "typescript";
  const document = openDocument({ uri: `file:///${path}`, path, languageId, text }, parsers);
  const isTag = (prefix: string) => /@\w+[^\n]*$/.test(prefix.slice(-80));
  const model = writingModel(({ prefix }) => (isTag(prefix) ? ofPart : says));
  const outcome = await docstringAt({ document, offset }, { model }, never);
  assert.ok(outcome.kind === "offered", JSON.stringify(outcome));
  const { start, end, newText } = outcome.edit;
  return {
    docstring: outcome.text,
    text,
    after: text.slice(0, start) + newText + text.slice(end),
    checked: outcome.checked,
  };
}

/** Docstrings that describe parameters: so does what is written after them. */
const TAGGED = ["open", "close"]
  .map((name) => `/**\n * Does it.\n *\n * @param way - how\n */\nfunction ${name}(way: string) {}\n\n`)
  .join("");

const names = (docstring: string) => [...docstring.matchAll(/@(?:param|typeParam) (\S+)/g)].map(([, name]) => name);

test("a function of 1,000 lines", async () => {
  const body = Array.from({ length: 1000 }, (_, i) => `  total += amount * ${i};`).join("\n");
  const { docstring, after, text } = await documented(
    "a.ts",
    `${TAGGED}function |sum(amount: number): number {\n  let total = 0;\n${body}\n  return total;\n}\n`,
    "sums the total",
    "the total amount",
  );
  assert.deepEqual(names(docstring), ["amount"]);
  assert.ok(after.endsWith(text.slice(TAGGED.length)));
});

test("generics, decorators, destructured and rest parameters, nested functions: each is told by its own signature", async () => {
  const code = `class A<K> {
  @log("x", { deep: true })
  static async *each<T extends K, U = T>({ amount, other: [first] }: Options<T>, [a, b]: U[], ...rest: number[]): AsyncGenerator<T> {
    const inner = |(there: T, amount?: U) => amount ?? there;
    yield inner(amount);
  }
}
`;
  const ofPart = "the inner amount there";
  const inner = await documented("a.ts", TAGGED + code, "returns the amount", ofPart);
  assert.deepEqual(names(inner.docstring), ["there", "amount"]);
  const marked = code.replace("|", "").replace("async *each", "async *|each");
  const outer = await documented("a.ts", TAGGED + marked, "yields the inner amount", ofPart);
  assert.deepEqual(names(outer.docstring), ["options", "items", "rest"]);
  assert.match(outer.after, /\n {2}\/\*\*\n[^@]*@param options[\s\S]*\*\/\n {2}@log/);
});

test("an overload is told by its own parameters", async () => {
  const code =
    "export function read(amount: string): string;\nexport function |read(amount: number, there: boolean): string;\nexport function read(amount: unknown): string {\n  return String(amount);\n}\n";
  assert.deepEqual(names((await documented("a.ts", TAGGED + code, "reads the amount there")).docstring), [
    "amount",
    "there",
  ]);
});

test("Windows line ends, tabs, a file of one line, names outside of ASCII", async () => {
  const windows = await documented(
    "a.ts",
    "class A {\r\n\t|read(amount: string): string {\r\n\t\tif (!amount) throw new RangeError();\r\n\t\treturn amount;\r\n\t}\r\n}\r\n",
  );
  assert.doesNotMatch(windows.after, /(?<!\r)\n/);
  assert.match(windows.after, /\r\n\t\/\*\*\r\n\t \*/);
  const one = await documented(
    "a.ts",
    "export const |read = (größe: number) => größe * amount",
    "reads the `größe` by the amount",
  );
  assert.match(one.after, /^\/\*\* Reads the `größe` by the amount\. \*\/\nexport const read/);
  const python = await documented("a.py", "def |read(amount): return amount");
  assert.match(python.after, /^def read\(amount\):\n {4}"""[\s\S]*"""\n {4}return amount$/);
});

test("words that would end the docstring, or begin a tag, are never inserted", async () => {
  for (const says of ["reads the amount */ evil()", "@deprecated the amount", 'reads """ the amount']) {
    const document = openDocument(
      {
        uri: "file:///a.ts",
        path: "a.ts",
        languageId: "typescript",
        text: "function read(amount) { draw(amount); log(amount); }\n",
      },
      parsers,
    );
    const outcome = await docstringAt({ document, offset: 3 }, { model: writingModel(() => says) }, never);
    assert.equal(outcome.kind, "none", says);
    const alone = await documented("a.ts", "function |read(amount) { return amount; }\n", says);
    assert.equal(
      alone.docstring,
      "/** Returns `amount` itself. */",
      "the code tells something: that, and none of these words",
    );
  }
});
