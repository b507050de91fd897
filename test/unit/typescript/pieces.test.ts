// What is missing at a drawn cursor, and that nothing is offered where nothing is.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { withChanges } from "../../../src/typescript/problems.ts";
import { folderOf, STRICT_CONFIG } from "./folder.ts";

/** Each piece's title and what the file becomes; or the reasons for none. */
async function piecesIn(t: TestContext, drawing: string, files: Record<string, string> = {}, name = "a.ts") {
  const start = drawing.indexOf("█");
  const text = drawing.replace("█", "");
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, [name]: text, ...files });
  const file = `${folder.root}/${name}`;
  folder.projects.setText(file, text);
  assert.equal(await folder.projects.build(file), undefined);
  const project = folder.projects.of(file)!;
  const { pieces, refused } = project.pieces(file, { start, end: start })!;
  const made = pieces.map(({ kind, title, changes, mended }) => {
    const after = withChanges(text, changes);
    const problems = project.problemsWith(file, changes);
    return { kind, title, after, mends: mended.length, problems };
  });
  const reasons = refused.map(({ kind, reason }) => `${kind}: ${reason}`);
  return { made, reasons, titles: made.map(({ title }) => title) };
}

const SHAPE = `type Shape = { kind: "circle"; r: number } | { kind: "square"; a: number } | { kind: "line" };\n`;

test("a switch over a discriminated union gets its missing cases, in the style of the others, and a default that the compiler checks", async (t) => {
  const { made, titles } = await piecesIn(
    t,
    `${SHAPE}export function area(shape: Shape): number {
  switch (█shape.kind) {
    case "circle":
      return shape.r;
  }
}
`,
  );
  assert.deepEqual(titles, [
    'Add the missing cases "square", "line"',
    'Add the missing cases "square", "line" and a default of type never',
  ]);
  assert.equal(
    made[0]!.after,
    `${SHAPE}export function area(shape: Shape): number {
  switch (shape.kind) {
    case "circle":
      return shape.r;
    case "square":
      throw new Error("Not handled yet: square");
    case "line":
      throw new Error("Not handled yet: line");
  }
}
`,
  );
  assert.ok(
    made.every(({ problems }) => problems.length === 0),
    "the function returns on every way now",
  );
  assert.equal(made[0]!.mends, 1);
  assert.match(made[1]!.after, /const unhandled: never = shape;/);
});

test("an enum's cases take the prefix of the others; an open last case is ended first; a file without semicolons gets none", async (t) => {
  const { made } = await piecesIn(
    t,
    `import { Kind } from './kind'
export const f = (kind: Kind) => {
  switch (kind) {█
    case Kind.A:
      console.log('a')
  }
}
`,
    { "kind.ts": "export enum Kind { A, B, 'c-d' }\n" },
  );
  assert.equal(
    made[0]!.after,
    `import { Kind } from './kind'
export const f = (kind: Kind) => {
  switch (kind) {
    case Kind.A:
      console.log('a')
      break
    case Kind.B:
      break
    case Kind['c-d']:
      break
  }
}
`,
  );
});

test("nothing is offered for a whole switch, for one whose default handles the rest, or for a type without an end", async (t) => {
  const whole = `${SHAPE}export function f(s: Shape) {█ switch (s.kind) { case "circle": case "square": case "line": return 1; } }\n`;
  const handled = `${SHAPE}export function f(s: Shape) {█ switch (s.kind) { case "circle": return 1; default: return 2; } }\n`;
  const open = `export function f(s: string | number) {█ switch (s) { case "circle": return 1; } return 2; }\n`;
  for (const text of [whole, handled, open]) assert.deepEqual((await piecesIn(t, text)).titles, [], text);
});

test("cases go before a default that refuses, and before those that share it", async (t) => {
  const { made } = await piecesIn(
    t,
    `${SHAPE}export function f(s: Shape) {
  switch (s.kind) {█
    case "circle":
      return 1;
    case "line":
    default:
      throw new Error("no");
  }
}
`,
  );
  assert.match(
    made[0]!.after,
    /return 1;\n {4}case "square":\n {6}throw new Error\("Not handled yet: square"\);\n {4}case "line":\n {4}default:/,
  );
});

