// The symbols filter, on drawings: "before├suggestion┤after" → the first name in it that nobody knows, or none.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { createParsers, type Parsers } from "../../../common/syntax/parsers.ts";
import { unknownSymbol } from "../../../src/completion/postprocess/symbols.ts";
import { errorsWith } from "../../../src/completion/postprocess/syntaxErrors.ts";
import { defaultCompletionSettings } from "../../../src/completion/settings.ts";
import { knownSymbols } from "../../../src/completion/symbols/knownSymbols.ts";
import type { Sources } from "../../../src/context/sources/sources.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { at } from "./completeAt.ts";
import { drawn } from "./drawn.ts";

const native = await createParsers("native");
const wasm = await createParsers("wasm");
const never = new AbortController().signal;

interface Options {
  languageId?: string;
  path?: string;
  uri?: string;
  explicit?: boolean;
  sources?: Sources;
  parsers?: Parsers;
}

async function judge(
  drawing: string,
  { languageId = "typescript", path = "a.ts", uri = `file:///w/${path}`, parsers = native, ...options }: Options = {},
) {
  const { prefix, middle, suffix, replaceAfter } = drawn(drawing);
  const text = prefix + suffix;
  const document = openDocument({ uri, path, languageId, text }, parsers);
  const known = await knownSymbols(document, prefix.length, options.explicit ?? false, options.sources, never);
  const draft = document.draft(prefix.length)!;
  const line = prefix.slice(prefix.lastIndexOf("\n") + 1);
  const rest = suffix.split("\n", 1)[0]!;
  const language = languageSyntax(languageId)!;
  const judged = { draft, language, offset: prefix.length, pending: "", line, rest, errorsBefore: 0 };
  judged.errorsBefore = errorsWith("", 0, judged)!.all;
  try {
    return unknownSymbol(middle, replaceAfter, judged, text, known!)?.name;
  } finally {
    draft.dispose();
  }
}

const ts = ["typescript", "typescriptreact"];
const js = [...ts, "javascript", "javascriptreact"];
const py = ["python"];

