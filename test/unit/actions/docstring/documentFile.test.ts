// Docstrings for all that a file exports, with a model that says one thing: what is chosen, what is left alone, and that the edits fit together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled } from "../../../../common/errors.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { documentFile, exportedTargets } from "../../../../src/actions/docstring/documentFile.ts";
import type { Sources } from "../../../../src/context/sources/sources.ts";
import { withChanges } from "../../../../src/typescript/problems.ts";
import { type OpenDocument, openDocument } from "../../../../src/workspace/documents.ts";
import { writingModel } from "../writingModel.ts";

const parsers = await createParsers();
const never = new AbortController().signal;
const LANGUAGES = { ts: "typescript", js: "javascript", py: "python" } as const;

function documentOf(path: string, text: string) {
  const languageId = LANGUAGES[path.split(".").at(-1) as keyof typeof LANGUAGES];
  return openDocument({ uri: `file:///${path}`, path, languageId, text }, parsers);
}

function chosen(path: string, text: string): string[] {
  const { tree, languageId } = documentOf(path, text);
  return exportedTargets(text, tree!, languageId).map(({ name }) => name);
}

const TYPESCRIPT = `import { x } from "./x";

export interface Shape {
  size: number;
}

export class Store<T> {
  #items: T[] = [];
  private count = 0;
  private grow(): void {}
  _inner(): void {}

  add(item: T): void {
    function helper() {}
    this.#items.push(item);
  }
}

function hidden() {}

export function read(a: string): string;
export function read(a: number): string;
export function read(a: unknown): string {
  return String(a);
}

const later = (n: number) => n + x;
export { later };
export default hidden2;
`;

test("what others can reach: exports and the members of theirs that are not private, overloads once", () => {
  assert.deepEqual(chosen("a.ts", TYPESCRIPT), ["Shape", "Store", "add", "read", "later"]);
});

test("a file without exports shows its functions and classes; Python what has no underscore before it", () => {
  assert.deepEqual(
    chosen("a.js", "function a() {}\nconst b = 1;\nclass C {\n  m() {}\n}\nmodule.exports = { a, C };\n"),
    ["a", "C", "m"],
  );
  const python =
    "class A:\n    def __init__(self):\n        pass\n\n    def m(self):\n        return 1\n\ndef _own():\n    pass\n\ndef f():\n    def inner():\n        pass\n    return inner\n";
  assert.deepEqual(chosen("a.py", python), ["A", "m", "f"]);
});

test("each is written as it would be alone; the edits fit together; what has a true docstring is left", async () => {
  const text = `/** Kept as it is. */
export function kept(a: number): number {
  return a;
}

/**
 * Counts things.
 *
 * @param gone - Of long ago.
 */
export function changed(first: number, second: number): number {
  return first + second;
}

export class Counter {
  up(step: number): void {
    this.value += step;
  }
}
`;
  const document = documentOf("a.ts", text);
  const model = writingModel(({ prefix }) =>
    /@param \w+ - $/.test(prefix) ? "the changed number" : "adds a step to the value",
  );
  const seen: string[] = [];
  const found = await documentFile(
    { document },
    { model },
    ({ name, done, total }) => seen.push(`${done}/${total} ${name}`),
    never,
  );
  assert.ok("edits" in found, JSON.stringify(found));
  assert.deepEqual(seen, ["0/3 changed", "1/3 Counter", "2/3 up"]);
  assert.deepEqual(
    found.edits.map(({ name }) => name),
    ["changed", "Counter", "up"],
  );
  const after = withChanges(
    text,
    found.edits.map(({ edit }) => edit),
  );
  assert.match(after, /^\/\*\* Kept as it is\. \*\/\nexport function kept/);
  assert.match(after, /Counts things\.\n \*\n \* @param first - .*\n \* @param second - /);
  assert.doesNotMatch(after, /gone/);
  assert.match(after, /\/\*\* Adds a step to the value\. \*\/\nexport class Counter \{\n {2}\/\*\* Adds/);
});

test("around a place: the definition and what lies in it, exported or not", async () => {
  const text =
    "class Hidden {\n  up(step: number): void {\n    this.value += step;\n  }\n}\n\nexport function other() {}\n";
  const model = writingModel(() => "adds a step to the value");
  const found = await documentFile({ document: documentOf("a.ts", text), around: 3 }, { model }, () => {}, never);
  assert.ok("edits" in found);
  assert.deepEqual(
    found.edits.map(({ name }) => name),
    ["Hidden", "up"],
    JSON.stringify(found.left),
  );
});

test("what finds no true words is named, and why; a changed document, one without exports", async () => {
  const text = "export function size(): number {\n  return 1;\n}\n";
  const document = documentOf("a.ts", text);
  const found = await documentFile({ document }, { model: writingModel(() => "throws it away") }, () => {}, never);
  assert.deepEqual(found, { edits: [], left: [{ name: "size", reason: "noTrueSummary" }] });

  const empty = await documentFile(
    { document: documentOf("b.ts", "export {};\n") },
    { model: writingModel(() => "x") },
    () => {},
    never,
  );
  assert.deepEqual(empty, { reason: "nothingExported" });
  let version = 1;
  const { uri, path, languageId, text: held, tree, parsers: own } = document;
  const changing = {
    uri,
    path,
    languageId,
    text: held,
    tree,
    parsers: own,
    get version() {
      return version;
    },
  } as OpenDocument;
  const model = writingModel(() => {
    version = 2;
    return "gives the size of it";
  });
  assert.deepEqual(await documentFile({ document: changing }, { model }, () => {}, never), {
    reason: "documentChanged",
  });
});

test("where the machine is busy, the rest is left at once", async () => {
  const text = "export function one(a) {}\n\nexport function two(a) {}\n\nexport function three(a) {}\n";
  let asked = 0;
  const stuck = {
    generate: (_params: object, _onText: unknown, signal: AbortSignal) => {
      asked++;
      return new Promise<never>((_, refuse) => signal.addEventListener("abort", () => refuse(new Cancelled())));
    },
  };
  const deps = { model: stuck, patience: { enoughMs: 5, mostMs: 20 } };
  const found = await documentFile({ document: documentOf("a.ts", text) }, deps, () => {}, never);
  const left = ["one", "two", "three"].map((name) => ({ name, reason: "busy" }));
  assert.deepEqual(found, { edits: [], left });
  assert.equal(asked, 1);
});

test("Python's style is the file's own, else its neighbours', else Google's; what is asked for comes first", async () => {
  const text = "def size(items):\n    if not items:\n        raise ValueError()\n    return len(items)\n";
  const neighbour = 'def f(a):\n    """Does it.\n\n    :param a: That.\n    """\n';
  const workspace = {
    list: async () => ["shop/a.py", "shop/b.py"],
    read: async (path: string) => (path === "shop/b.py" ? neighbour : text),
  };
  const styled = async (sources: Sources | undefined, style?: "numpy") => {
    const model = writingModel(({ prefix }) => (/def|"""$/.test(prefix.split("\n").at(-1)!) ? "count all items" : ""));
    const found = await documentFile(
      { document: documentOf("shop/a.py", text), style },
      { model, sources },
      () => {},
      never,
    );
    assert.ok("edits" in found, JSON.stringify(found));
    return found.edits[0]!.edit.newText;
  };
  assert.match(await styled({ workspace }), /:raises ValueError: /);
  assert.match(await styled(undefined), /Raises:\n {8}ValueError: /);
  assert.match(await styled({ workspace }, "numpy"), /Raises\n {4}-+\n/);
});
