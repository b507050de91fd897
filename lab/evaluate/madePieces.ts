// Equality, JSON and guards on real code: what is offered must compile, do what it says when it is run, and not be offered again.
//
//   node lab/evaluate/madePieces.ts --each 40 [--seed 1] [--kinds equality,json,guard] [--seconds S] [--show] ROOT ...
//
// A root is a folder with TypeScript sources; after --seconds no further file is drawn. Classes of plain fields are rare: for equality and JSON each interface of plain members also gives a class,
// counted apart ("made"), with a constructor that takes them. A run makes objects of the class alone: two that are equal, one more for each field
// that differs, and back from JSON.parse(JSON.stringify(x)).

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import vm from "node:vm";
import ts from "typescript";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import type { CompilerChecker } from "../../src/typescript/checker.ts";
import type { PieceKind } from "../../src/typescript/pieces/piece.ts";
import { isWorse, type TextChange, withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { newOf, nodesIn, offersAt, show, sourcesIn, used } from "./pieceJudge.ts";

const PLACES_A_FILE = 4; // of a kind
const MOST_UNITS = 200_000;
const MOST_MS = 1000; // of a class that is run

/** An object of the class by the indexes of its fields' values. */
const MAKING = `const make = (at) => {
  const given = fields.map(({ values }, i) => values[at[i] % values.length]);
  if (order) return new Made(...order.map((i) => given[i]));
  const object = Object.create(Made.prototype);
  fields.forEach(({ name }, i) => { object[name] = given[i]; });
  return object;
};
const zeros = fields.map(() => 0);
const others = fields.flatMap(({ values }, i) => values.slice(1).map((_, j) => zeros.map((_, k) => (k === i ? j + 1 : 0))));`;

const EQUALITY_CHECK = `!make(zeros).equals(make(zeros)) ? "equal ones differ"
  : others.some((at) => make(zeros).equals(make(at)) || make(at).equals(make(zeros))) ? "different ones are equal" : ""`;

const JSON_CHECK = `const same = (a, b) => JSON.stringify(a) === JSON.stringify(b) && (!order || fields.every(({ name }) => name.startsWith("#") || Object.is(a[name], b[name])));
[zeros, ...others].some((at) => Object.keys(make(at).toJSON()).length !== fields.length) ? "a field is missing"
  : !Made.fromJSON ? (make(zeros).toJSON && "")
  : [zeros, ...others].some((at) => !same(Made.fromJSON(JSON.parse(JSON.stringify(make(at)))), make(at))) ? "another one comes back" : ""`;

interface Counts {
  offered: number;
  compiles: number;
  runs: number; // of `ran`: does what it says. For guards, by its form: tells each class, and throws on
  ran: number;
  whatFails: Record<string, number>;
  untouched: number; // where nothing is missing: after the piece, and calls within `try`
  false: number; // of them: with an offer
}

const { values, positionals: roots } = parseArgs({
  options: {
    each: { type: "string" },
    seed: { type: "string" },
    kinds: { type: "string" },
    seconds: { type: "string" },
    show: { type: "boolean" },
  },
  allowPositionals: true,
});
const endMs = performance.now() + 1000 * Number(values.seconds ?? Infinity);
const OPTIONS: ts.CompilerOptions = { strict: true, noResolve: true, target: ts.ScriptTarget.ES2022, types: [] };
const host = ts.createCompilerHost(OPTIONS);
const libraries = new Map<string, ts.SourceFile | undefined>();
const each = Number(values.each ?? 40);
const random = new SeededRandom(Number(values.seed ?? 1));
const kinds = (values.kinds?.split(",") ?? ["equality", "json", "guard"]) as PieceKind[];
const counts = new Map<string, Counts>();
for (const root of roots) await measureRoot(slashed(path.resolve(root)));
console.log(JSON.stringify(Object.fromEntries(counts)));

async function measureRoot(root: string): Promise<void> {
  const [offering, judging] = [new Projects(ts, { root }), new Projects(ts, { root })];
  const here = new Map<string, number>();
  for (const file of shuffled(sourcesIn(root), random)) {
    const text = readFileSync(file, "utf8");
    if (text.length > MOST_UNITS) continue;
    if (performance.now() > endMs) break;
    const name = slashed(file);
    for (const kind of kinds) {
      const places = kind === "guard" ? callsIn(name, text) : classesIn(name, text);
      let inFile = 0;
      for (const place of shuffled(places, random)) {
        const key = place.isMade ? `${kind}, made` : kind;
        if (inFile >= PLACES_A_FILE || (here.get(key) ?? 0) >= each) continue;
        const judge = await judging.checkerOf(name, place.text);
        if ("reason" in judge) break;
        if (await measure(offering, judge, { name, place, kind, counts: countsOf(key) })) {
          inFile++;
          here.set(key, (here.get(key) ?? 0) + 1);
        }
      }
    }
    offering.setText(name, undefined);
    judging.setText(name, undefined);
  }
  process.stderr.write(`${root}: ${[...here].map(([kind, count]) => `${kind} ${count}`).join(", ")}\n`);
  offering.dispose();
  judging.dispose();
}

interface Place {
  at: number;
  text: string; // of the whole file
  isMade: boolean;
  isGuarded?: boolean; // a call within `try`, which lacks nothing
}

interface Measured {
  name: string;
  place: Place;
  kind: PieceKind;
  counts: Counts;
}

/** @returns whether something is offered */
async function measure(
  offering: Projects,
  judge: CompilerChecker,
  { name, place, kind, counts: count }: Measured,
): Promise<boolean> {
  const { at, text } = place;
  const { pieces } = await offersAt(offering, name, text, at, kind);
  const [piece] = pieces;
  if (place.isGuarded) {
    count.untouched++;
    if (piece) count.false++;
    return false;
  }
  if (!piece) return false;
  const before = await judge.problems();
  const after = withChanges(text, piece.changes);
  const whole: TextChange = { start: 0, end: text.length, newText: after };
  const left = await judge.problemsWith([whole]);
  count.offered++;
  if (!isWorse(before, left)) count.compiles++;
  else if (values.show) show("LEFT", name, after, at, newOf(before, used(left)));
  const fault = kind === "guard" ? guardFault(after, at, piece.title) : runFault(after, at, kind);
  if (!fault?.startsWith("not run")) count.ran++;
  if (fault === undefined) count.runs++;
  else {
    count.whatFails[fault] = (count.whatFails[fault] ?? 0) + 1;
    if (values.show) show(fault, name, after, at, piece.title);
  }
  const again = await offersAt(offering, name, after, after.indexOf("\n", at) + (kind === "guard" ? 2 : 0), kind);
  const asked = kind === "guard" ? again : await offersAt(offering, name, after, at, kind);
  count.untouched++;
  if (asked.pieces.length > 0) {
    count.false++;
    if (values.show) show("AGAIN", name, after, at, asked.pieces[0]!.title);
  }
  return true;
}

/** Named classes, and a class for each interface of plain members. */
function classesIn(name: string, text: string): Place[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const real = nodesIn(source, ts.isClassDeclaration).map((node) => ({
    at: node.getStart(source),
    text,
    isMade: false,
  }));
  const made = nodesIn(source, ts.isInterfaceDeclaration).flatMap((node): Place[] => {
    const members = node.members.filter(ts.isPropertySignature);
    const isWhole = members.length > 0 && members.length === node.members.length && members.every(isWord);
    if (!isWhole || node.heritageClauses || node.typeParameters || node.parent !== source) return [];
    const list = members.map((one) => {
      const type = one.type!.getText(source);
      return `readonly ${one.name.getText(source)}: ${type}${one.questionToken ? " | undefined" : ""}`;
    });
    const start = `${text}\n`;
    return [
      {
        at: start.length,
        text: `${start}export class MadeOf${node.name.text} {\n  constructor(${list.join(", ")}) {}\n}\n`,
        isMade: true,
      },
    ];
  });
  return [...real, ...made];
}

function isWord({ type, name }: ts.PropertySignature): boolean {
  return type !== undefined && ts.isIdentifier(name) && !/[{}()[\]<>]/.test(type.getText());
}

/** Statements that call something, as they begin lines. */
function callsIn(name: string, text: string): Place[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const isStatement = (node: ts.Node): node is ts.Statement =>
    ts.isExpressionStatement(node) || ts.isReturnStatement(node) || ts.isVariableStatement(node);
  return nodesIn(source, isStatement).flatMap((node): Place[] => {
    if (!ts.isBlock(node.parent) || !node.getText(source).includes("(")) return [];
    const isGuarded = ts.isTryStatement(node.parent.parent) && node.parent.parent.tryBlock === node.parent;
    return [{ at: node.getStart(source), text, isMade: false, isGuarded }];
  });
}

/** What a guard does not hold that its title says. */
function guardFault(after: string, at: number, title: string): string | undefined {
  const source = ts.createSourceFile("a.tsx", after, ts.ScriptTarget.Latest, true);
  const statement = nodesIn(source, ts.isTryStatement).find((one) => one.getStart(source) >= at);
  const caught = statement?.catchClause?.block.statements ?? [];
  const tests = caught.slice(0, -1).filter(ts.isIfStatement);
  const names = title.replace(/^Catch (.*) here$/, "$1").split(" and ");
  const isEach = names.every((one) =>
    tests.some(({ expression }) => expression.getText(source) === `error instanceof ${one}`),
  );
  if (!isEach || tests.length !== names.length) return "a class is not told";
  const isOn =
    caught.at(-1)?.getText(source).startsWith("throw error") &&
    tests.every(({ thenStatement }) => ts.isBlock(thenStatement) && thenStatement.statements.length === 0);
  return isOn ? undefined : "swallows";
}

interface Field {
  name: string;
  values: unknown[]; // different ones of its type
}

/** What the class at a place does not do when it is run; "not run" where it cannot be. */
function runFault(text: string, at: number, kind: PieceKind): string | undefined {
  const source = ts.createSourceFile("/a.ts", text, ts.ScriptTarget.ES2022, true);
  const getSourceFile: ts.CompilerHost["getSourceFile"] = (file, ...rest) => {
    if (file === "/a.ts") return source;
    if (!libraries.has(file)) libraries.set(file, host.getSourceFile(file, ...rest));
    return libraries.get(file);
  };
  const program = ts.createProgram(["/a.ts"], OPTIONS, { ...host, getSourceFile });
  const node = nodesIn(source, ts.isClassDeclaration).find((one) => one.getStart(source) === at);
  if (!node?.name) return "not run: no class";
  const fields = fieldsOf(program.getTypeChecker(), node);
  const enums = nodesIn(source, ts.isEnumDeclaration).map((one) => one.getText(source));
  const own = `${enums.join("\n")}\n${node.getText(source)}`.replaceAll(/^export (?:default )?/gm, "");
  const script = ts.transpileModule(`${own}\n;(globalThis as any).Made = ${node.name.text};`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  }).outputText;
  const parameters = node.members.find(
    (one): one is ts.ConstructorDeclaration => ts.isConstructorDeclaration(one) && one.body !== undefined,
  )?.parameters;
  const order = parameters?.map(({ name }) =>
    fields.findIndex((field) => bare(field.name) === bare(name.getText(source))),
  );
  const byConstructor = order?.length === fields.length && !order.includes(-1);
  if (!byConstructor && fields.some(({ name }) => name.startsWith("#"))) return "not run: no way to set private fields";
  const sandbox = vm.createContext({ fields, order: byConstructor ? order : undefined });
  const check = kind === "json" ? JSON_CHECK : EQUALITY_CHECK;
  try {
    const said: unknown = vm.runInContext(`${script}\n${MAKING}\n${check}`, sandbox, { timeout: MOST_MS });
    return said === "" ? undefined : String(said);
  } catch (error) {
    return `not run: ${String(error).slice(0, 80)}`;
  }
}