test("a default that says that a value satisfies never handles nothing", async (t) => {
  const { titles } = await piecesIn(
    t,
    `${SHAPE}export function f(s: Shape): number {
  switch (s.kind) {█
    case "circle":
      return 1;
    default: {
      void (s satisfies never);
      throw new Error("no");
    }
  }
}
`,
  );
  assert.deepEqual(titles, ['Add the missing cases "square", "line"']);
});

test("a default that gives the value to a function that wants never handles nothing, also where the function is not known", async (t) => {
  const withDefault = (head: string, does: string) =>
    `${head}${SHAPE}export function f(s: Shape): void {
  switch (s.kind) {█
    case "circle":
      return;
    default:
      ${does}
  }
}
`;
  const declared = "declare function fail(value: never): void;\n";
  const asked = [
    withDefault(declared, "fail(s);"),
    withDefault(declared, "try { fail(s); } catch { /* goes on */ }"),
    withDefault('import { assertNever } from "elsewhere";\n', "assertNever(s);"),
  ];
  for (const text of asked) {
    const { titles } = await piecesIn(t, text);
    assert.deepEqual(titles, ['Add the missing cases "square", "line"'], text);
  }
  const handled = await piecesIn(t, withDefault('import { log } from "elsewhere";\n', "log(s);"));
  assert.deepEqual(handled.titles, []);
});

const CLASSES = "class A { a = 1 }\nclass B { b = 1 }\nclass C { c = 1 }\nclass D extends C { d = 1 }\n";

test("a chain of instanceof gets the classes that it lacks, and an else that the compiler checks", async (t) => {
  const { made } = await piecesIn(
    t,
    `${CLASSES}export function f(x: A | B | C | D): number {
  if (x instanceof A) {█
    return x.a;
  } else if (x instanceof B) {
    return x.b;
  }
}
`,
  );
  assert.deepEqual(
    made.map(({ title, problems }) => [title, problems.length]),
    [
      ["Add the missing case C", 1],
      ["Add the missing case C and an else of type never", 0],
    ],
    "a D is a C; without the else the function still does not return on every way",
  );
  assert.match(
    made[1]!.after,
    /return x\.b;\n {2}\} else if \(x instanceof C\) \{\n {4}throw new Error\("Not handled yet: C"\);\n {2}\} else \{\n {4}const unhandled: never = x;/,
  );
});

test("no cases for a chain of instanceof that is whole, that handles the rest, or that asks about one class", async (t) => {
  const bodies = [
    "if (x instanceof A) {█ return 1; } else if (x instanceof B) { return 2; } else if (x instanceof C) { return 3; }",
    "if (x instanceof A) {█ return 1; } else if (x instanceof B) { return 2; } else { return 3; }",
    "if (x instanceof A) {█ return 1; }",
    "if (x instanceof A) {█ return 1; } else if (x instanceof B && x.b > 1) { return 2; }",
  ];
  for (const body of bodies)
    assert.deepEqual(
      (await piecesIn(t, `${CLASSES}export function f(x: A | B | C | D) { ${body} }\n`)).titles,
      [],
      body,
    );
  const refused = await piecesIn(
    t,
    `${CLASSES}export function f(x: A | B | C): number {\n  if (x instanceof A) return 1;█\n  else if (x instanceof B) return 2;\n  else throw new Error("no");\n}\n`,
  );
  assert.match(refused.made[0]!.after, /return 2;\n {2}else if \(x instanceof C\) \{\n[^}]*\} else throw new Error/);
});

