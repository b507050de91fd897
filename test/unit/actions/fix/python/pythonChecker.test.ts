// What is found wrong with Python text, and fixes of it without a model: nothing that is right is called wrong, and what is offered helps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../../common/syntax/parsers.ts";
import { fixFile } from "../../../../../src/actions/fix/fixFile.ts";
import { pythonChecker } from "../../../../../src/actions/fix/python/pythonChecker.ts";
import type { Sources } from "../../../../../src/context/sources/sources.ts";
import type { SearchIndex, SymbolHit } from "../../../../../src/index/searchIndex.ts";
import { withChanges } from "../../../../../src/typescript/problems.ts";
import { openDocument } from "../../../../../src/workspace/documents.ts";

const parsers = await createParsers();
const never = new AbortController().signal;

const hit = (name: string, path: string): SymbolHit => {
  return { name, kind: "function", container: "", path, startLine: 0, endLine: 1 };
};

function sourcesWith(...hits: SymbolHit[]): Sources {
  const index = { definitions: (name: string) => hits.filter((one) => one.name === name) } as unknown as SearchIndex;
  return { workspace: {}, index } as unknown as Sources;
}

function opened(text: string, sources?: Sources) {
  const path = "shop/basket.py";
  const document = openDocument({ uri: `file:///${path}`, path, languageId: "python", text }, parsers);
  const checker = pythonChecker(document, sources);
  assert.ok(checker);
  return { document, checker };
}

const problemsOf = async (text: string) => (await opened(text).checker.problems()).map(({ message }) => message);

async function fixed(text: string, sources?: Sources): Promise<string> {
  const { document, checker } = opened(text, sources);
  const { fixes } = await fixFile(
    document,
    { checker },
    () => true,
    () => {},
    never,
  );
  return withChanges(
    text,
    fixes.map(({ edit }) => edit),
  );
}

test("sound code has no problems", async () => {
  const sound = [
    "import os\nfrom a import b as c\nprint(os.sep, c)\n",
    "def f(a, *args, key=1, **rest):\n    return [x for x in args if x > a], {k: v for k, v in rest.items()}, key\n",
    "class A:\n    size = 1\n    def m(self):\n        return self.size, __class__\n",
    "try:\n    pass\nexcept ValueError as error:\n    print(error)\n",
    "with open(__file__) as source, open('b') as other:\n    text = source.read() + other.read()\n",
    "def f():\n    global counter\n    counter = 1\n\nprint(counter)\n",
    "if (n := len('a')) > 0:\n    print(n)\n",
    "match value():\n    case [first, *rest]:\n        print(first, rest)\n\ndef value():\n    return []\n",
    "from tkinter import *\nroot = Tk()\n",
    "globals().update(size=1)\nprint(size)\n",
    "lambda a, b=1: a + b\n",
    "def outer():\n    later()\n\ndef later():\n    pass\n",
  ];
  for (const text of sound) assert.deepEqual(await problemsOf(text.replace("match value", "match value")), [], text);
});

test("names that nothing brings, and what does not parse", async () => {
  assert.deepEqual(await problemsOf("def f(items):\n    return itmes\n"), ['the name "itmes" is not defined']);
  assert.deepEqual(await problemsOf("class A:\n    size = 1\n    def m(self):\n        return size\n"), [
    'the name "size" is not defined',
  ]);
  assert.ok((await problemsOf("def f(items)\n    return items\n")).length > 0);
});

test("a misspelt name, a missing module, what another file defines", async () => {
  assert.equal(await fixed("def f(items):\n    return itmes\n"), "def f(items):\n    return items\n");
  assert.equal(
    await fixed('"""A shop."""\n\ndef f(text):\n    return json.loads(text)\n'),
    '"""A shop."""\nimport json\n\ndef f(text):\n    return json.loads(text)\n',
  );
  const sources = sourcesWith(hit("total_of", "shop/prices.py"), hit("Owner", "src/people/owner.py"));
  assert.equal(
    await fixed("import os\n\nprint(os.sep, total_of([]), Owner)\n", sources),
    "import os\nfrom .prices import total_of\nfrom people.owner import Owner\n\nprint(os.sep, total_of([]), Owner)\n",
  );
});

test("a colon, a bracket, an equals sign that is missing; names that then show up are no fault of the fix", async () => {
  assert.equal(await fixed("def f(items)\n    return itmes\n"), "def f(items):\n    return itmes\n");
  assert.equal(await fixed("total = max(1, min(2, 3)\nprint(total)\n"), "total = max(1, min(2, 3))\nprint(total)\n");
  assert.equal(
    await fixed("def f(a):\n    if a = 1:\n        return a\n"),
    "def f(a):\n    if a == 1:\n        return a\n",
  );
  assert.equal(await fixed("for item in [1, 2:\n    print(item)\n"), "for item in [1, 2]:\n    print(item)\n");
});

test("where nothing helps, nothing is offered", async () => {
  const text = "def f(a):\n    return completely_unknown_thing(a)\n";
  assert.equal(await fixed(text), text);
});
