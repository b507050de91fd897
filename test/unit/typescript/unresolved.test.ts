// What the compiler knows nothing of in a suggestion, drawn; and the quick way held equal to the compiler's own diagnostics.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { symbolPlaces } from "../../../lab/fit/symbolPlaces.ts";
import { slashed } from "../../../src/typescript/projectFiles.ts";
import { Projects } from "../../../src/typescript/projects.ts";
import { unresolvedByDiagnostics } from "../../../src/typescript/unresolvedByDiagnostics.ts";
import { folderOf } from "./folder.ts";

const library = {
  "tsconfig.json": JSON.stringify({
    compilerOptions: { strict: true, lib: ["ES2022"], types: [], jsx: "preserve", allowJs: true },
  }),
  "library.ts": `
    export interface Point { x: number; label?: { text: string } }
    export class Shape { static unit = 1; area = 2; #secret = 3; grow(by: number) { return this.#secret + by; } }
    export namespace Units { export type Metre = number; export const metre = 1; }
    export enum Colour { Red, Green }
    export const point: Point = { x: 1 };
    export const table: Record<string, number> = {};
    export const either: { kind: "a"; a: 1 } | { kind: "b"; b: 2 } = { kind: "a", a: 1 };
    export function anything(): any {}
    export type { Missing } from "./nowhere";
    const hidden = 1;
  `,
  "stars.ts": `export * from "./nowhere"; export const own = 1;`,
  "all.ts": `export * from "./library"; export const own = 1;`,
  "guessed.js": `export const settings = {}; settings.later = 1; export class Old { constructor() { this.here = 1; } }`,
  "globals.d.ts": `declare const BUILD: { version: string }; declare module "*.css"; declare module "typed" { export const one: 1; }`,
};

