// Missing pieces of real code: parts are taken out of code that compiles, and whether what is offered for the hole compiles and is whole is judged by
// another program than the one that offered it. Where nothing was taken out, nothing may be offered. Beside it TypeScript's own quick fixes.
//
//   node lab/evaluate/pieces.ts --each 40 [--seed 1] [--kinds cases,members,constructor,stubs] [--show] ROOT ...
//
// A root is a folder with TypeScript sources. What compiles has no error that the code had not
// before, but for what is no longer used because its use was taken out. At most --each places of a kind in a root.

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { percentile } from "../../cli/evaluation/metrics.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import type { CompilerChecker } from "../../src/typescript/checker.ts";
import type { PieceKind } from "../../src/typescript/pieces/piece.ts";
import {
  isWorse,
  keyOf,
  type Problem,
  syntaxErrors,
  type TextChange,
  withChanges,
} from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";

const SOURCE = /\.[cm]?tsx?$/;
const NOT_SOURCE = /\.d\.[cm]?ts$|(^|\/)(tests?|__tests__|benchmarks?|locales)\/|\.(test|spec)\.tsx?$/;
const PLACES_A_FILE = 3; // of a kind: several files tell more than one
/** TypeScript's codes for what is declared and not used: what used it was taken out, and no piece writes that again. */
const UNUSED = new Set([6133, 6138, 6192, 6196, 6198, 6199]);
const HOLES_A_SWITCH = 2; // there are fewer of them than of literals
const MOST_UNITS = 200_000;

/** Code from which something can be taken out. */
interface Place {
  kind: PieceKind;
  at: number; // where the code begins, before anything that is taken out
  removals: TextChange[];
  /** For cases: what a default would check, and where it would stand in the text with these changes. */
  checkedBy?: { objects: string[]; switchAt: number };
}

interface Counts {
  places: number;
  offered: number;
  compiles: number;
  whole: number;
  baseline: number; // TypeScript's own quick fix leaves no problem
  refused: Record<string, number>;
  untouched: number; // places as they are
  false: number; // of them: with an offer
}

const { values, positionals: roots } = parseArgs({
  options: {
    each: { type: "string" },
    seed: { type: "string" },
    kinds: { type: "string" },
    show: { type: "boolean" },
  },
  allowPositionals: true,
});
const each = Number(values.each ?? 40);
const random = new SeededRandom(Number(values.seed ?? 1));
const kinds = (values.kinds?.split(",") ?? ["cases", "members", "constructor", "stubs"]) as PieceKind[];
const counts = new Map(kinds.map((kind): [PieceKind, Counts] => [kind, emptyCounts()]));
const milliseconds: number[] = [];
const asked = new Set<string>(); // places as they are
for (const root of roots) await measureRoot(slashed(path.resolve(root)));
const total = emptyCounts();
for (const one of counts.values())
  for (const name of ["places", "offered", "compiles", "whole", "baseline", "untouched", "false"] as const)
    total[name] += one[name];
const sorted = milliseconds.toSorted((a, b) => a - b);
console.log(
  JSON.stringify({
    total: { ...total, refused: undefined },
    byKind: Object.fromEntries(counts),
    msP50: percentile(sorted, 0.5),
    msP90: percentile(sorted, 0.9),
  }),
);