const names: [languageIds: string[], drawing: string, unknown: string | undefined][] = [
  // what the scope knows
  [js, "const a = 1;\nfunction f(b) {\n  return ├a + b┤;\n}\n", undefined],
  [js, "const a = 1;\nfunction f(b) {\n  return ├a + c┤;\n}\n", "c"],
  [js, "function g(x) {}\nfunction f() {\n  ├g(x);┤\n}\n", "x"],
  [js, "function f() {\n  ├g(1);┤\n}\nfunction g(x) {}\n", undefined],
  [js, "import { a } from 'm';\n├a.b.c(d);┤\n", "d"],
  [js, "import { a } from './gone';\n├a();┤\n", undefined],
  // what the suggestion brings itself
  [js, "├const a = [1].map((b) => b + 1);┤\n", undefined],
  [js, "├const f = ({ a, b: c }, ...d) => [a, c, d];┤\n", undefined],
  [js, "├const f = ({ a, b: c }) => b;┤\n", "b"],
  [js, "const a = {};\n├for (const [k, v] of Object.entries(a)) {┤\n", undefined],
  [js, "├try { JSON.parse(''); } catch (e) { throw e; }┤\n", undefined],
  [js, "const list = [];\nlist.forEach(├(item, i) => {┤\n", undefined],
  [js, "const list = [];\nlist.forEach(├(item) => item + other┤)\n", "other"],
  [js, "├outer: for (;;) { break outer; }┤\n", undefined],
  [js, "const a = 1;\nconst b = ├{ a, c: a, d() { return this; } };┤\n", undefined],
  [js, "const a = 1;\nconst b = ├{ a, c };┤\n", "c"],
  [js, "const a = 1;\nconst b = `x${├a + c┤}`;\n", "c"],
  [js, "├class A { m() { return new A(); } }┤\n", undefined],
  // words that the cursor splits are judged as a whole
  [js, "const config = 1;\nconst a = con├fig;┤\n", undefined],
  [js, "const config = 1;\nconst a = con├fug;┤\n", "confug"],
  [js, "const config = 1;\nconst a = ├con┤fig;\n", undefined],
  [js, "const a = b├.c;┤\n", undefined], // `b` is not the suggestion's
  // globals
  [js, "├const a = Math.max(parseInt('1'), new Map().size, window.innerWidth, process.argv.length);┤\n", undefined],
  [js, "├if (typeof undeclared === 'undefined') {┤\n", undefined],
  [js, "├const a = name + length;┤\n", "name"], // the window's own, hardly ever meant
  [["javascript"], "/* global $, jQuery */\n├$('a').hide();┤\n", undefined],
  [js, "declared(1);\n├declared(2);┤\n", undefined], // used elsewhere, declared nowhere: it comes from outside
  [js, "function f() {\n  const inner = 1;\n  inner;\n}\n├inner;┤\n", "inner"],
  // types
  [ts, "interface A { b: C }\ntype C = 1;\nfunction f(a: ├A, c: C): Promise<Record<string, A>> {}┤\n", undefined],
  [ts, "function f<T>(a: T): ├T | U {}┤\n", "U"],
  [ts, "type A<T> = ├T extends (infer U)[] ? U : never;┤\n", undefined],
  [ts, "type A = ├{ [K in keyof B]: K };┤\n", "B"],
  [ts, "function f(a: unknown): ├a is string {}┤\n", undefined],
  [ts, "const a = 1;\ntype A = ├typeof a;┤\n", undefined],
  [ts, "├let a: NodeJS.Timeout | Readonly<Partial<ErrorOptions>>;┤\n", undefined],
  // JSX
  [
    ["typescriptreact", "javascriptreact"],
    "const a = 1;\nconst V = () => ├<div className='a' key={a}>text</div>;┤\n",
    undefined,
  ],
  [["typescriptreact", "javascriptreact"], "const V = () => ├<Card a={1} />;┤\n", "Card"],
  [
    ["typescriptreact", "javascriptreact"],
    "const V = () => ├<div>{items.map((a) => <li key={a} />)}</div>;┤\n",
    "items",
  ],
  // code that does not parse
  [js, "function f(a) {\n  const { b, c\n}\n├f(b);┤\n", undefined],
  [js, "function f(a) {\n  if (a) {\n    ├a.b(c);┤\n", "c"],
  [js, "function f(a) {\n  g((a\n  ├f(a);┤\n}\n", undefined],
  [ts, "export interface A {\n  b: ├C[];┤\n\nexport interface C {\n  d: string;\n}\n", undefined],
  [
    ts,
    "export type F<A extends B<D>, D = 1> = (\n  c: A,\n  ├e: A,┤\n\nexport interface G<A, D> {\n  h: () => F<A, D>\n}\n",
    undefined,
  ],
  [js, "const a = {\n  b: (c) => ├d(c),┤\n\nexport function d(e) {\n  return e;\n}\n", undefined],
  [js, "const a = {\n  b: (c) => ├g(c),┤\n\nexport function d(e) {\n  return e;\n}\n", "g"],
  // Python
  [py, "def f(a, *b, **c):\n    d = 1\n    return ├a + len(b) + c[d]┤\n", undefined],
  [py, "def f(a):\n    return ├a + b┤\n", "b"],
  [py, "def g(x):\n    return x\ndef f():\n    return ├g(x)┤\n", "x"],
  [py, "def f():\n    x = 1\n    return x\n\n├print(x)┤\n", "x"],
  [py, "def f():\n    x = 1\n\n    ├print(x)┤\n", undefined],
  [py, "class A:\n    def f(self):\n        x = 1\n\n    ├y = x┤\n", "x"],
  [py, "import os\nfrom a import b as c\n├print(os.path, c, __name__, range(3))┤\n", undefined],
  [py, "from a import *\n├anything()┤\n", undefined],
  [py, "├x = [a + 1 for a in range(3) if a]┤\n", undefined],
  [py, "├f = lambda a, b=1: a + b┤\n", undefined],
  [py, "├f = lambda a: a + b┤\n", "b"],
  [py, "├with open('a') as g: print(g)┤\n", undefined],
  [py, "├for i, (a, b) in enumerate([]):┤\n", undefined],
  [py, "├if (n := len('a')) > 1: print(n)┤\n", undefined],
  [py, "a = 1\n├print(f'{a} {b}')┤\n", "b"],
  [py, "├print('a', sep=' ', end=c)┤\n", "c"],
  [py, "├def f(a: int) -> list[str]: return a┤\n", undefined],
  [py, "class A:\n    b = 1\n    def m(self):\n        return ├b┤\n", "b"],
  [py, "def f():\n    ├global counter┤\n", undefined],
  [
    py,
    "def f(values):\n    total = 0\n    for value in values:\n        ├total += value┤\n    return total\n",
    undefined,
  ],
  [py, "try:\n    pass\n├except ValueError as error:┤\n", undefined],
  [py, "├@dataclass┤\nclass A:\n    pass\n", "dataclass"],
];