/** Each in a module that imports everything from the library. */
const table: [name: string, drawing: string, unknown: string][] = [
  ["a name of the file", "const here = 1;\n├here.toFixed();┤\n", ""],
  ["a name of nothing", "const here = 1;\n├there.toFixed();┤\n", "name there"],
  ["a name that is declared below", "├later();┤\nfunction later() {}\n", ""],
  ["a name that the suggestion declares", "├const mine = 1; mine.toFixed();┤\n", ""],
  ["a name of another scope", "function f() { const inner = 1; }\n├inner;┤\n", "name inner"],
  ["a parameter", "const f = (given: number) => ├given + taken┤;\n", "name taken"],
  ["a name that goes on before the suggestion", "const here = 1;\nhe├re.toFixed();┤\n", ""],
  ["a name that went wrong in the suggestion", "const here = 1;\nhe├ar.toFixed();┤\n", "name hear"],
  ["a name that ends after the suggestion", "const here = 1;\n├he┤re;\n", ""],
  ["a name before the suggestion is not its own", "there.├toFixed┤();\n", ""],
  ["what was unknown before is no news", "there.one();\n├there.two();┤\n", ""],
  ["but another name is", "there.one();\n├where.two();┤\n", "name where"],
  ["a type", "├let a: Point; let b: Pont;┤\n", "name Pont"],
  ["a type as a value", "├Point.x;┤\n", "name Point"],
  ["a value as a type", "├let a: point;┤\n", "name point"],
  ["a constant assertion", "├const a = [1] as const;┤\n", ""],
  ["a type parameter", "├function f<Item>(a: Item): Itm { return a; }┤\n", "name Itm"],
  ["a shorthand", "const here = 1;\n├f({ here, there });┤\nfunction f(_: object) {}\n", "name there"],
  ["a property's name refers to nothing", "├const a = { anything: 1 };┤\n", ""],
  ["a label", "├outer: for (;;) break outer;┤\n", ""],
  ["a string", "├const a = 'there';┤ // there\n", ""],
  ["in a template", "├const a = `${there}`;┤\n", "name there"],
  ["a name that a runtime brings", "├process.exit(); Buffer.from(''); describe('', () => {});┤\n", ""],
  ["a global that is declared", "├BUILD.version; BUILD.verison;┤\n", "member verison"],
  [
    "this without a member of that name",
    "class A { here = 1; f() { ├return this.there + here;┤ } }\n",
    "member there, name here",
  ],

  ["a member", "├point.x; point.y;┤\n", "member y"],
  ["a member of an optional", "├point.label?.text; point.label?.txt;┤\n", "member txt"],
  ["a member of what may be undefined", "├point.label.text; point.label.txt;┤\n", "member txt"],
  ["a member of an index signature", "├table.whatever;┤\n", ""],
  ["a member of one of two", "├either.kind; either.a;┤\n", "member a"],
  ["a member that a condition makes sure of", "├if (either.kind === 'a') either.a; else either.a;┤\n", "member a"],
  ["a member of any", "├anything().whatever.more;┤\n", ""],
  ["a member of null", "const a = null;\n├a.whatever;┤\n", ""],
  ["a member of unknown", "function f(a: unknown) { ├a.whatever;┤ }\n", ""],
  [
    "a member of a string, an array, a function",
    "├''.trim(); ''.strip(); [1].map(Number); [1].mapp(Number); f.call(1); f.cal(1);┤ function f() {}\n",
    "member strip, member mapp, member cal",
  ],
  ["a static member", "├Shape.unit; Shape.area; new Shape().unit;┤\n", "member area, member unit"],
  [
    "a member of a class that extends",
    "class A extends Shape { f() { ├this.area; this.aera; super.grow(1); super.shrink(1);┤ } }\n",
    "member aera, member shrink",
  ],
  ["a member of an enumeration", "├Colour.Red; Colour.Blue;┤\n", "member Blue"],
  [
    "a member of a namespace",
    "├Units.metre; Units.foot; let a: Units.Metre; let b: Units.Foot;┤\n",
    "member foot, member Foot",
  ],
  [
    "a member that is taken apart",
    "├const { x, y, label: { text, size } = point.label! } = point;┤\n",
    "member y, member size",
  ],
  ["a member of a type parameter", "function f<T extends Point>(a: T) { ├a.x; a.y;┤ }\n", "member y"],
  ["a member that is private", "├new Shape().grow; new Shape().shrink;┤\n", "member shrink"],
  ["a member with the text that follows", "point.├la┤bel;\n", ""],
  ["a member for a bracket", "const a = f(├point.y)┤[)];\nfunction f(_: any) {}\n", "member y"],
  ["a member in a type", "├let a: typeof point.x; let b: typeof point.y;┤\n", "member y"],

  ["an import", "├import { Point as P, Pont } from './library';┤\n", "member Pont"],
  ["an import of what is not exported", "├import { hidden } from './library';┤\n", "member hidden"],
  ["an import by way of another module", "├import { own, Shape as S, Shap } from './all';┤\n", "member Shap"],
  ["an import from nowhere", "├import { a } from './elsewhere'; a.b; let c: a.D;┤\n", ""],
  ["an import from a package that is not installed", "├import a, { b } from 'elsewhere'; a.b(b.c);┤\n", ""],
  ["an import of something that came from nowhere", "├import { Missing } from './library'; let a: Missing;┤\n", ""],
  ["an import that nowhere may have", "├import { perhaps } from './stars';┤\n", ""],
  ["members of such a module", "import * as stars from './stars';\n├stars.perhaps;┤\n", ""],
  ["members of a whole module", "import * as all from './all';\n├all.own; all.shape;┤\n", "member shape"],
  ["an import from a module without a body", "├import style, { large } from './a.css'; style.large;┤\n", ""],
  ["an import from a declared module", "├import { one, two } from 'typed';┤\n", "member two"],
  ["an import as a type", "├let a: import('./library').Point; let b: import('./library').Pont;┤\n", "member Pont"],
  ["what is exported again", "const here = 1;\n├export { here, there };┤\n", "name there"],
  ["what is exported from elsewhere", "├export { Shape as A, Shap as B } from './library';┤\n", "member Shap"],
  [
    "a class of which the base was not found",
    "import { Base } from 'elsewhere';\nclass A extends Base { f() { ├this.inherited();┤ } }\n",
    "",
  ],
  [
    "and a class of that",
    "import { Base } from 'elsewhere';\nclass A extends Base {}\nclass B extends A { f() { ├this.inherited(); new B().f(); B.made();┤ } }\n",
    "",
  ],
  [
    "an interface likewise",
    "import { Base } from 'elsewhere';\ninterface A extends Base {}\nfunction f(a: A) { ├a.inherited;┤ }\n",
    "",
  ],
  [
    "what JavaScript declares",
    "import { settings, Old, None } from './guessed.js';\n├settings.later; new Old().there;┤\n",
    "",
  ],
];