test("an open last case is ended by a throw where the function must return on every way", async (t) => {
  const { made } = await piecesIn(
    t,
    `export function f(mode: "a" | "b" | "c"): number {
  switch (mode) {█
    case "a":
      return 1;
    case "b":
  }
}
`,
  );
  assert.match(made[0]!.after, /case "b":\n {6}throw new Error\("Not handled yet: b"\);\n {4}case "c":\n {6}throw/);
  assert.deepEqual(made[0]!.problems, []);
});

test("of a switch within a switch only the one that is asked about is looked at", async (t) => {
  const text = `export function f(a: "x" | "y", b: 1 | 2) {
  switch (a) {
    case "x":
      switch (b) {█
        case 1: break;
        case 2: break;
      }
  }
}
`;
  assert.deepEqual((await piecesIn(t, text)).titles, []);
});

test("an enum that the file does not import has no cases that can be written", async (t) => {
  const { titles, reasons } = await piecesIn(
    t,
    `import { kind } from "./kind";\nexport function f() {\n  switch (kind()) {█\n  }\n}\n`,
    { "kind.ts": "export enum Kind { A, B }\nexport declare function kind(): Kind;\n" },
  );
  assert.deepEqual([titles, reasons], [[], ["cases: outOfScope"]]);
});

test("a literal gets its required members: variables of the name first, else plain values by their types", async (t) => {
  const { made, titles } = await piecesIn(
    t,
    `interface Options { name: string; size: number; mode: "fast" | "slow"; tags: string[]; on?: boolean; parent: Options | undefined; run(): void; at: { x: number } }
export function make(size: number): Options {
  return {█
    name: "a",
  };
}
`,
  );
  assert.deepEqual(titles, ["Add the 6 missing members"]);
  assert.match(
    made[0]!.after,
    /name: "a",\n {4}size,\n {4}mode: "fast",\n {4}tags: \[\],\n {4}parent: undefined,\n {4}run: \(\) => \{\},\n {4}at: \{ x: 0 \},\n {2}\};/,
  );
  assert.deepEqual(made[0]!.problems, []);
});

test("a map over a union gets its missing keys, an argument its missing members", async (t) => {
  const map = await piecesIn(t, `export const names: Record<"a" | "b-c", string> =█ { a: "A" };\n`);
  assert.match(map.made[0]!.after, /= \{ a: "A", "b-c": "" \};/);
  const call = await piecesIn(t, `declare function f(o: { a: number; b: boolean }): void;\nf(█{});\n`);
  assert.match(call.made[0]!.after, /f\(\{ a: 0, b: false \}\);/);
});

test("a literal that lacks nothing, or whose type is asserted, gets nothing; a brand has no value", async (t) => {
  const nothing = [
    "export const a: { x: number; y?: string } =█ { x: 1 };\n",
    "export const a = {} as█ { x: number };\n",
    "const base = { x: 1 };\nexport const a: { x: number } =█ { ...base };\n",
    "export const a =█ { x: 1 };\n",
  ];
  for (const text of nothing) assert.deepEqual((await piecesIn(t, text)).titles, [], text);
  const brand = await piecesIn(t, `export const a: { id: string & { readonly _: "id" } } =█ {};\n`);
  assert.deepEqual([brand.titles, brand.reasons], [[], ["members: noValue"]]);
});

test("of several types the one that the discriminant names is taken", async (t) => {
  const { made } = await piecesIn(t, `${SHAPE}export const s: Shape =█ { kind: "square" };\n`);
  assert.match(made[0]!.after, /\{ kind: "square", a: 0 \}/);
});

test("a class with unset fields gets a constructor that sets them, and passes on what its base class needs", async (t) => {
  const { made } = await piecesIn(
    t,
    `class Base {
  constructor(readonly id: string, loud = false) {}
}
export class User extends Base {█
  name: string; // as shown
  private _age: number;
  last: string | undefined;
  nick?: string;
  static count = 0;

  old() { return this._age > 60; }
}
`,
  );
  assert.equal(made.length, 1);
  assert.match(
    made[0]!.after,
    /static count = 0;\n\n {2}constructor\(id: string, name: string, age: number\) \{\n {4}super\(id\);\n {4}this\.name = name;\n {4}this\._age = age;\n {2}\}\n\n {2}old/,
  );
  assert.deepEqual(made[0]!.problems, []);
});