async function measureRoot(root: string): Promise<void> {
  const [offering, judging] = [new Projects(ts, { root }), new Projects(ts, { root })];
  const here = new Map<PieceKind, number>();
  const files = ts.sys
    .readDirectory(root, [".ts", ".tsx", ".mts", ".cts"], ["**/node_modules", "**/dist"])
    .filter((file) => SOURCE.test(file) && !NOT_SOURCE.test(path.relative(root, file)));
  for (const file of shuffled(files, random)) {
    const wanted = kinds.filter((kind) => (here.get(kind) ?? 0) < each);
    if (wanted.length === 0) break;
    const text = readFileSync(file, "utf8");
    if (text.length > MOST_UNITS) continue;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    if (!wanted.some((kind) => syntacticPlaces(source, kind).length > 0)) continue;
    const name = slashed(file);
    const judge = await judging.checkerOf(name, text);
    if ("reason" in judge) continue;
    const original = await judge.problems();
    const program = judging.of(name)?.program();
    const checked = program?.getSourceFile(name);
    if (!program || !checked) continue;
    const checker = await offering.checkerOf(name, text);
    if ("reason" in checker) continue;
    for (const kind of wanted) {
      let inFile = 0;
      for (const place of shuffled(placesIn(program, checked, kind), random)) {
        if (inFile >= PLACES_A_FILE || (here.get(kind) ?? 0) >= each) break;
        if (!(await measure({ name, text, place, offering, judge, original }))) continue;
        inFile++;
        here.set(kind, (here.get(kind) ?? 0) + 1);
      }
    }
    offering.setText(name, undefined);
    judging.setText(name, undefined);
  }
  process.stderr.write(`${root}: ${[...here].map(([kind, count]) => `${kind} ${count}`).join(", ")}\n`);
  offering.dispose();
  judging.dispose();
}

interface Measured {
  name: string;
  text: string;
  place: Place;
  offering: Projects;
  judge: CompilerChecker;
  original: readonly Problem[];
}

/** @returns whether the place counts: it is whole before, and the compiler or the values tell that something is missing after */
async function measure({ name, text, place, offering, judge, original }: Measured): Promise<boolean> {
  const { kind, at, removals } = place;
  const count = counts.get(kind)!;
  const broken = withChanges(text, removals);
  const problems = await judge.problemsWith(removals);
  if (syntaxErrors(problems) > 0) return false;
  if (kind === "cases" && (!(await isWhole(judge, text, place, [])) || (await isWhole(judge, text, place, removals))))
    return false;
  if (kind !== "cases" && !isWorse(original, used(problems))) return false;

  const spot = `${kind} ${name} ${at}`;
  if (!asked.has(spot)) {
    asked.add(spot);
    count.untouched++;
    const untouched = await offersAt(offering, name, text, at, kind);
    if (untouched.pieces.length > 0) count.false++;
    if (untouched.pieces[0] && values.show) show("FALSE", name, text, at, untouched.pieces[0].title);
  }
  count.places++;
  const startMs = performance.now();
  const { pieces, reasons, checker } = await offersAt(offering, name, broken, at, kind);
  milliseconds.push(performance.now() - startMs);
  if (await compilersOwn(checker, broken, at, original)) count.baseline++;
  const [piece] = pieces;
  if (!piece) {
    const reason = reasons[0] ?? "nothing";
    count.refused[reason] = (count.refused[reason] ?? 0) + 1;
    if (values.show) show(`NONE (${reason})`, name, broken, at, newOf(original, problems));
    return true;
  }
  count.offered++;
  const after = withChanges(broken, piece.changes);
  const whole: TextChange = { start: 0, end: text.length, newText: after };
  const left = await judge.problemsWith([whole]);
  const compiles = !isWorse(original, used(left));
  if (compiles) count.compiles++;
  else if (values.show) show("LEFT", name, after, at, newOf(original, left));
  const isIt = kind === "cases" ? await isWhole(judge, after, place, [], text) : compiles;
  if (isIt) count.whole++;
  else if (values.show) show("NOT WHOLE", name, after, at, piece.title);
  return true;
}

async function offersAt(offering: Projects, name: string, text: string, at: number, kind: PieceKind) {
  const checker = await offering.checkerOf(name, text);
  if ("reason" in checker) throw new Error(`${name}: ${checker.reason}`);
  const { pieces, refused } = await checker.pieces({ start: at, end: at });
  const reasons = refused.filter((one) => one.kind === kind).map(({ reason }) => reason);
  return { pieces: pieces.filter((one) => one.kind === kind), reasons, checker };
}

