// What an edit leaves to do, in small planted projects: for each kind what is offered, and each reason for offering nothing.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import ts from "typescript";
import { type TextChange, withChanges } from "../../../src/typescript/problems.ts";
import type { NoRewrite, RewriteKind } from "../../../src/typescript/rewrites/rewrite.ts";
import { folderOf, STRICT_CONFIG } from "./folder.ts";

type Files = Readonly<Record<string, string>>;

/** The changed files with all places, or the reason for none. @param edit old and new text of the one edit, each as it stands in the first file */
async function rest(
  t: TestContext,
  kind: RewriteKind,
  files: Files,
  [was, is]: [was: string, is: string],
): Promise<Files | NoRewrite> {
  const [name, before] = Object.entries(files)[0]!;
  assert.ok(before.includes(was), `${was} is not in the text`);
  const now = before.replace(was, () => is);
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, ...files });
  const file = `${folder.root}/${name}`;
  folder.projects.setText(file, now);
  assert.equal(await folder.projects.build(file), undefined);
  const rewrite = folder.projects.of(file)!.rewrite(file, before, kind, () => false);
  if ("reason" in rewrite) return rewrite.reason;
  assert.ok(rewrite.problemsAfter <= (rewrite.problemsBefore ?? 0));
  const changes = new Map<string, TextChange[]>();
  for (const { file: at, start, end, newText, oldText } of rewrite.places) {
    const other = at.slice(folder.root.length + 1);
    const text = other === name ? now : files[other]!;
    assert.equal(text.slice(start, end), oldText);
    changes.set(other, [...(changes.get(other) ?? []), { start, end, newText }]);
  }
  return Object.fromEntries(
    [...changes].map(([other, its]) => [other, withChanges(other === name ? now : files[other]!, its)]),
  );
}

test("a renamed export is renamed in every file, through re-exports, and a shorthand keeps its key", async (t) => {
  const files = {
    "a.ts": "export const old = 1;\nexport const o = { old };\nconst text = 'old'; // old\nexport { text };\n",
    "b.ts": 'export { old } from "./a";\nexport { old as other } from "./a";\n',
    "c.ts": 'import { old } from "./b";\nimport * as all from "./a";\nexport const y = { old, k: all.old };\n',
  };
  assert.deepEqual(await rest(t, "rename", files, ["old", "fresh"]), {
    "a.ts": "export const fresh = 1;\nexport const o = { old: fresh };\nconst text = 'old'; // old\nexport { text };\n",
    "b.ts": 'export { fresh } from "./a";\nexport { fresh as other } from "./a";\n',
    "c.ts":
      'import { fresh } from "./b";\nimport * as all from "./a";\nexport const y = { old: fresh, k: all.fresh };\n',
  });
});

test("a renamed property is renamed where it is used, and a destructured variable keeps its name", async (t) => {
  const files = {
    "a.ts": "export interface Size { width: number }\nexport const f = ({ width }: Size) => width;\n",
    "b.ts": 'import type { Size } from "./a";\nexport const s: Size = { width: 1 };\nexport const w = s.width;\n',
  };
  assert.deepEqual(await rest(t, "rename", files, ["width", "breadth"]), {
    "a.ts": "export interface Size { breadth: number }\nexport const f = ({ breadth: width }: Size) => width;\n",
    "b.ts": 'import type { Size } from "./a";\nexport const s: Size = { breadth: 1 };\nexport const w = s.breadth;\n',
  });
});