async function judgeAll(table: typeof names): Promise<void> {
  for (const parsers of [native, wasm])
    for (const [languageIds, drawing, unknown] of table)
      for (const languageId of languageIds) {
        const what = `${parsers.kind} ${languageId} ${JSON.stringify(drawing)}`;
        assert.equal(await judge(drawing, { languageId, parsers }), unknown, what);
      }
}

test("names against scope, imports and globals", async () => {
  await judgeAll(names);
});

const members: [languageIds: string[], drawing: string, unknown: string | undefined][] = [
  [js, "class A {\n  a = 1;\n  b() {\n    return ├this.a + this.b() + this.toString()┤;\n  }\n}\n", undefined],
  [js, "class A {\n  a = 1;\n  b() {\n    return ├this.c┤;\n  }\n}\n", "c"],
  [js, "class A {\n  b() {\n    return () => ├this.c┤;\n  }\n}\n", "c"],
  [js, "class A {\n  b() {\n    return function () { return ├this.c┤; };\n  }\n}\n", undefined],
  [js, "class A extends B {\n  b() {\n    return ├this.c┤;\n  }\n}\n", undefined],
  [js, "class A {\n  #a = 1;\n  b() {\n    return ├this.#a + this.#c┤;\n  }\n}\n", "#c"],
  [js, "class A {\n  static b() {\n    return ├this.c┤;\n  }\n}\n", undefined],
  [js, "class A {\n  b() {\n    return this.c;\n  }\n  d() {\n    ├this.c()┤;\n  }\n}\n", undefined], // used before
  [
    ts,
    "class A {\n  constructor(private readonly a: string, b: string) {}\n  m() {\n    return ├this.a┤;\n  }\n}\n",
    undefined,
  ],
  [
    ts,
    "class A {\n  constructor(private readonly a: string, b: string) {}\n  m() {\n    return ├this.b┤;\n  }\n}\n",
    "b",
  ],
  [ts, "class A implements B {\n  m() {\n    return ├this.b┤;\n  }\n}\n", "b"],
  [ts, "interface A { b: 1 }\nclass A {\n  m() {\n    return ├this.b┤;\n  }\n}\n", undefined],
  [ts, "class A {\n  [key: string]: unknown;\n  m() {\n    return ├this.b┤;\n  }\n}\n", undefined],
  [ts, "enum Kind { Round, Square }\nconst a = ├Kind.Round┤;\n", undefined],
  [ts, "enum Kind { Round, Square }\nconst a = ├Kind.Oval┤;\n", "Oval"],
  [ts, "enum Kind { Round, Square }\nfunction f(Kind) {\n  return ├Kind.Oval┤;\n}\n", undefined],
  [ts, "enum Kind { Round }\nlet a: ├Kind.Oval┤;\n", undefined], // types are left to the language service
  [js, "const LIMITS = { a: 1, 'b': 2, c() {} };\nconst d = ├LIMITS.a + LIMITS.b + LIMITS.c()┤;\n", undefined],
  [js, "const LIMITS = { a: 1 };\nconst d = ├LIMITS.b┤;\n", "b"],
  [ts, "const LIMITS = { a: 1 } as const;\nconst d = ├LIMITS.b┤;\n", "b"],
  [ts, "const LIMITS: Limits = { a: 1 };\nconst d = ├LIMITS.b┤;\n", undefined],
  [js, "const LIMITS = { a: 1, ...more };\nconst d = ├LIMITS.b┤;\n", undefined],
  [js, "const LIMITS = { a: 1 };\nLIMITS.b = 2;\nconst d = ├LIMITS.b┤;\n", undefined],
  [js, "const LIMITS = { a: 1 };\nextend(LIMITS);\nconst d = ├LIMITS.b┤;\n", undefined],
  [js, "let limits = { a: 1 };\nconst d = ├limits.b┤;\n", undefined],
  [js, "const a = f();\na.b├.c┤;\n", undefined],
  [py, "class A:\n    a = 1\n    def b(self):\n        return ├self.a + self.b()┤\n", undefined],
  [py, "class A:\n    a = 1\n    def b(self):\n        return ├self.c┤\n", "c"],
  [py, "class A:\n    def __init__(self):\n        self.a = 1\n    def b(self):\n        return ├self.a┤\n", undefined],
  [py, "class A:\n    def b(self):\n        ├self.c = 1┤\n", undefined],
  [py, "class A(B):\n    def b(self):\n        return ├self.c┤\n", undefined],
  [py, "class A(object):\n    def b(self):\n        return ├self.c┤\n", "c"],
  [
    py,
    "class A:\n    def __getattr__(self, name):\n        return 1\n    def b(self):\n        return ├self.c┤\n",
    undefined,
  ],
  [py, "@wrapped\nclass A:\n    def b(self):\n        return ├self.c┤\n", undefined],
  [py, "@dataclass\nclass A:\n    a: int\n    def b(self):\n        return ├self.a┤\n", undefined],
  [py, "class A:\n    @classmethod\n    def b(cls):\n        return ├cls.b┤\n", undefined],
  [py, "class A:\n    @staticmethod\n    def b(self):\n        return ├self.c┤\n", undefined],
  [py, "def f(self):\n    return ├self.c┤\n", undefined],
];