/** Whether one of TypeScript's own quick fixes for what it says from this line on leaves no problem. */
async function compilersOwn(
  checker: CompilerChecker,
  text: string,
  at: number,
  original: readonly Problem[],
): Promise<boolean> {
  const before = await checker.problems();
  const known = new Set(original.map(keyOf));
  const own = before.filter((one) => one.end >= text.lastIndexOf("\n", at) && !known.has(keyOf(one)));
  for (const problem of own.slice(0, 3))
    for (const candidate of await checker.ownFixes(problem)) {
      if (!candidate.byCompiler) continue;
      if (!isWorse(original, used(await checker.problemsWith(candidate.changes)))) return true;
    }
  return false;
}

/** Whether a switch has a case for every value: then a default that is checked by `never` compiles. @param judged the text that the judge has */
async function isWhole(
  judge: CompilerChecker,
  text: string,
  place: Place,
  removals: TextChange[],
  judged = text,
): Promise<boolean> {
  const { objects, switchAt } = place.checkedBy!;
  const changed = withChanges(text, removals);
  const source = ts.createSourceFile("a.tsx", changed, ts.ScriptTarget.Latest, true);
  const node = switchesIn(source).find((one) => one.getStart(source) === switchAt);
  if (!node) return false;
  const refusing = node.caseBlock.clauses.find(ts.isDefaultClause);
  for (const object of objects) {
    const check = `{ const whole: never = ${object}; void whole; throw whole; }`;
    const at = refusing
      ? { start: refusing.getStart(source), end: refusing.end }
      : { start: node.end - 1, end: node.end - 1 };
    const asked = withChanges(changed, [{ ...at, newText: `default: ${check}\n` }]);
    const problems = await judge.problemsWith([{ start: 0, end: judged.length, newText: asked }]);
    if (!problems.some(({ message }) => /'never'/.test(message))) return true;
  }
  return false;
}

function syntacticPlaces(source: ts.SourceFile, kind: PieceKind): ts.Node[] {
  if (kind === "cases") return switchesIn(source).filter(({ caseBlock }) => caseBlock.clauses.length > 1);
  if (kind === "members")
    return nodesIn(source, ts.isObjectLiteralExpression).filter(({ properties }) => properties.length > 0);
  if (kind === "stubs")
    return nodesIn(source, ts.isClassLike).filter(({ heritageClauses }) => heritageClauses !== undefined);
  return nodesIn(source, ts.isConstructorDeclaration).filter(({ body }) => body !== undefined);
}

function placesIn(program: ts.Program, source: ts.SourceFile, kind: PieceKind): Place[] {
  const checker = program.getTypeChecker();
  if (kind === "cases") return switchesIn(source).flatMap((node) => placesOfSwitch(checker, source, node));
  if (kind === "members")
    return nodesIn(source, ts.isObjectLiteralExpression).flatMap((node) => placesOfLiteral(checker, source, node));
  if (kind === "stubs") return nodesIn(source, ts.isClassLike).flatMap((node) => placesOfClass(source, node));
  return nodesIn(source, ts.isConstructorDeclaration).flatMap((node) => placesOfConstructor(source, node));
}

function placesOfSwitch(checker: ts.TypeChecker, source: ts.SourceFile, node: ts.SwitchStatement): Place[] {
  const { clauses } = node.caseBlock;
  const cases = clauses.filter(ts.isCaseClause);
  const isOwn = (one: ts.CaseClause) =>
    one.statements.length === 0 || clauses[clauses.indexOf(one) - 1]?.statements.length !== 0; // else others would lose their body
  if (cases.length < 2 || !checker.getTypeAtLocation(node.expression).isUnion()) return [];
  const rest = clauses.find(ts.isDefaultClause);
  if (rest && !/throw|never|unreachable|absurd/i.test(rest.getText(source))) return []; // it handles what has no case
  const inner = node.expression;
  const objects = ts.isPropertyAccessExpression(inner)
    ? [inner.expression.getText(source), inner.getText(source)]
    : [inner.getText(source)];
  const at = node.getStart(source);
  return Array.from({ length: HOLES_A_SWITCH }, (): Place => {
    const taken = shuffled(cases.filter(isOwn), random).slice(0, random.between(1, cases.length - 1));
    const removals = taken.map((one) => ({ start: one.pos, end: one.end, newText: "" }));
    return { kind: "cases", at, removals, checkedBy: { objects, switchAt: at } };
  });
}