test("private names, parameters and imports are renamed in their file", async (t) => {
  const secret = { "a.ts": "export class A {\n  #one = 1;\n  get() { return this.#one; }\n}\n" };
  assert.deepEqual(await rest(t, "rename", secret, ["#one", "#two"]), {
    "a.ts": "export class A {\n  #two = 1;\n  get() { return this.#two; }\n}\n",
  });
  const parameter = { "a.ts": "export const f = (one: number) => one + one;\n" };
  assert.deepEqual(await rest(t, "rename", parameter, ["one", "two"]), {
    "a.ts": "export const f = (two: number) => two + two;\n",
  });
  const imported = {
    "a.ts": 'import { one } from "./b";\nexport const a = one + one;\n',
    "b.ts": "export const one = 1;\nexport const two = 2;\n",
  };
  assert.deepEqual(await rest(t, "rename", imported, ["one", "two"]), {
    "a.ts": 'import { two } from "./b";\nexport const a = two + two;\n',
  });
});

const RENAME_REFUSALS: [NoRewrite, string, Files, [string, string]][] = [
  ["otherEdit", "an edit of more than a name", { "a.ts": "const one = 1;\nexport { one };\n" }, ["one = 1", "two = 2"]],
  ["otherEdit", "an edit in a comment", { "a.ts": "// one\nexport const one = 1;\n" }, ["one", "two"]],
  ["unfinished", "text that does not parse", { "a.ts": "const one = 1;\nexport const b = one;\n" }, ["one", "class"]],
  ["noPlace", "a name without uses", { "a.ts": "const one = 1;\nexport {};\n" }, ["one", "two"]],
  ["notADeclaration", "a use", { "a.ts": "let b = 1;\nexport const one = 2 + b;\n" }, ["+ b", "+ c"]],
  [
    "notADeclaration",
    "the key of an object that has a type",
    { "a.ts": "interface A { b?: 1; c?: 1 }\nexport const a: A = { b: 1 };\n" },
    ["{ b: 1 }", "{ c: 1 }"],
  ],
  [
    "nameTaken",
    "a name that an inner scope has",
    { "a.ts": "const one = 1;\nexport const f = (two: number) => one + two;\n" },
    ["one", "two"],
  ],
  [
    "nameTaken",
    "a name that stands for something of an outer scope",
    { "a.ts": "const two = 1;\nexport function f() {\n  const one = 2;\n  return one + two;\n}\n" },
    ["one", "two"],
  ],
  [
    "newProblem",
    "an object of another type that no longer fits",
    {
      "a.ts":
        "interface A { one: number }\nconst b = { one: 1 };\nexport const a: A = b;\nexport const c = (d: A) => d.one;\n",
    },
    ["one", "two"],
  ],
  [
    "newProblem",
    "an object of another type, in a file that has neither name",
    {
      "a.ts":
        'import type { B } from "./b";\nexport interface A { one: number }\nexport const get = (b: B): number => b.one;\nexport declare const a: A;\nexport const n = a.one;\n',
      "b.ts": "export interface B { one: number }\n",
      "c.ts": 'import { a, get } from "./a";\nexport const c = get(a);\n',
    },
    ["A { one", "A { two"],
  ],
  [
    "newProblem",
    "an object that is spread into one of another type",
    {
      "a.ts":
        "export interface A { one: number }\ninterface B { one: number; more: string }\nexport const b = (a: A): B => ({ ...a, more: 'x' });\nexport const n = (a: A) => a.one;\n",
    },
    ["A { one", "A { two"],
  ],
  [
    "newProblem",
    "a text that stands for the name",
    {
      "a.ts":
        "export interface A { one: number }\nconst of = (a: A, key: keyof A) => a[key];\nexport const n = (a: A) => a.one + of(a, 'one');\n",
    },
    ["A { one", "A { two"],
  ],
  [
    "newProblem",
    "a literal that goes where the type is asked for",
    {
      "a.ts":
        "export interface A { one: number }\nconst same = <T>(t: T): T => t;\nexport function make(): A {\n  const made = same({ one: 1 });\n  return made;\n}\nexport const n = (a: A) => a.one;\n",
    },
    ["A { one", "A { two"],
  ],
  [
    "generatedFile",
    "a use in a generated file",
    { "a.ts": "export const one = 1;\n", "b.ts": '// @generated\nimport { one } from "./a";\nexport const b = one;\n' },
    ["one", "two"],
  ],
];
for (const [reason, what, files, edit] of RENAME_REFUSALS)
  test(`no rename, ${reason}: ${what}`, async (t) => assert.equal(await rest(t, "rename", files, edit), reason));