test("a constructor passes on what its base class needs by its type arguments, or by the shortest of several signatures", async (t) => {
  const base = `export class Base<T, U = boolean> {
  constructor(readonly first: T, second: U[], readonly by: Map<string, T>, third?: T) {
    console.log(second, third);
  }
}
export class Several {
  constructor(text: string, at: number);
  constructor(text: string);
  constructor(readonly text: string, readonly at = 0) {}
}
`;
  const { made } = await piecesIn(
    t,
    `import { Base } from "./base";
export class Named<K> extends Base<K | string> {█
  name: string;
}
`,
    { "base.ts": base },
  );
  assert.match(
    made[0]!.after,
    /constructor\(first: string \| K, second: boolean\[\], by: Map<string, string \| K>, name: string\) \{\n {4}super\(first, second, by\);\n {4}this\.name = name;/,
  );
  assert.deepEqual(made[0]!.problems, []);
  const several = await piecesIn(
    t,
    `import { Several } from "./base";\nexport class One extends Several {█\n  name: string;\n}\n`,
    { "base.ts": base },
  );
  const unknown = await piecesIn(
    t,
    `import { Base } from "nowhere";\nexport class A extends Base {█\n  name: string;\n}\n`,
  );
  assert.deepEqual(unknown.reasons, ["constructor: baseParameters"]);
  assert.match(several.made[0]!.after, /constructor\(text: string, name: string\) \{\n {4}super\(text\);/);
});

test("a project whose configuration asks for maps of its declarations gets pieces as others do", async (t) => {
  const { compilerOptions } = JSON.parse(STRICT_CONFIG);
  const options = { ...compilerOptions, declaration: true, declarationMap: true, sourceMap: true };
  const { made, reasons } = await piecesIn(t, `${SHAPE}export const s: Shape =█ { kind: "square" };\n`, {
    "tsconfig.json": JSON.stringify({ compilerOptions: options }),
  });
  assert.deepEqual(reasons, []);
  assert.match(made[0]!.after, /\{ kind: "square", a: 0 \}/);
});

test("no constructor where all fields are set, where one is there, or where calls without arguments would break", async (t) => {
  const none = [
    "export class A {█ x = 1; y?: string; z!: number }\n",
    "export class A {█ x: number; constructor() { this.x = 1; } }\n",
    "export class A {█ x: number | undefined; }\n",
  ];
  for (const text of none) {
    const { made } = await piecesIn(t, text);
    assert.ok(!made.some(({ kind }) => kind === "constructor"), text);
  }
  const used = await piecesIn(t, "export class A {█\n  x: number;\n}\n", {
    "b.ts": `import { A } from "./a";\nexport const a = new A();\n`,
  });
  assert.ok(!used.made.some(({ kind }) => kind === "constructor"));
  assert.deepEqual(used.reasons, ["constructor: newProblem"]);
});

test("parameters of a constructor that nothing takes get fields; those that are used or marked get none", async (t) => {
  const { made } = await piecesIn(
    t,
    `export class A {
  constructor(█name: string, size: number, _unused: string, size2?: number) {
    this.size = size;
    console.log(size2);
  }
}
`,
  );
  const [fields] = made.filter(({ kind }) => kind === "fields");
  assert.match(
    fields!.after,
    /readonly name: string;\n {2}readonly size: number;\n\n {2}constructor\([^)]*\) \{\n {4}this\.size = size;\n {4}console\.log\(size2\);\n {4}this\.name = name;\n {2}\}/,
  );
});

test("a parameter that is used gets a field where the class reads one of its name: set before it is read, and not readonly where it changes", async (t) => {
  const { made } = await piecesIn(
    t,
    `class Base {}
export class Reader extends Base {
  size: number;
  constructor(█text: string, at = 0) {
    super();
    this.size = this.text.length + text.length + at;
  }
  next(): string | undefined {
    return this.text[this.at++];
  }
}
`,
  );
  const [fields] = made.filter(({ kind }) => kind === "fields");
  assert.match(
    fields!.after,
    /size: number;\n {2}text: string;\n {2}at: number;\n\n {2}constructor\(text: string, at = 0\) \{\n {4}super\(\);\n {4}this\.text = text;\n {4}this\.at = at;\n {4}this\.size/,
  );
  assert.deepEqual(fields!.problems, []);
});

test("stubs of an interface and of an abstract class are the compiler's, in the style of the file", async (t) => {
  const tabbed = "{█\n\ttabbed() {\n\t\treturn 'single'\n\t}\n}\n";
  const declared = await piecesIn(
    t,
    `interface Named { greet(to: string): string }\nexport class A implements Named ${tabbed}`,
  );
  assert.deepEqual(
    declared.made.map(({ kind, problems }) => [kind, problems]),
    [["stubs", []]],
  );
  assert.match(
    declared.made[0]!.after,
    /\n\tgreet\(to: string\): string \{\n\t\tthrow new Error\('Method not implemented\.'\)\n/,
  );
  const inherited = await piecesIn(
    t,
    `abstract class Base { abstract run(): void }\nexport class A extends Base ${tabbed}`,
  );
  assert.match(inherited.made[0]!.after, /\n\trun\(\): void \{\n/);
});

test("stubs begin their parameters with _ where the project forbids what nothing reads", async (t) => {
  const { made } = await piecesIn(
    t,
    `interface Named { greet(to: string, loud?: boolean): string }\nexport class A implements Named {█\n  x = 1;\n}\n`,
    { "tsconfig.json": STRICT_CONFIG.replace('"strict"', '"noUnusedParameters":true,"strict"') },
  );
  assert.match(made[0]!.after, /greet\(_to: string, _loud\?: boolean\): string/);
  assert.deepEqual(made[0]!.problems, []);
});

test("stubs give their fields plain values where the project wants each field set", async (t) => {
  const { made } = await piecesIn(
    t,
    "interface Router {\n  name: string;\n  routes: string[];\n  add(path: string): void;\n}\nexport class Mine implements Router {█\n}\n",
  );
  const [stubs] = made.filter(({ kind }) => kind === "stubs");
  assert.match(stubs!.after, /name: string = "";\n {2}routes: string\[\] = \[\];\n {2}add\(path: string\): void \{/);
  assert.deepEqual(stubs!.problems, []);
});

test("of several types the one that asks for least comes first, and a type without a name is not spelled out", async (t) => {
  const { titles } = await piecesIn(
    t,
    "type Cookie = { secure: true; path: string } | { path?: string };\nexport const cookie: Cookie & { name: string } = {█};\n",
  );
  assert.deepEqual(titles, ["Add the missing member name", "Add the missing members secure, path, name"]);
});

test("fields are also offered where the class begins", async (t) => {
  const { titles } = await piecesIn(
    t,
    "export class Range {█\n  constructor(start: number) {}\n\n  get at() { return this.start; }\n}\n",
  );
  assert.ok(titles.includes("Add the field start"), titles.join());
});

test("an argument of a generic function gets the members that its result must have", async (t) => {
  const { made } = await piecesIn(
    t,
    `declare function freeze<T>(value: T): Readonly<T>;
interface Node { kind: "Node"; is(value: unknown): value is Node }
export function make(): Node { return freeze({█}); }
`,
  );
  assert.match(
    made[0]!.after,
    /freeze\(\{ kind: "Node", is: \(value\): value is Node => \{ throw new Error\("Not implemented"\); \} \}\)/,
  );
  assert.deepEqual(made[0]!.problems, []);
});

test("a class of plain fields gets equals, toJSON and fromJSON; one that has them, or a field of another kind, gets none", async (t) => {
  const text = `export class P {█
  #x: number;
  constructor(x: number, readonly name?: string) {
    this.#x = x;
  }
  get x() { return this.#x; }
}
`;
  const config = { "tsconfig.json": STRICT_CONFIG.replace('"strict"', '"target":"ES2022","strict"') };
  const { made } = await piecesIn(t, text, config);
  assert.deepEqual(
    made.map(({ title }) => title),
    ["Add equals by the fields", "Add toJSON and fromJSON"],
  );
  assert.match(
    made[0]!.after,
    /\n\n {2}equals\(other: P\): boolean \{\n {4}return this\.#x === other\.#x && this\.name === other\.name;\n {2}\}\n\}/,
  );
  assert.match(
    made[1]!.after,
    /static fromJSON\(json: \{ x: number; name\?: string \| undefined \}\): P \{\n {4}return new P\(json\.x, json\.name\);/,
  );
  assert.ok(made.every(({ problems }) => problems.length === 0));
  const has = await piecesIn(t, "export class P {█ x = 1; equals() { return true; } toJSON() { return 1; } }\n");
  const other = await piecesIn(t, "export class P {█ x = new Map<string, number>(); }\n");
  assert.deepEqual([...has.titles, ...other.titles], []);
});

test("there is no fromJSON where the constructor does more than to set each field to its parameter", async (t) => {
  const bodies = ["this.x = x * 2;", "this.x = x; console.log(x);", "this.x = x; this.y = x;"];
  for (const body of bodies) {
    const { titles } = await piecesIn(
      t,
      `export class P {█\n  x: number;\n  y = 0;\n  constructor(x: number, y: number) { ${body} }\n}\n`,
    );
    assert.deepEqual(titles.slice(-1), ["Add toJSON"], body);
  }
  const both = "{ x: number; constructor(x: number) { this.x = x; } }";
  assert.deepEqual((await piecesIn(t, `export class P █${both}\n`)).titles.slice(-1), ["Add toJSON and fromJSON"]);
  assert.deepEqual((await piecesIn(t, `export abstract class P █${both}\n`)).titles.slice(-1), ["Add toJSON"]);
});

test("a call that is documented to throw, or throws by its body, gets a guard that throws on until it is filled in", async (t) => {
  const head = `class ParseError extends Error {}
/** @throws {ParseError} where it is no number */
declare function parse(text: string): number;
function strict(text: string) { if (text === "") throw new RangeError("empty"); return text; }
`;
  const { made } = await piecesIn(
    t,
    `${head}export function f(text: string) {\n  const n =█ parse(text);\n  return n + 1;\n}\n`,
  );
  assert.equal(
    made[0]!.after.slice(head.length),
    `export function f(text: string) {
  let n: number;
  try {
    n = parse(text);
  } catch (error) {
    if (error instanceof ParseError) {
      // TODO: parse has failed
    }
    throw error;
  }
  return n + 1;
}
`,
  );
  const body = await piecesIn(t, `${head}export function f(text: string) {\n  return strict(text);█\n}\n`);
  assert.deepEqual(body.titles, ["Catch RangeError here"]);
});

test("no guard where one is, where the function says that it throws, or where nothing is known to be thrown", async (t) => {
  const head = `/** @throws {RangeError} */\ndeclare function parse(text: string): number;\ndeclare function calm(): void;\n`;
  const none = [
    `${head}export function f() {\n  try {\n    parse("");█\n  } catch {}\n}\n`,
    `${head}/** @throws {RangeError} */\nexport function f() {\n  parse("");█\n}\n`,
    `${head}export function f() {\n  calm();█\n}\n`,
  ];
  for (const text of none) assert.deepEqual((await piecesIn(t, text)).titles, [], text);
  const elsewhere = await piecesIn(t, `import { parse } from "./parse";\nexport function f() {\n  parse("");█\n}\n`, {
    "parse.ts": "class Unread extends Error {}\nexport function parse(text: string) { throw new Unread(text); }\n",
  });
  assert.deepEqual(elsewhere.reasons, ["guard: outOfScope"], "what is thrown has no name there");
});
