// What files of several languages let others use: names, signatures, first sentences, members; and that nothing else is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { exportsIn } from "../../../../src/actions/summary/exported.ts";

const parsers = await createParsers();

function exportsOf(text: string, languageId: string, isDeclarations = false) {
  const tree = parsers.for(languageId)!.parse(text)!;
  return exportsIn(text, tree, languageId, isDeclarations)!;
}
const told = (text: string, languageId: string, isDeclarations = false) =>
  exportsOf(text, languageId, isDeclarations).exports.map(({ as, signature }) => `${as}: ${signature}`);

test("TypeScript: declarations, lists, defaults, what is handed on; nothing that is not exported", () => {
  const { exports, stars } = exportsOf(
    `import { far } from "./far";
/** Adds one. It is quick. */
export function add(a: number): number;
export function add(a: any) { return a + 1; }
/** @deprecated use add */
export const plus = (a: number): number => a + 1;
const own = 1, hidden = 2;
export { own as mine, far };
export { one, type Two as Three } from "./other";
export * from "./all";
export * as space from "./space";
export const { left, right } = both();
export default class Box<T> extends Base { private a = 1; #b = 2; get(at: number): T { return this.x; } }
`,
    "typescript",
  );
  assert.deepEqual(
    exports.map(({ as, signature, module }) => [as, signature, module]),
    [
      ["add", "function add(a: number): number", undefined],
      ["plus", "const plus = (a: number): number", undefined],
      ["mine", "const own = 1, hidden = 2", undefined],
      ["far", "far", "./far"],
      ["one", "one", "./other"],
      ["Three", "Three", "./other"],
      ["space", "space", "./space"],
      ["left", "export const { left, right } = both();", undefined],
      ["right", "export const { left, right } = both();", undefined],
      ["default", "class Box<T> extends Base", undefined],
    ],
  );
  assert.equal(exports[0]!.sentence, "Adds one.");
  assert.deepEqual(
    exports.filter(({ isDeprecated }) => isDeprecated).map(({ as }) => as),
    ["plus"],
  );
  assert.deepEqual(
    exports.at(-1)!.members.map(({ name }) => name),
    ["get"],
  );
  assert.deepEqual(
    stars.map(({ module }) => module),
    ["./all"],
  );
});

test("CommonJS: single names, an object, a function; a later variable of the same name is not mistaken for it", () => {
  assert.deepEqual(
    told(
      "var etag = require('etag');\nexports.etag = make({ weak: false });\nexports.f = function f (a) {};\n",
      "javascript",
    ),
    ["etag: exports.etag = make({ weak: false })", "f: exports.f = function f (a)"],
  );
  assert.deepEqual(told("function a (x) {}\nmodule.exports = { a, b: 1, 'c': a };\n", "javascript"), [
    "a: function a (x)",
    "c: function a (x)",
    "b: module.exports = { a, b: 1, 'c': a };",
  ]);
  assert.deepEqual(told("exports = module.exports = create;\nfunction create () {}\n", "javascript"), [
    "export=: function create ()",
  ]);
  assert.deepEqual(told("const f = (a) => a;\nexports.f = f;\n", "javascript"), ["f: const f = (a)"]);
  assert.deepEqual(
    told("function get (a) {}\nconst All = {};\nmodule.exports = Object.assign(All, { get });\n", "javascript"),
    ["get: function get (a)", "export=: module.exports = Object.assign(All, { get });"],
  );
});

test("a file of declarations exports whatever it declares, unless it says what", () => {
  assert.deepEqual(told("type Own = 1;\nexport interface A { a: Own }\n", "typescript", true), [
    "Own: type Own = 1",
    "A: interface A",
  ]);
  assert.deepEqual(told("type Own = 1;\nexport interface A { a: Own }\nexport {};\n", "typescript", true), [
    "A: interface A",
  ]);
});

test("Python: public names, `__all__` with what it imports, assignments together, the documented one of overloads", () => {
  const text = `from .far import far
a = b = 1
c, _d = 1, 2
@overload
def f(x: int) -> int: ...
@decorated(
    "x")
def f(x):
    """Does it, e.g. now.

    :param x: what
    """
def _own(): pass
class A(B):
    """:class:\`~x.A\` of letters."""
    def __init__(self): pass
    def _hidden(self): pass
`;
  const { exports } = exportsOf(text, "python");
  assert.deepEqual(
    exports.map(({ name }) => name),
    ["a", "b", "c", "f", "A"],
  );
  assert.equal(exports[3]!.sentence, "Does it, e.g. now.");
  assert.equal(exports[3]!.signature, "def f(x)");
  assert.equal(exports[4]!.sentence, "`x.A` of letters.");
  assert.deepEqual(
    exports[4]!.members.map(({ name }) => name),
    ["__init__"],
  );
  assert.deepEqual(
    told(`__all__ = ["far", "a"]\n${text}`, "python").map((one) => one.split(":")[0]),
    ["far", "a"],
  );
});

test("Python: how a method is used, an attribute's type without its value, and a sentence behind what Sphinx puts in", () => {
  const [{ members }] = exportsOf(
    `class A:
    def __init__(self, name):
        self.name: str = name
        self.parts = []
    @property
    def size(self) -> int:
        """|coro|

        Tells \`\`<b>\`\` and <i>more</i>.
        """
    @classmethod
    def of(cls): ...
`,
    "python",
  ).exports;
  assert.deepEqual(
    members.map(({ signature }) => signature),
    [
      "def __init__(self, name)",
      "self.name: str",
      "self.parts = []",
      "@property def size(self) -> int",
      "@classmethod def of(cls)",
    ],
  );
  assert.equal(members[3]!.sentence, "Tells `<b>` and more .");
});

test("Go, Rust, Java and C: by the rules of each", () => {
  const go = exportsOf(
    "package p\n\n// Open opens. Twice.\nfunc Open(a int) error { return nil }\nfunc own() {}\ntype Box struct {\n\tA int\n\tb int\n}\nfunc (b *Box) Get() int { return 1 }\nfunc (b *Box) get() {}\n",
    "go",
  );
  assert.deepEqual(
    go.exports.map(({ name, sentence }) => [name, sentence]),
    [
      ["Open", "Open opens."],
      ["Box", undefined],
    ],
  );
  assert.deepEqual(
    go.exports[1]!.members.map(({ name }) => name),
    ["A", "Get"],
  );
  assert.deepEqual(
    told("/// Adds.\npub fn add(a: i32) -> i32 { a }\nfn own() {}\npub(crate) fn inner() {}\n", "rust"),
    ["add: pub fn add(a: i32) -> i32"],
  );
  assert.deepEqual(
    told("public class A { public int get() { return 1; } private int own() { return 2; } }\nclass B {}\n", "java"),
    ["A: public class A"],
  );
  assert.deepEqual(told("static int own(void) { return 1; }\nint open_it(int a) { return a; }\n", "c"), [
    "open_it: int open_it(int a)",
  ]);
});

test("a language without rules or a grammar is told as such", () => {
  assert.equal(exportsIn("{}", parsers.for("json")!.parse("{}")!, "json"), undefined);
});

test("a list of type parameters over several lines is told on one", () => {
  assert.deepEqual(
    told("export class Box<\n  A extends string = 'a',\n  B = A,\n> extends Base<A, B> {}\n", "typescript"),
    ["Box: class Box<A extends string = 'a', B = A> extends Base<A, B>"],
  );
  assert.deepEqual(told("export const isLess = (a: number, b = 1, less = a < b) => less;\n", "typescript"), [
    "isLess: const isLess = (a: number, b = 1, less = a < b)",
  ]);
});