test("a member that is unlike all others of its name is renamed, whatever else is wrong in the files", async (t) => {
  const files = {
    "a.ts":
      "export interface A { one: number; a: string }\nexport const f = (a: A) => a.one;\nexport const wrong: number = '';\n",
    "b.ts": "export interface B { one: string; b: string }\nexport const g = (b: B) => b.one;\n",
  };
  assert.deepEqual(await rest(t, "rename", files, ["one", "two"]), {
    "a.ts":
      "export interface A { two: number; a: string }\nexport const f = (a: A) => a.two;\nexport const wrong: number = '';\n",
  });
});

test("a rename of more places than a person looks at is not offered", async (t) => {
  const uses = Array.from({ length: 201 }, (_, i) => `export const a${i} = one;`).join("\n");
  assert.equal(await rest(t, "rename", { "a.ts": `const one = 1;\n${uses}\n` }, ["one", "two"]), "tooManyPlaces");
});

test("a removed parameter goes from all calls, in other files and through an alias", async (t) => {
  const files = {
    "a.ts": "export function f(a: number, b: string, c?: boolean) {\n  return [a, c];\n}\nf(1, 'x');\n",
    "b.ts": 'import { f as g } from "./a";\ng(\n  1,\n  "x",\n  true,\n);\n',
    "c.ts": 'import * as all from "./a";\nall.f(2, "y");\n',
  };
  assert.deepEqual(await rest(t, "parameters", files, [", b: string", ""]), {
    "a.ts": "export function f(a: number, c?: boolean) {\n  return [a, c];\n}\nf(1);\n",
    "b.ts": 'import { f as g } from "./a";\ng(\n  1,\n  true,\n);\n',
    "c.ts": 'import * as all from "./a";\nall.f(2);\n',
  });
});

test("reordered parameters reorder the arguments; one left out in between becomes undefined", async (t) => {
  const files = {
    "a.ts": "export const f = (a: number, b: string, c?: boolean) => [a, b, c];\nf(1, 'x');\nf(1, 'x', true);\n",
  };
  assert.deepEqual(
    await rest(t, "parameters", files, ["a: number, b: string, c?: boolean", "a: number, c?: boolean, b: string"]),
    "newProblem", // a required parameter after an optional one
  );
  const moved = ["a: number, b: string, c?: boolean", "b: string, a: number, c?: boolean"] as [string, string];
  assert.deepEqual(await rest(t, "parameters", files, moved), {
    "a.ts": "export const f = (b: string, a: number, c?: boolean) => [a, b, c];\nf('x', 1);\nf('x', 1, true);\n",
  });
});

test("an added parameter gets the variable of its name, or undefined before others where it has a default", async (t) => {
  const files = {
    "a.ts": "export function f(a: number) {\n  return a;\n}\n",
    "b.ts": 'import { f } from "./a";\nexport const g = (signal: string) => f(1) + f(2);\n',
  };
  assert.deepEqual(await rest(t, "parameters", files, ["a: number", "a: number, signal: string"]), {
    "b.ts": 'import { f } from "./a";\nexport const g = (signal: string) => f(1, signal) + f(2, signal);\n',
  });
  assert.deepEqual(await rest(t, "parameters", files, ["a: number", "signal = 'x', a: number = 1"]), {
    "b.ts": 'import { f } from "./a";\nexport const g = (signal: string) => f(undefined, 1) + f(undefined, 2);\n',
  });
  assert.equal(await rest(t, "parameters", files, ["a: number", "a: number, signal = ''"]), "noPlace");
  assert.equal(await rest(t, "parameters", files, ["a: number", "a: number, other: string"]), "noValue");
  assert.equal(await rest(t, "parameters", files, ["a: number", "a: number, signal: number"]), "newProblem");
});