function placesOfLiteral(checker: ts.TypeChecker, source: ts.SourceFile, node: ts.ObjectLiteralExpression): Place[] {
  const wanted = checker.getContextualType(node);
  const isPlain = (one: ts.ObjectLiteralElementLike): boolean =>
    ts.isPropertyAssignment(one) || ts.isShorthandPropertyAssignment(one) || ts.isMethodDeclaration(one);
  const required = node.properties.filter((one) => {
    const member = isPlain(one) && one.name && wanted?.getProperty(one.name.getText(source));
    return member && !(member.flags & ts.SymbolFlags.Optional);
  });
  if (required.length === 0) return [];
  const taken = new Set(shuffled(required, random).slice(0, random.between(1, required.length)));
  const { properties } = node;
  const last = properties.at(-1)!;
  const end = properties.hasTrailingComma ? properties.end : last.end;
  const kept = properties.filter((one) => !taken.has(one)).map((one) => source.text.slice(one.pos, one.end));
  const removal = {
    start: properties.pos,
    end,
    newText: kept.join(",") + (kept.length > 0 && properties.hasTrailingComma ? "," : ""),
  };
  return [{ kind: "members", at: node.getStart(source), removals: [removal] }];
}

/** A method of a class that extends or implements something: whether that wants it, the compiler says. */
function placesOfClass(source: ts.SourceFile, node: ts.ClassLikeDeclaration): Place[] {
  if (!node.heritageClauses) return [];
  const methods = node.members.filter(ts.isMethodDeclaration).filter(({ body }) => body !== undefined);
  const at = (node.name ?? node).getStart(source);
  return methods.map((one) => ({ kind: "stubs", at, removals: [{ start: one.pos, end: one.end, newText: "" }] }));
}

/** A constructor that sets fields. */
function placesOfConstructor(source: ts.SourceFile, node: ts.ConstructorDeclaration): Place[] {
  const body = node.body?.statements ?? [];
  const isSetting =
    body.length > 0 && body.every((it) => /^(this\.[#\w]+ = \w+|super\(.*\));?$/.test(it.getText(source)));
  if (!isSetting || !body.some((it) => it.getText(source).startsWith("this."))) return [];
  if (node.parameters.some((one) => one.modifiers)) return []; // fields would go with it
  const owner = node.parent;
  return [
    { kind: "constructor", at: owner.getStart(source), removals: [{ start: node.pos, end: node.end, newText: "" }] },
  ];
}

function switchesIn(source: ts.SourceFile): ts.SwitchStatement[] {
  return nodesIn(source, ts.isSwitchStatement);
}

function nodesIn<T extends ts.Node>(source: ts.SourceFile, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function used(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ code }) => !UNUSED.has(code));
}

function newOf(original: readonly Problem[], left: readonly Problem[]): string {
  const known = new Set(original.map(keyOf));
  return left.flatMap((one) => (known.has(keyOf(one)) ? [] : one.message)).join("; ");
}

function emptyCounts(): Counts {
  return { places: 0, offered: 0, compiles: 0, whole: 0, baseline: 0, refused: {}, untouched: 0, false: 0 };
}

function show(what: string, name: string, text: string, at: number, said: string): void {
  const part = text
    .slice(at, at + 400)
    .split("\n")
    .slice(0, 12)
    .join("\n");
  process.stderr.write(`\n=== ${what} ${name}: ${said}\n${part}\n`);
}
