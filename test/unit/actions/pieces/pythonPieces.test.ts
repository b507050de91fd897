// What a Python file lacks at a drawn cursor, by its text, and that nothing is offered where nothing is missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { piecesAt } from "../../../../src/actions/pieces/piecesAt.ts";
import { withChanges } from "../../../../src/typescript/problems.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";

const parsers = await createParsers();

/** Each title with what the file becomes; empty where nothing is offered. */
async function made(drawing: string): Promise<[title: string, after: string][]> {
  const at = drawing.indexOf("█");
  const text = drawing.replace("█", "");
  const document = openDocument({ uri: "file:///a.py", path: "a.py", languageId: "python", text }, parsers);
  const found = await piecesAt(document, { start: at, end: at }, undefined, () => assert.fail("no compiler is asked"));
  if ("reason" in found) return [];
  return found.pieces.map(({ title, changes }) => [title, withChanges(text, changes)]);
}

const ENUM = "from enum import Enum\n\nclass Color(Enum):\n    RED = 1\n    BLUE = 2\n    _ignore_ = 3\n\n";

test("a match over an Enum or a Literal gets its missing cases, which do what the others do", async () => {
  const [[title, after]] = (await made(
    `${ENUM}def f(c: Color | None) -> int:\n    match c:█\n        case Color.RED:\n            return 1\n`,
  )) as [[string, string]];
  assert.equal(title, "Add the 2 missing cases");
  assert.ok(
    after.endsWith(
      'return 1\n        case Color.BLUE:\n            raise NotImplementedError("Color.BLUE")\n        case None:\n            raise NotImplementedError("None")\n',
    ),
    after,
  );
  const literal = await made(
    'from typing import Literal\nMode = Literal["a", "b|c"]\ndef f(m: Mode):\n    match m:█\n        case \'a\':\n            print(1)\n        case _:\n            raise ValueError(m)\n',
  );
  assert.match(literal[0]![1], /print\(1\)\n {8}case "b\|c":\n {12}pass\n {8}case _:\n/);
});

test("nothing is offered for a whole match, one that takes the rest, or a subject whose type is not known", async () => {
  const head = `${ENUM}def f(c: Color):\n    match c:█\n`;
  for (const rest of [
    "        case Color.RED | Color.BLUE:\n            pass\n",
    "        case Color.RED:\n            pass\n        case _:\n            pass\n",
    "        case Color.RED:\n            pass\n        case other:\n            print(other)\n",
  ])
    assert.deepEqual(await made(head + rest), [], rest);
  assert.deepEqual(await made(`${ENUM}def f(c):\n    match c:█\n        case Color.RED:\n            pass\n`), []);
});

test("a class with bare fields gets __init__; one of a base class or a decorator gets none", async () => {
  const body = "    x: int\n    y: list[str]\n\n    def old(self):\n        return self.x\n";
  const [[title, after]] = (await made(`class A:█\n${body}`)) as [[string, string]];
  assert.equal(title, "Add __init__ that sets the 2 fields");
  assert.equal(
    after,
    `class A:\n${body.trimEnd()}\n\n    def __init__(self, x: int, y: list[str]) -> None:\n        self.x = x\n        self.y = y\n`,
  );
  assert.deepEqual(await made(`from dataclasses import dataclass\n@dataclass\nclass A:█\n${body}`), []);
  assert.deepEqual(await made(`from typing import TypedDict\nclass A(TypedDict):█\n    x: int\n`), []);
});

test("abstract methods of a base class of the file get stubs with their signatures", async () => {
  const base =
    'from abc import ABC, abstractmethod\n\nclass Base(ABC):\n    @property\n    @abstractmethod\n    def size(self) -> int: ...\n\n    @abstractmethod\n    async def run(self, *, to: str = "a") -> None:\n        pass\n\n';
  const [[, after]] = (await made(`${base}class A(Base):█\n    def size(self) -> int:\n        return 1\n`)) as [
    [string, string],
  ];
  assert.ok(
    after.endsWith(
      'return 1\n\n    async def run(self, *, to: str = "a") -> None:\n        raise NotImplementedError\n',
    ),
    after,
  );
  const whole = "    def size(self): return 1\n    async def run(self): pass\n";
  assert.deepEqual(await made(`${base}class A(Base):█\n${whole}`), []);
});

test("a class whose __init__ only sets fields gets __eq__ and to_dict, once", async () => {
  const text =
    "class P:█\n    def __init__(self, x: int, name: str) -> None:\n        self.x = x\n        self.name = name\n";
  const offered = await made(text);
  assert.deepEqual(
    offered.map(([title]) => title),
    ["Add __eq__ by the fields", "Add to_dict"],
  );
  assert.match(offered[0]![1], /return NotImplemented\n {8}return self\.x == other\.x and self\.name == other\.name\n/);
  assert.match(offered[1]![1], /return \{"x": self\.x, "name": self\.name\}\n/);
  const both = offered[0]![1].replace("class P:", "class P:█");
  assert.deepEqual(
    (await made(both)).map(([title]) => title),
    ["Add to_dict"],
  );
  assert.deepEqual(await made(text.replace("self.x = x", "self.x = x + 1")), []);
});
