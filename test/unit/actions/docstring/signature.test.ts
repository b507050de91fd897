// What is read off a signature and a body: names, order, defaults, what is given back, what is thrown; and what is not a function's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { ecmaScriptSignature } from "../../../../src/actions/docstring/signature/ecmaScript.ts";
import { pythonSignature } from "../../../../src/actions/docstring/signature/python.ts";
import type { Signature } from "../../../../src/actions/docstring/signature/signature.ts";

const parsers = await createParsers();

/** Of the first function of a text whose name is `name`, or of the first one. */
function signatureOf(languageId: string, text: string, name?: string): Signature {
  const read = languageId === "python" ? pythonSignature : ecmaScriptSignature;
  const tree = parsers.for(languageId)!.parse(text)!;
  const open: SyntaxNode[] = [tree.rootNode];
  for (let node = open.pop(); node; node = open.pop()) {
    const signature = read(text, node);
    if (signature && (name === undefined || signature.name === name)) return signature;
    open.push(...node.namedChildren.toReversed());
  }
  throw new Error(`${name} is not in the text`);
}
const typescript = (text: string, name?: string) => signatureOf("typescript", text, name);
const javascript = (text: string, name?: string) => signatureOf("javascript", text, name);
const python = (text: string, name?: string) => signatureOf("python", text, name);

const names = ({ parameters }: Signature) => parameters.map(({ name }) => name);
const thrown = ({ throws }: Signature) => throws.map(({ type }) => type);

test("TypeScript: parameters in order, with types, defaults and what is taken apart", () => {
  const signature = typescript(
    "export async function* load<T, K extends keyof T = never>(this: X, a: Map<string, T>, { b, c: d, e = 1, ...rest }: P = {}, f?: K, g = 'x', ...h: T[]): AsyncGenerator<T> {}",
  );
  assert.deepEqual(signature, {
    kind: "function",
    name: "load",
    isAsync: true,
    isGenerator: true,
    typeParameters: ["T", "K"],
    parameters: [
      { name: "a", isDestructured: false, properties: [], type: "Map<string, T>", isOptional: false, stars: 0 },
      {
        ...{ name: "options", isDestructured: true, properties: ["b", "c", "e"] },
        ...{ type: "P", default: "{}", isOptional: true, stars: 0 },
      },
      { name: "f", isDestructured: false, properties: [], type: "K", isOptional: true, stars: 0 },
      { name: "g", isDestructured: false, properties: [], default: "'x'", isOptional: true, stars: 0 },
      { name: "h", isDestructured: false, properties: [], type: "T[]", isOptional: false, stars: 1 },
    ],
    returnType: "AsyncGenerator<T>",
    returns: "value",
    throws: [],
  });
});

test("parameters that are taken apart get names that no other has", () => {
  assert.deepEqual(names(typescript("function f(options: A, { a }: B, [b, c]: C, { d }: D) {}")), [
    ...["options", "options2", "items", "options3"],
  ]);
  assert.deepEqual(names(javascript("const f = ({ a }, [b] = [], x = 1, ...y) => {};")), [
    "options",
    "items",
    "x",
    "y",
  ]);
  assert.deepEqual(javascript("function f({ a, b: { c }, d = 2 } = {}) {}").parameters[0]?.properties, ["a", "b", "d"]);
});

test("TypeScript and JavaScript: kinds of functions", () => {
  const text = `class A { constructor(private readonly a: B, c = 1) {} get x() { return 1; } set x(v) {} #p() {} abstract q(a: B): void; async *g() {} }
    interface I { m(a: string): void; new (d: E): F }
    const arrow = a => a + 1; module.exports.h = function (z) {};`;
  assert.equal(typescript(text, "constructor").kind, "constructor");
  assert.deepEqual(names(typescript(text, "constructor")), ["a", "c"]);
  assert.equal(typescript(text, "x").kind, "getter");
  assert.equal(typescript(text, "#p").kind, "function");
  assert.deepEqual(names(typescript(text, "q")), ["a"]);
  assert.deepEqual([typescript(text, "g").isAsync, typescript(text, "g").isGenerator], [true, true]);
  assert.equal(typescript(text, "m").returns, "nothing");
  assert.equal(typescript("interface I { new (d: E): F }").kind, "constructor");
  assert.deepEqual(names(typescript("const arrow = a => a + 1")), ["a"]);
  assert.deepEqual(names(javascript("module.exports.h = function (z) {}")), ["z"]);
  assert.equal(typescript("class A { get x() {} set x(v) {} }").kind, "getter");
});

test("TypeScript and JavaScript: what is given back", () => {
  const gives: [string, Signature["returns"]][] = [
    ["function f(): void {}", "nothing"],
    ["function f(): Promise<void> {}", "nothing"],
    ["function f(): never { throw new E() }", "nothing"],
    ["function f(x): asserts x is string {}", "nothing"],
    ["function f(x): x is string {}", "value"],
    ["function f(): Promise<number> {}", "value"],
    ["function f() { return; }", "nothing"],
    ["function f() { return undefined; }", "nothing"],
    ["function f() { if (a) return 1; }", "value"],
    ["function f() { g(() => { return 1; }); class A { m() { return 2; } } }", "nothing"],
    ["const f = (a) => a + 1;", "value"],
    ["const f = () => ({ a: 1 });", "value"],
    ["const f = (a) => g(a);", "unknown"],
    ["const f = (a) => (b = a);", "unknown"],
    ["declare function f(a);", "unknown"],
    ["class A { constructor() { return x; } }", "nothing"],
  ];
  for (const [text, returns] of gives) assert.equal(typescript(text).returns, returns, text);
});