test("members of this and self, of enums and constant objects", async () => {
  await judgeAll(members);
});

const files: Record<string, string> = {
  "shapes.ts": 'export const area = 1;\nexport class Shape {}\nexport * from "./more.ts";\nconst hidden = 1;\n',
  "more.ts": "export const more = 1;\nexport default 2;\n",
  "partly.ts": 'export * from "./gone.ts";\n',
  "old.js": "module.exports = { a: 1 };\n",
  "ambient.d.ts": "declare const ambient: number;\n",
  "other.ts": "export const elsewhere = 1;\n",
  "tool.py": "LIMIT = 1\ndef run(): pass\n",
  "kit/__init__.py": "from .saw import cut\n",
  "kit/saw.py": "def cut(): pass\n",
  "star/__init__.py": "from .saw import *\n",
};
const paths: Record<string, string> = { ambient: "ambient.d.ts", elsewhere: "other.ts" };
const sources = {
  workspace: { list: async () => Object.keys(files), read: async (path: string) => files[path] },
  index: {
    ready: true,
    search: () => [],
    pathsEndingIn: () => [],
    definitions: (name: string) =>
      name in paths ? [{ name, kind: "variable", container: "", path: paths[name]!, startLine: 0, endLine: 1 }] : [],
  },
} as Sources;

test("modules of the workspace: members of a namespace, and the names of an import that is being written", async () => {
  const cases: [drawing: string, unknown: string | undefined][] = [
    ['import * as s from "./shapes.ts";\n├s.area + s.more;┤\n', undefined],
    ['import * as s from "./shapes.ts";\n├s.hidden;┤\n', "hidden"],
    ['import * as s from "./shapes.ts";\n├s.default;┤\n', "default"],
    ['import * as s from "./shapes.ts";\nfunction f(s) {\n  ├s.hidden;┤\n}\n', undefined],
    ['import * as s from "./partly.ts";\n├s.anything;┤\n', undefined],
    ['import * as s from "./old.js";\n├s.anything;┤\n', undefined],
    ['import * as s from "gone";\n├s.anything;┤\n', undefined],
    ['import { ├Shape, more┤ } from "./shapes.ts";\n', undefined],
    ['import { ├Shape, Circle┤ } from "./shapes.ts";\n', "Circle"],
    ['import { ├anything┤ } from "gone";\n', undefined],
    ['export { ├hidden┤ } from "./shapes.ts";\n', "hidden"],
  ];
  for (const [drawing, unknown] of cases) assert.equal(await judge(drawing, { sources }), unknown, drawing);
  const python = { languageId: "python", path: "a.py", sources };
  assert.equal(await judge("import tool\n├tool.run(tool.LIMIT)┤\n", python), undefined);
  assert.equal(await judge("import tool\n├tool.stop()┤\n", python), "stop");
  assert.equal(await judge("from tool import ├run, LIMIT┤\n", python), undefined);
  assert.equal(await judge("import os\n├os.getcwd()┤\n", python), undefined);
});