const all = "import { Point, Shape, Units, Colour, point, table, either, anything } from './library';\n";

test("what nobody knows in a suggestion", async (t) => {
  const folder = folderOf(t, { ...library, "here.ts": "" });
  for (const [name, drawing, unknown] of table)
    await t.test(name, async () => assert.equal(await folder.unknown("here.ts", all + drawing), unknown));
});

test("JSX", async (t) => {
  const folder = folderOf(t, library);
  const drawing =
    "const Known = (_: {}) => null;\nconst a = ├<div id={there}><Known /><Unknown /><svg-like /></div>┤;\n";
  assert.equal(await folder.unknown("page.tsx", `export {};\n${drawing}`), "name there, name Unknown");
});

test("JavaScript: names of a module, no members", async (t) => {
  const { "tsconfig.json": _, ...withoutConfiguration } = library;
  const folder = folderOf(t, withoutConfiguration);
  assert.equal(
    await folder.unknown("a.js", "import x from './guessed.js';\n├x.there; ''.strip(); there();┤\n"),
    "name there",
  );
  assert.equal(
    await folder.unknown("b.cjs", "const x = require('./guessed.js');\n├exports.a = x; there();┤\n"),
    "name there",
  );
  assert.equal(
    await folder.unknown("script.js", "├defineGlobal(there);┤\n"),
    "",
    "a script shares its globals with others",
  );
});

test("over real code nothing of the true text is unknown, and a misspelt name is what the compiler's diagnostics say", async () => {
  const root = slashed(packageRoot(import.meta.dirname));
  const projects = new Projects(ts, { root });
  let unknownNames = 0;
  for (const [index, name] of [
    "context/rank/pack.ts",
    "workspace/workspace.ts",
    "context/retrievers/declarations.ts",
  ].entries()) {
    const file = path.posix.join(root, "src", name);
    for (const { before, offset, inserted, misspelt } of symbolPlaces(readFileSync(file, "utf8"), index, 12)) {
      projects.setText(file, before);
      assert.equal(await projects.build(file), undefined);
      const right = projects.unknownIn(file, { offset, text: inserted, replaceAfter: 0 });
      assert.deepEqual(right, { unknown: [] }, `${name}: ${inserted}`);
      if (!misspelt) continue;
      const insertion = { offset, text: misspelt.text, replaceAfter: 0 };
      const expected = projects.of(file)!.inserted(file, insertion, (program, source, range) => {
        const isWhole = program.getSyntacticDiagnostics(source).length === 0;
        return isWhole ? unresolvedByDiagnostics(ts, program, source, range) : undefined;
      });
      if (!expected) continue; // a keyword was misspelt
      const wrong = projects.unknownIn(file, insertion);
      assert.ok("unknown" in wrong);
      const [told, wanted] = [wrong.unknown, expected].map((all) => all.map(({ name, kind }) => ({ name, kind })));
      assert.deepEqual(told, wanted, misspelt.text);
      unknownNames += expected.length;
    }
  }
  assert.ok(unknownNames >= 15, `${unknownNames} misspelt names were unknown to the compiler`);
  projects.dispose();
});

test("where a member or an import is unknown, the names that exist there are told", async (t) => {
  const folder = folderOf(t, library);
  const answerTo = async (before: string, text: string, after = "\n") => {
    const file = `${folder.root}/here.ts`;
    folder.projects.setText(file, before + after);
    assert.equal(await folder.projects.build(file), undefined);
    const answer = folder.projects.unknownIn(file, { offset: before.length, text, replaceAfter: 0 });
    assert.ok("unknown" in answer);
    const [{ name, start, instead }] = answer.unknown;
    return { name, start, instead: instead?.toSorted() };
  };
  assert.deepEqual(await answerTo('import { point } from "./library";\n', "use(point.z);"), {
    name: "use",
    start: 0,
    instead: undefined,
  });
  assert.deepEqual(await answerTo('import { point } from "./library";\nexport const a = ', "point.z;"), {
    name: "z",
    start: 6,
    instead: ["label", "x"],
  });
  assert.deepEqual(await answerTo("import { ", 'Units, Poynt } from "./library";'), {
    name: "Poynt",
    start: 7,
    instead: ["Colour", "Missing", "Point", "Shape", "Units", "anything", "either", "point", "table"],
  });
});
