// What a Python file lacks at a drawn cursor, by its text, and that nothing is offered where nothing is missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { piecesAt } from "../../../../src/actions/pieces/piecesAt.ts";
import type { Sources } from "../../../../src/context/sources/sources.ts";
import { NO_PIECE } from "../../../../src/typescript/pieces/piece.ts";
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
  assert.equal(title, "Add the missing cases Color.BLUE, None");
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

test("a property whose setter alone has a body stays abstract, so both get stubs; what another base class brings first does not", async () => {
  const base =
    "import abc\nfrom typing import overload\n\nclass Base(metaclass=abc.ABCMeta):\n    @property\n    @abc.abstractmethod\n    def size(self) -> int: ...\n\n    @size.setter\n    def size(self, value: int) -> None:\n        pass\n\n    @overload\n    def at(self, i: int) -> int: ...\n\n    @overload\n    def at(self, i: str) -> str: ...\n\n    @abc.abstractmethod\n    def at(self, i): ...\n\n";
  const stubs =
    "    @property\n    def size(self) -> int:\n        raise NotImplementedError\n\n    @size.setter\n    def size(self, value: int) -> None:\n        raise NotImplementedError\n";
  const [[title, after]] = (await made(`${base}class A(Base):█\n    x = 1\n`)) as [[string, string]];
  assert.equal(title, "Add the 2 abstract methods");
  assert.ok(
    after.endsWith(
      `x = 1\n\n${stubs}\n    @overload\n    def at(self, i: int) -> int:\n        ...\n\n    @overload\n    def at(self, i: str) -> str:\n        ...\n\n    def at(self, i):\n        raise NotImplementedError\n`,
    ),
    after,
  );
  const sized = "class Sized:\n    size = 1\n\n    def at(self, i): return i\n\n";
  assert.deepEqual(await made(`${base}${sized}class A(Sized, Base):█\n    x = 1\n`), []);
  assert.equal((await made(`${base}${sized}class A(Base, Sized):█\n    x = 1\n`)).length, 1);
});

test("a class whose __init__ only sets fields gets __eq__ with __hash__, and to_dict with its way back, once", async () => {
  const text =
    "class P:█\n    def __init__(self, x: int, /, name: str | None) -> None:\n        self.x = x\n        self.name = name\n";
  const offered = await made(text.replace("/, ", ""));
  assert.deepEqual(
    offered.map(([title]) => title),
    ["Add __eq__ and __hash__ by the fields", "Add to_dict and from_dict"],
  );
  assert.match(
    offered[0]![1],
    /return NotImplemented\n {8}return self\.x == other\.x and self\.name == other\.name\n\n {4}def __hash__\(self\) -> int:\n {8}return hash\(\(self\.x, self\.name\)\)\n/,
  );
  assert.match(
    offered[1]![1],
    /return \{"x": self\.x, "name": self\.name\}\n\n {4}@classmethod\n {4}def from_dict\(cls, data: dict\) -> "P":\n {8}return cls\(x=data\["x"\], name=data\["name"\]\)\n/,
  );
  for (const [, after] of offered) {
    const again = await made(after.replace("class P:", "class P:█"));
    assert.equal(again.length, 1, "the other one is still missing");
  }
  assert.deepEqual(
    (await made(text)).map(([title]) => title),
    ["Add __eq__ and __hash__ by the fields", "Add to_dict"],
    "a parameter that no call can name cannot be given back",
  );
  assert.deepEqual(await made(text.replace("self.x = x", "self.x = x + 1")), []);
});

test("equality is not offered where a field may have no hash, since sets could hold the objects no longer", async () => {
  const of = (type: string) =>
    made(`${ENUM}class P:█\n    def __init__(self, x: ${type}) -> None:\n        self.x = x\n`);
  for (const type of ["list[int]", "object", "Other", "tuple[list[int], int]"])
    assert.ok(!(await of(type)).some(([title]) => title.includes("__eq__")), type);
  for (const type of ["Color", "tuple[int, ...]", "Optional[str]", 'Literal["a", "b"]', "pathlib.Path"])
    assert.ok(
      (await of(type)).some(([title]) => title.includes("__eq__")),
      type,
    );
});

test("the second piece of cases ends with assert_never, imported as the file imports", async () => {
  const match = "def f(c: Color):\n    match c:█\n        case Color.RED:\n            print(1)\n";
  const [, plain] = await made(ENUM + match);
  assert.equal(plain![0], "Add the missing case Color.BLUE and a last one of assert_never");
  assert.ok(plain![1].startsWith("from typing import assert_never\nfrom enum import Enum\n"));
  assert.ok(
    plain![1].endsWith("        case Color.BLUE:\n            pass\n        case _:\n            assert_never(c)\n"),
  );
  const [, old] = await made(`"""Colors."""\nfrom __future__ import annotations\n${ENUM}${match}`);
  assert.match(
    old![1],
    /^"""Colors\."""\nfrom __future__ import annotations\nfrom typing import assert_never\nfrom enum/,
  );
  const [, module] = await made(`import typing\n${ENUM}${match}`);
  assert.match(module![1], /typing\.assert_never\(c\)\n$/);
  const [, own] = await made(`from typing_extensions import assert_never\n${ENUM}${match}`);
  assert.equal(own![1].split("import assert_never").length, 2);
  const again = own![1].replace("match c:", "match c:█");
  assert.deepEqual(await made(again), []);
});

test("an enum that the file imports is looked up in the workspace, past the files that pass it on; where it is not found, that is said", async () => {
  const files: Record<string, string> = {
    "app/kinds/__init__.py": "from .colour import Colour as Hue\n",
    "app/kinds/colour.py": "from enum import StrEnum\n\nclass Colour(StrEnum):\n    RED = 'r'\n    BLUE = 'b'\n",
    "app/plain.py": "class Colour:\n    RED = 'r'\n",
  };
  const workspace = { read: async (name: string) => files[name], list: async () => Object.keys(files) };
  const foundIn = async (imported: string) => {
    const text = `${imported}\n\ndef f(c: Hue) -> int:\n    match c:\n        case Hue.RED:\n            return 1\n`;
    const at = text.indexOf("match");
    const document = openDocument({ uri: "file:///x", path: "app/use/a.py", languageId: "python", text }, parsers);
    const sources = { workspace } as unknown as Sources;
    const found = await piecesAt(document, { start: at, end: at }, sources, () => assert.fail("no compiler is asked"));
    return "reason" in found ? found.reason : found.pieces[0]!.title;
  };
  for (const imported of [
    "from app.kinds import Hue",
    "from ..kinds import Hue",
    "from ..kinds.colour import Colour as Hue",
  ])
    assert.equal(await foundIn(imported), "Add the missing case Hue.BLUE", imported);
  for (const imported of ["from elsewhere import Hue", "from app.plain import Colour as Hue"])
    assert.equal(await foundIn(imported), NO_PIECE.otherFile, imported);
});

test("no stubs where a base class of another file may bring the methods", async () => {
  const base =
    "from abc import ABC, abstractmethod\nfrom other import Mixin\n\nclass Base(ABC):\n    @abstractmethod\n    def run(self): ...\n\n";
  assert.deepEqual(await made(`${base}class A(Mixin, Base):█\n    x = 1\n`), []);
  assert.equal((await made(`${base}class A(Base):█\n    x = 1\n`)).length, 1);
});