test("an import that the suggestion writes: names that its module does not export are left out, and nothing else", async () => {
  const cases: [languageId: string, cursor: string, writes: string, expected: string][] = [
    ["typescript", "│\n", 'import { Shape } from "./shapes.ts";\n', 'import { Shape } from "./shapes.ts";'],
    ["typescript", "│\n", 'import { Circle } from "./shapes.ts";\n', "unknownSymbol"],
    ["typescript", "│\n", 'import { Shape, Circle } from "./shapes.ts";\n', 'import { Shape } from "./shapes.ts";'],
    [
      "typescript",
      "│\n",
      'import { Circle as C, more as m } from "./shapes.ts";\n',
      'import { more as m } from "./shapes.ts";',
    ],
    ["typescript", "import { │\n", 'Shape, Circle } from "./shapes.ts";\n', 'Shape } from "./shapes.ts";'],
    ["typescript", "│\n", 'import { anything } from "./partly.ts";\n', 'import { anything } from "./partly.ts";'],
    ["typescript", "│\n", 'import { anything } from "elsewhere";\n', 'import { anything } from "elsewhere";'],
    ["javascript", "│\n", 'import { area, nope } from "./shapes.ts";\n', 'import { area } from "./shapes.ts";'],
    ["python", "│\n", "from .tool import _parse_text\n", "unknownSymbol"],
    ["python", "│\n", "from .tool import run, _parse_text\n", "from .tool import run"],
    ["python", "from tool import │\n", "stop, run as go\n", "run as go"],
    ["python", "│\n", "from kit import cut, saw\n", "from kit import cut, saw"],
    ["python", "│\n", "from kit import hammer\n", "unknownSymbol"],
    ["python", "│\n", "from star import hammer\n", "from star import hammer"],
    ["python", "│\n", "from os import getcwd\n", "from os import getcwd"],
  ];
  for (const [languageId, cursor, writes, expected] of cases) {
    const [before, after] = cursor.split("│") as [string, string];
    const { outcome } = await at(
      before + after,
      before.length,
      { languageId, sources, settings: defaultCompletionSettings },
      writes,
    );
    assert.equal(outcome.kind === "none" ? outcome.reason : outcome.items[0]!.text, expected, `${cursor} ${writes}`);
  }
});

test("a name of another file is shown to those who ask; where the file is a script, or a declaration file has it, to all", async () => {
  const module = "import { a } from 'm';\n├elsewhere();┤\n";
  assert.equal(await judge(module, { sources }), "elsewhere");
  assert.equal(await judge(module, { sources, explicit: true }), undefined);
  assert.equal(await judge("├elsewhere();┤\n", { sources }), undefined);
  assert.equal(await judge("import { a } from 'm';\n├ambient + 1;┤\n", { sources }), undefined);
  assert.equal(await judge("import { a } from 'm';\n├nowhere();┤\n", { sources, explicit: true }), "nowhere");
});

test("test runners' names are known in tests only", async () => {
  assert.equal(await judge("├describe('a', () => {});┤\n", { path: "test/a.ts" }), undefined);
  assert.equal(await judge("├describe('a', () => {});┤\n", { path: "src/a.ts" }), "describe");
});

test("a cell of a notebook knows what other cells declare: nothing is said", async () => {
  const cell = { languageId: "python", path: "a.ipynb", uri: "vscode-notebook-cell:/w/a.ipynb#W0" };
  assert.equal(await judge("├frame.head()┤\n", { languageId: "python" }), "frame");
  assert.equal(await judge("├frame.head()┤\n", cell), undefined);
});

test("in the chain: the reason, and the switch", async () => {
  const text = "function f(value: string) {\n  return \n}\n";
  const offset = text.indexOf("return ") + 7;
  const settings = defaultCompletionSettings;
  const unknown = await at(text, offset, { settings }, "valeu.length;\n");
  assert.deepEqual(unknown.outcome, { kind: "none", reason: "unknownSymbol" });
  assert.equal((await at(text, offset, { settings }, "value.length;\n")).outcome.kind, "shown");
  const off = { ...settings, filters: { ...settings.filters, symbols: false } };
  assert.equal((await at(text, offset, { settings: off }, "valeu.length;\n")).outcome.kind, "shown");
  const comment = "// \n";
  assert.equal((await at(comment, 3, { settings }, "nothing is known here\n")).outcome.kind, "shown");
  const asked = await at(text, offset, { settings, explicit: true }, "valeu.length;\n");
  assert.deepEqual(asked.outcome, { kind: "none", reason: "unknownSymbol" });
});

test("broken text of any kind never throws", async () => {
  const pieces = [
    "class A {",
    "this.",
    "#",
    "`${",
    "<",
    "=>",
    "(",
    "enum",
    "import {",
    "} from",
    "self.",
    "def f(",
    "lambda",
    "case",
    "*",
    "const {",
  ];
  for (const languageId of [...js, ...py]) {
    for (let seed = 0; seed < 40; seed++) {
      const drawing = Array.from({ length: 7 }, (_, i) => pieces[(seed * 7 + i * i * 3 + i) % pieces.length]).join(" ");
      const text = `${drawing}\n├${pieces[seed % pieces.length]} x.y z┤\n${drawing}`;
      await assert.doesNotReject(judge(text, { languageId }), text);
    }
  }
});