test("TypeScript and JavaScript: what is thrown, and not caught in the function itself", () => {
  const throws: [string, (string | undefined)[]][] = [
    ["function f() { throw new RangeError('x'); }", ["RangeError"]],
    [
      "function f() { if (a) throw new errors.Missing(); throw new RangeError(); throw new RangeError(); }",
      ["errors.Missing", "RangeError"],
    ],
    ["function f() { try { throw new A(); } catch { } }", []],
    ["function f() { try { throw new A(); } finally { g(); } }", ["A"]],
    ["function f() { try { g(); } catch (e) { throw new B(); } finally { throw new C(); } }", ["B", "C"]],
    ["function f() { try { g(); } catch (e) { throw e; } }", [undefined]],
    ["function f() { return a.map(() => { throw new A(); }); }", []],
    ["function f() { return Promise.reject(new A()); }", ["A"]],
    ["function f() { throw makeError(); }", [undefined]],
  ];
  for (const [text, expected] of throws) assert.deepEqual(thrown(typescript(text)), expected, text);
});

test("Python: parameters without self and cls, with stars, types and defaults", () => {
  const method = `class A:
    @decorate(1)
    async def f(self, a, /, b: int = 1, c=None, *args: T, d, **kw) -> Iterator[int]:
        yield 1`;
  const signature = python(method);
  assert.deepEqual(names(signature), ["a", "b", "c", "args", "d", "kw"]);
  assert.deepEqual(
    signature.parameters.map(({ stars }) => stars),
    [0, 0, 0, 1, 0, 2],
  );
  assert.deepEqual([signature.isAsync, signature.isGenerator, signature.returnType], [true, true, "Iterator[int]"]);
  const { isOptional, type, default: value } = signature.parameters[1];
  assert.deepEqual({ isOptional, type, value }, { isOptional: true, type: "int", value: "1" });
  assert.deepEqual(names(python("class A:\n  @staticmethod\n  def f(a, b): pass")), ["a", "b"]);
  assert.deepEqual(names(python("class A:\n  @classmethod\n  def f(cls, b): pass")), ["b"]);
  assert.deepEqual(names(python("class A:\n  def f(*args): pass")), ["args"]);
  assert.deepEqual(names(python("def f(self, b): pass")), ["self", "b"], "no method");
  assert.deepEqual(
    names(python("class A:\n  def f(self):\n    def g(self, b): pass", "g")),
    ["self", "b"],
    "nor is this",
  );
});

test("Python: kinds, what is given back and what is raised", () => {
  assert.equal(python("class A:\n  def __init__(self, a): pass").kind, "constructor");
  assert.equal(python("class A:\n  @property\n  def p(self): return 1").kind, "getter");
  assert.equal(python("class A:\n  @functools.cached_property\n  def p(self): return 1").kind, "getter");
  assert.equal(python("class A:\n  @p.setter\n  def p(self, v): pass").kind, "setter");
  const gives: [string, Signature["returns"]][] = [
    ["def f() -> None: pass", "nothing"],
    ["def f() -> NoReturn: raise E()", "nothing"],
    ["def f() -> int: pass", "value"],
    ["def f():\n  return", "nothing"],
    ["def f():\n  return None", "nothing"],
    ["def f():\n  if a: return 1", "value"],
    ["def f():\n  def g(): return 1", "nothing"],
  ];
  for (const [text, returns] of gives) assert.equal(python(text).returns, returns, text);
  const raises: [string, (string | undefined)[]][] = [
    ["def f():\n  raise ValueError('x')", ["ValueError"]],
    ["def f():\n  raise m.Error from e", ["m.Error"]],
    ["def f(error):\n  raise error", [undefined]],
    ["def f():\n  try:\n    raise KeyError(1)\n  except (KeyError, m.E): pass", []],
    ["def f():\n  try:\n    raise KeyError(1)\n  except ValueError: pass", ["KeyError"]],
    ["def f():\n  try:\n    raise KeyError(1)\n  except Exception as e: pass", []],
    ["def f():\n  try:\n    g()\n  except (KeyError, m.E) as e:\n    if e: raise", ["KeyError", "m.E"]],
    ["def f():\n  try:\n    g()\n  except:\n    raise", [undefined]],
    ["def f():\n  try:\n    g()\n  finally:\n    raise A()", ["A"]],
    ["def f():\n  def g(): raise A()\n  return lambda: h()", []],
  ];
  for (const [text, expected] of raises) assert.deepEqual(thrown(python(text)), expected, text);
});

test("code that does not parse gives what can be read, and never throws", () => {
  for (const text of [
    "function f(a, b",
    "function (",
    "class A { m(a: ",
    "def f(a,",
    "def",
    "async function f({ a, b }: ) { throw }",
  ])
    for (const languageId of ["typescript", "python"]) {
      const tree = parsers.for(languageId)!.parse(text)!;
      const open: SyntaxNode[] = [tree.rootNode];
      for (let node = open.pop(); node; node = open.pop()) {
        const read = languageId === "python" ? pythonSignature : ecmaScriptSignature;
        read(text, node);
        open.push(...node.namedChildren);
      }
    }
});