test("a type made of a function's parameters must still fit", async (t) => {
  const files = {
    "a.ts": "export const f = (a: number, b: string) => a;\nf(1, '');\n",
    "b.ts": 'import type { f } from "./a";\nexport const b: Parameters<typeof f>[1] = "";\n',
  };
  assert.equal(await rest(t, "parameters", files, [", b: string", ""]), "newProblem");
});

test("where the compiler minds what nobody uses any more, the last use of a variable stays", async (t) => {
  const files = {
    "a.ts":
      "export function f(a: number, b: number): number {\n  return a;\n}\nexport function g() {\n  const c = 2;\n  return f(1, c);\n}\n",
  };
  const strict = JSON.parse(STRICT_CONFIG);
  const minding = JSON.stringify({ compilerOptions: { ...strict.compilerOptions, noUnusedLocals: true } });
  const edit: [string, string] = [", b: number", ""];
  assert.deepEqual(await rest(t, "parameters", files, edit), {
    "a.ts": files["a.ts"].replace(", b: number", "").replace("1, c", "1"),
  });
  assert.equal(await rest(t, "parameters", { ...files, "tsconfig.json": minding }, edit), "newProblem");
});

test("a constructor's calls are those of its class and of super", async (t) => {
  const files = {
    "a.ts":
      "export class A {\n  constructor(readonly a: number, readonly b: number) {}\n}\nclass B extends A {\n  constructor() { super(1, 2); }\n}\nexport const all = [new A(3, 4), new B()];\n",
  };
  assert.deepEqual(await rest(t, "parameters", files, [", readonly b: number", ""]), {
    "a.ts":
      "export class A {\n  constructor(readonly a: number) {}\n}\nclass B extends A {\n  constructor() { super(1); }\n}\nexport const all = [new A(3), new B()];\n",
  });
  const inherited = {
    "a.ts":
      "export class A {\n  constructor(a: number, b: number) {}\n}\nclass B extends A {}\nexport const b = new B(1, 2);\n",
  };
  assert.deepEqual(await rest(t, "parameters", inherited, [", b: number", ""]), {
    "a.ts": "export class A {\n  constructor(a: number) {}\n}\nclass B extends A {}\nexport const b = new B(1);\n",
  });
  const asValue = { "a.ts": `${files["a.ts"]}export const make = [A];\n` };
  assert.equal(await rest(t, "parameters", asValue, [", readonly b: number", ""]), "passedAsValue");
});

