// Missing pieces of real code: parts are taken out of code that compiles, and whether what is offered for the hole compiles and is whole is judged by
// another program than the one that offered it. Where nothing was taken out, nothing may be offered. Beside it TypeScript's own quick fixes.
//
//   node lab/evaluate/pieces.ts --each 40 [--seed 1] [--kinds cases,members,constructor,fields,stubs] [--seconds S] [--show] ROOT ...
//
// A root is a folder with TypeScript sources. What compiles has no error that the code had not
// before, but for what is no longer used because its use was taken out. At most --each places of a kind in a root; after --seconds no further file is drawn.

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
import { newOf, nodesIn, offersAt, show, sourcesIn, used } from "./pieceJudge.ts";

const PLACES_A_FILE = 3; // of a kind: several files tell more than one
/** What the compiler says of a class that lacks members of its interface or of its abstract class. */
const UNIMPLEMENTED = new Set([2420, 2515, 2654, 2655, 2656, 2720, 18052]);
const HOLES_A_SWITCH = 2; // there are fewer of them than of literals
const MOST_UNITS = 200_000;

/** Code from which something can be taken out. */
interface Place {
  kind: PieceKind;
  at: number; // where the code begins, before anything that is taken out
  askedAt?: number; // where it begins in the text without what is taken out; `at` where nothing before it goes
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
  assigning: number; // places that do not count: with the part an assignment went that others need
  refused: Record<string, number>;
  untouched: number; // places where nothing is missing: as they are, and after the piece
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
const each = Number(values.each ?? 40);
const random = new SeededRandom(Number(values.seed ?? 1));
const kinds = (values.kinds?.split(",") ?? ["cases", "members", "constructor", "fields", "stubs"]) as PieceKind[];
const counts = new Map(kinds.map((kind): [PieceKind, Counts] => [kind, emptyCounts()]));
const milliseconds: number[] = [];
const asked = new Set<string>(); // places as they are
for (const root of roots) await measureRoot(slashed(path.resolve(root)));
const total = emptyCounts();
for (const one of counts.values())
  for (const name of ["places", "offered", "compiles", "whole", "baseline", "assigning", "untouched", "false"] as const)
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
  for (const file of shuffled(sourcesIn(root), random)) {
    const wanted = kinds.filter((kind) => (here.get(kind) ?? 0) < each);
    if (wanted.length === 0 || performance.now() > endMs) break;
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
    const places = wanted.map((kind) => placesIn(program, checked, kind)); // all now: a measure changes the tree
    for (const [index, kind] of wanted.entries()) {
      let inFile = 0;
      for (const place of shuffled(places[index]!, random)) {
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
  if (
    kind === "stubs" &&
    !isWorse(
      original,
      problems.filter(({ code }) => UNIMPLEMENTED.has(code)),
    )
  )
    return false;
  if (takesAssignment(text, removals)) {
    count.assigning++;
    return false;
  }

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
  const { pieces, reasons, checker } = await offersAt(offering, name, broken, place.askedAt ?? at, kind);
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
  const againAt = kind === "fields" ? after.indexOf("constructor", place.askedAt ?? at) : at;
  const again = await offersAt(offering, name, after, againAt, kind);
  count.untouched++;
  if (again.pieces[0]) count.false++;
  if (again.pieces[0] && values.show) show("AGAIN", name, after, at, again.pieces[0].title);
  return true;
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

/** Whether what is taken out gives a value to a variable that stands outside: without it the rest no longer compiles, whatever is written instead. */
function takesAssignment(text: string, removals: readonly TextChange[]): boolean {
  const source = ts.createSourceFile("a.tsx", text, ts.ScriptTarget.Latest, true);
  const isTaken = ({ pos, end }: ts.Node) =>
    removals.some((one) => pos >= one.start && end <= one.end && !one.newText.includes(text.slice(pos, end)));
  return nodesIn(source, ts.isBinaryExpression).some(({ left, operatorToken, parent }) => {
    if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isIdentifier(left) || !isTaken(parent)) return false;
    return !nodesIn(source, ts.isVariableDeclaration).some(
      (it) => isTaken(it) && it.name.getText(source) === left.text,
    );
  });
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
  if (kind === "fields")
    return nodesIn(source, ts.isConstructorDeclaration).flatMap((node) => placesOfFields(source, node));
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

/** The fields that a constructor sets from its parameters go, with what sets them. */
function placesOfFields(source: ts.SourceFile, node: ts.ConstructorDeclaration): Place[] {
  const owner = node.parent;
  if (!ts.isClassLike(owner) || !node.body) return [];
  const removals: TextChange[] = [];
  for (const statement of node.body.statements) {
    const [, name] = /^this\.([A-Za-z]\w*) = \1;?$/.exec(statement.getText(source)) ?? [];
    const field = owner.members.find((one) => ts.isPropertyDeclaration(one) && one.name.getText(source) === name);
    if (name && field)
      for (const one of [statement, field]) removals.push({ start: one.pos, end: one.end, newText: "" });
  }
  const lost = removals.reduce((sum, { start, end }) => sum + (start < node.pos ? end - start : 0), 0);
  return removals.length === 0
    ? []
    : [{ kind: "fields", at: node.getStart(source), askedAt: node.getStart(source) - lost, removals }];
}

function switchesIn(source: ts.SourceFile): ts.SwitchStatement[] {
  return nodesIn(source, ts.isSwitchStatement);
}

function emptyCounts(): Counts {
  return {
    places: 0,
    offered: 0,
    compiles: 0,
    whole: 0,
    baseline: 0,
    assigning: 0,
    refused: {},
    untouched: 0,
    false: 0,
  };
}