function bare(name: string): string {
  return name.replace(/^[#_]/, "");
}

function fieldsOf(checker: ts.TypeChecker, node: ts.ClassDeclaration): Field[] {
  const made = nodesIn(node, ts.isParameter).filter(
    ({ modifiers, parent }) => modifiers && ts.isConstructorDeclaration(parent) && parent.parent === node,
  );
  const declared = node.members
    .filter(ts.isPropertyDeclaration)
    .filter((one) => !(ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Static));
  return [...declared, ...made].map((one) => ({
    name: one.name.getText(),
    values: valuesOf(checker.getTypeAtLocation(one)),
  }));
}

function valuesOf(type: ts.Type): unknown[] {
  if (type.isUnion()) return [...new Set(type.types.flatMap(valuesOf))];
  if (type.isStringLiteral() || type.isNumberLiteral()) return [type.value];
  const { flags } = type;
  if (flags & ts.TypeFlags.BooleanLiteral)
    return [(type as unknown as { intrinsicName: string }).intrinsicName === "true"];
  if (flags & ts.TypeFlags.String) return ["a", "", "ä\u2028\"'"];
  if (flags & ts.TypeFlags.Number) return [1, 0, -2.5, 1e21];
  if (flags & ts.TypeFlags.Null) return [null];
  return [undefined];
}

function countsOf(key: string): Counts {
  const found = counts.get(key) ?? { offered: 0, compiles: 0, runs: 0, ran: 0, whatFails: {}, untouched: 0, false: 0 };
  counts.set(key, found);
  return found;
}