const F = "export function f(a: number, b: number) {\n  return a;\n}\n";
const PARAMETER_REFUSALS: [NoRewrite, string, string, [string, string]?][] = [
  ["spread", "a call with a spread", `${F}const all: [number, number] = [1, 2];\nf(...all);\nf(1, 2);\n`],
  ["passedAsValue", "a function given to another", `${F}[1].map(f);\nf(1, 2);\n`],
  ["passedAsValue", "call, apply and bind", `${F}f.call(undefined, 1, 2);\n`],
  ["passedAsValue", "a shorthand", `${F}export const o = { f };\n`],
  [
    "overloaded",
    "overloads",
    "export function f(a: 1, b: 2): 1;\nexport function f(a: number, b: number) {\n  return 1;\n}\nf(1, 2);\n",
    ["a: 1, b: 2", "a: 1"],
  ],
  [
    "overloaded",
    "a method of an interface",
    "interface I { f(a: number, b: number): void }\nexport class C implements I {\n  f(a: number, b: number) {}\n}\nnew C().f(1, 2);\n",
    ["  f(a: number, b: number)", "  f(a: number)"],
  ],
  ["sideEffect", "an argument that would go does something", `${F}let n = 0;\nf(1, n++);\n`],
  [
    "sideEffect",
    "two arguments that do something would change places",
    `${F}let n = 0;\nf(n++, n++);\n`,
    ["a: number, b: number", "b: number, a: number"],
  ],
  ["callDiffers", "too many arguments", `${F}// @ts-expect-error\nf(1, 2, 3);\n`],
  ["callDiffers", "a comment between the arguments", `${F}f(1, /* two */ 2);\n`],
  ["callDiffers", "a call in an argument of a call", `${F}f(f(1, 2), 2);\n`],
  [
    "severalChanges",
    "one goes and another comes elsewhere",
    `${F}f(1, 2);\n`,
    ["a: number, b: number", "c: string, a: number, d: string"],
  ],
  [
    "newProblem",
    "a parameter that is a property, which somebody uses",
    "export class A {\n  constructor(readonly a: number, readonly b: number) {}\n}\nexport const b = new A(1, 2).b;\n",
    [", readonly b: number", ""],
  ],
  [
    "newProblem",
    "a type that the calls have from the argument",
    'export function f<T>(a: number, b?: T): T {\n  throw a;\n}\nconst one = f(1, "one");\nexport const length = one.length;\n',
    [", b?: T", ""],
  ],
  ["otherEdit", "another name at the same place", `${F}f(1, 2);\n`, ["b: number", "c: number"]],
  ["noPlace", "no calls", F],
];
for (const [reason, what, text, edit = [", b: number", ""]] of PARAMETER_REFUSALS)
  test(`no change of calls, ${reason}: ${what}`, async (t) =>
    assert.equal(await rest(t, "parameters", { "a.ts": text }, edit as [string, string]), reason));

test("a name that one file exports is imported; names of several files, and unknown ones, are not", async (t) => {
  const files = {
    "a.ts": 'import { one } from "./b";\n\nexport const a = one;\n',
    "b.ts": "export const one = 1;\nexport const two = 2;\nexport const twice = 2;\n",
    "c.ts": "export const three = 3;\nexport const twice = 2;\n",
  };
  assert.deepEqual(await rest(t, "import", files, ["= one", "= one + two + three"]), {
    "a.ts": 'import { one, two } from "./b";\nimport { three } from "./c";\n\nexport const a = one + two + three;\n',
  });
  assert.equal(await rest(t, "import", files, ["= one", "= four"]), "noneToImport");
  assert.equal(await rest(t, "import", files, ["= one", "= one + 1"]), "otherEdit");
  const several = { "a.ts": "export const a = 1;\n", "b.ts": files["b.ts"], "c.ts": files["c.ts"] };
  assert.equal(await rest(t, "import", several, ["= 1", "= twice"]), "severalToImport");
});

test("of several ways to import a name, the one that all other files have is taken", async (t) => {
  const files = {
    "a.ts": "export const a = 1;\n",
    "b.ts": "export const one = 1;\n",
    "index.ts": 'export * from "./b";\n',
    "c.ts": 'import { one } from "./b";\nexport const c = one;\n',
  };
  const edit: [string, string] = ["= 1", "= one"];
  assert.equal(await rest(t, "import", files, edit), "severalToImport");
  const usual = { ...files, "d.ts": files["c.ts"] };
  const imported = { "a.ts": 'import { one } from "./b";\n\nexport const a = one;\n' };
  assert.deepEqual(await rest(t, "import", usual, edit), imported);
  const divided = { ...usual, "e.ts": 'import { one } from ".";\nexport const e = one;\n' };
  assert.equal(await rest(t, "import", divided, edit), "severalToImport");
});

test("the imports of a moved declaration follow, whichever half of the move comes last", async (t) => {
  const users = {
    "c.ts": 'import { one } from "./a";\nexport const c = one;\n',
    "d.ts": 'import { one, other } from "./a";\nimport { two } from "./b";\nexport const d = [one, two, other];\n',
    "e.ts": 'export { one } from "./a";\n',
  };
  const moved = {
    "c.ts": 'import { one } from "./b";\nexport const c = one;\n',
    "d.ts": 'import { other } from "./a";\nimport { two, one } from "./b";\nexport const d = [one, two, other];\n',
    "e.ts": 'export { one } from "./b";\n',
  };
  const cut = {
    "a.ts": "export const one = 1;\nexport const other = 0;\n",
    "b.ts": "export const one = 1;\nexport const two = 2;\n",
  };
  assert.deepEqual(await rest(t, "moved", { ...cut, ...users }, ["export const one = 1;\n", ""]), moved);
  const paste = { "b.ts": "export const two = 2;\n", "a.ts": "export const other = 0;\n" };
  assert.deepEqual(
    await rest(t, "moved", { ...paste, ...users }, ["export const two", "export const one = 1;\nexport const two"]),
    moved,
  );
});

test("a declaration that was cut before is imported where it is pasted, by the file that still uses it", async (t) => {
  const files = { "b.ts": "export const two = 2;\n", "a.ts": "export const other = one;\n" };
  assert.deepEqual(await rest(t, "moved", files, ["export const two", "export const one = 1;\nexport const two"]), {
    "a.ts": 'import { one } from "./b";\n\nexport const other = one;\n',
  });
});

test("the imports follow out of a file that has nothing left", async (t) => {
  const files = {
    "a.ts": "export const one = 1;\n",
    "b.ts": "export const one = 1;\n",
    "c.ts": 'import { one } from "./a";\nexport const c = one;\n',
  };
  assert.deepEqual(await rest(t, "moved", files, [files["a.ts"], ""]), {
    "c.ts": 'import { one } from "./b";\nexport const c = one;\n',
  });
});

test("where a moved declaration is still used, it is imported; where nobody or several export it, nothing is offered", async (t) => {
  const files = {
    "a.ts": 'import { x } from "./c";\nexport const one = 1;\nexport const other = one + x;\n',
    "b.ts": "export const one = 1;\n",
    "c.ts": "export const x = 1;\n",
  };
  const cut: [string, string] = ["export const one = 1;\n", ""];
  assert.deepEqual(await rest(t, "moved", files, cut), {
    "a.ts": 'import { one } from "./b";\nimport { x } from "./c";\nexport const other = one + x;\n',
  });
  const barrel = { ...files, "index.ts": 'export * from "./b";\n' }; // a second way to import it
  assert.deepEqual(Object.keys((await rest(t, "moved", barrel, cut)) as Files), ["a.ts"]);
  assert.equal(await rest(t, "moved", { ...files, "b.ts": "export {};\n" }, cut), "noneToImport");
  const several = { ...files, "d.ts": "export const one = 1;\n" };
  assert.equal(await rest(t, "moved", several, cut), "severalToImport");
  assert.equal(await rest(t, "moved", { "a.ts": "export const one = 1;\n" }, cut), "noPlace");
});

test("a search that is cancelled, at whichever question, leaves the project as it was", async (t) => {
  const files = {
    "a.ts": "export const old = 1;\nexport const o = { old };\n",
    "b.ts": 'import { old } from "./a";\nexport const b = old;\n',
  };
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, ...files });
  const file = `${folder.root}/a.ts`;
  folder.projects.setText(file, files["a.ts"].replace("old", "fresh"));
  assert.equal(await folder.projects.build(file), undefined);
  const project = folder.projects.of(file)!;
  const problems = () =>
    [file, `${folder.root}/b.ts`].map((one) => project.problems(one)?.map(({ message }) => message));
  const before = problems();
  assert.equal(before.flat().length, 2);
  let cancelled = 0;
  for (let questions = 0; questions < 400; questions = questions * 2 + 1) {
    let left = questions;
    try {
      project.rewrite(file, files["a.ts"], "rename", () => left-- <= 0);
    } catch (error) {
      assert.ok(error instanceof ts.OperationCanceledException);
      cancelled++;
    }
    assert.deepEqual(problems(), before);
  }
  assert.ok(cancelled > 0);
});
