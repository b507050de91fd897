// The parameters of a function were added, removed or reordered: all its calls, or none. A value for an added parameter is never a guess.

import type ts from "typescript";
import { Places } from "../candidates/places.ts";
import type { Range } from "../unresolved.ts";
import { type Call, usesOf } from "./callUses.ts";
import { changeBetween, moved } from "./edit.ts";
import { likeMembers } from "./likeMembers.ts";
import {
  addChange,
  type Changes,
  changedTexts,
  countOf,
  countsOf,
  faultsUnused,
  faultyIn,
  importingFiles,
  isNoWorse,
  nodeAt,
  type PlaceInFile,
  type ProblemsByFile,
  type ProjectView,
  placesOf,
  problemsAt,
  problemsIn,
  reachOf,
  startAfter,
} from "./projectView.ts";
import type { Edited, NoRewrite, Rewrite } from "./rewrite.ts";
import {
  isOmittable,
  type Origin,
  type Signature,
  type SignatureChange,
  signatureChange,
  signaturesIn,
} from "./signatures.ts";

/** A call as it stands before the edit, with what its arguments become; `undefined`: the value of an added parameter is to be found. */
interface CallPlan extends Range {
  file: string;
  callStart: number;
  values: (string | undefined)[];
  separators: string[];
  opening: string; // around arguments that were none: "(" where there are no parentheses yet
  closing: string;
}

/** What all calls become, and what else depends on the function, in the text before the edit. */
interface Planned {
  plans: CallPlan[];
  concerned: PlaceInFile[]; // where it is named
  isOnlyCalled: boolean;
  isAlone: boolean; // no object has it as a member that must fit a type
  returned: string | undefined;
}

export function restOfParameters(view: ProjectView, edited: Edited): Rewrite {
  const { file, before, now } = edited;
  const change = signatureChange(view.compiler, view.parsed(file, before), view.parsed(file, now));
  if (typeof change === "string") return { reason: change };
  const planned = view.withTexts(new Map([[file, before]]), (program) => plansOf(view, program, file, change));
  if (typeof planned === "string") return { reason: planned };

  const edit = changeBetween(before, now);
  const changes: Changes = new Map();
  const plans: CallPlan[] = [];
  for (const plan of planned.plans) {
    if (plan.file !== file) plans.push(plan);
    else {
      const there = moved({ start: plan.callStart, end: plan.end + 1 }, edit); // with its last parenthesis
      if (!there) return { reason: "callDiffers" };
      const shift = there.start - plan.callStart;
      plans.push({ ...plan, start: plan.start + shift, end: plan.end + shift, callStart: there.start });
    }
  }
  const names = change.origins.map((origin) => ("added" in origin ? origin.added.name.getText() : ""));
  if (plans.some(({ values }) => values.includes(undefined)) && !fillFromScope(view, plans, names))
    return { reason: "noValue" };
  for (const plan of plans) {
    const text = view.textOf(plan.file) ?? "";
    const newText = textOf(plan);
    if (text.slice(plan.start, plan.end) !== newText)
      addChange(changes, plan.file, { start: plan.start, end: plan.end, newText });
  }
  const places = placesOf(view, changes);
  if (typeof places === "string") return { reason: places };

  const texts = changedTexts(view, changes);
  const name = change.now.key.split(".").at(-1)!;
  const calls = places.length === 1 ? "the call" : `the ${places.length} calls`;
  const title = `Change ${calls} of ${name} likewise${reachOf(view, file, places)}`;
  const own = signaturesIn(view.compiler, view.parsed(file, texts.get(file) ?? now)).get(change.now.key)?.[0];
  const { isOnlyCalled, isAlone, returned, concerned } = planned;
  const isRemoved = change.now.parameters.length < change.before.parameters.length; // its arguments may have been the last uses
  const found = view.withTexts(texts, (program): { problems: ProblemsByFile; isAtPlaces: boolean } => {
    const called = plans.map((plan) => {
      const start = startAfter(plan.callStart, changes.get(plan.file) ?? []);
      return { file: plan.file, start, end: start + 1 };
    });
    if (own) called.push({ file, start: own.name.getStart(), end: own.name.end });
    const isSame =
      returned !== undefined &&
      returned === returnedBy(view, program, signatureOf(view, program, file, change.now.key));
    const isTold = isOnlyCalled && isAlone && isSame && !(isRemoved && faultsUnused(program));
    const atPlaces = isTold ? problemsAt(view, program, called) : undefined; // nothing else can differ
    if (atPlaces) return { problems: atPlaces, isAtPlaces: true };
    const importing = hasProperties(view, change) ? importingFiles(view, file) : [];
    const all = [file, ...changes.keys(), ...concerned.map((place) => place.file), ...importing];
    return { problems: problemsIn(view, program, all), isAtPlaces: false };
  });
  const body = own && (own.node as { body?: ts.Node }).body; // it may still be written
  const isInBody = ({ start }: Range) => body !== undefined && start >= body.pos && start < body.end;
  const problems = new Map(found.problems).set(
    file,
    (found.problems.get(file) ?? []).filter((problem) => !isInBody(problem)),
  );
  const without =
    countOf(problems) === 0
      ? undefined
      : view.withTexts(new Map([[file, before]]), (program) => {
          const atPlaces = found.isAtPlaces ? problemsAt(view, program, concerned) : undefined;
          return atPlaces ?? problemsIn(view, program, faultyIn(problems));
        });
  if (!isNoWorse(without, problems)) return { reason: "newProblem" };
  return { title, places, ...countsOf(without, problems) };
}

/** What all calls become; none where one cannot be rewritten. */
function plansOf(view: ProjectView, program: ts.Program, file: string, change: SignatureChange): Planned | NoRewrite {
  const own = signatureOf(view, program, file, change.before.key);
  if (!own) return "otherEdit";
  const uses = usesOf(view, program, own);
  if (typeof uses === "string") return uses;
  const plans: CallPlan[] = [];
  for (const call of uses.calls) {
    const plan = planOf(view, call, change);
    if (typeof plan === "string") return plan;
    plans.push(plan);
  }
  const declared = { file, start: own.name.getStart(), end: own.name.end };
  const concerned = [declared, ...uses.names];
  return {
    plans,
    concerned,
    isOnlyCalled: uses.isOnlyCalled,
    isAlone: isAlone(view, program, change, concerned),
    returned: returnedBy(view, program, own),
  };
}

function signatureOf({ compiler }: ProjectView, program: ts.Program, file: string, key: string): Signature | undefined {
  const source = program.getSourceFile(file);
  return source && signaturesIn(compiler, source).get(key)?.[0];
}

/** What a call of the function is, in words; undefined where that depends on its arguments. */
function returnedBy({ compiler }: ProjectView, program: ts.Program, own: Signature | undefined): string | undefined {
  if (!own) return undefined;
  const { node } = own;
  if (compiler.isConstructorDeclaration(node)) return node.parent.typeParameters ? undefined : "";
  if (node.typeParameters) return undefined;
  if (node.type) return node.type.getText();
  const checker = program.getTypeChecker();
  const signature = checker.getSignatureFromDeclaration(node);
  const type = signature && checker.getReturnTypeOfSignature(signature);
  return type && checker.typeToString(type, node, compiler.TypeFormatFlags.NoTruncation);
}

/** Whether no object has the function as a member that must fit a type. @param names all places of its name */
function isAlone(
  view: ProjectView,
  program: ts.Program,
  change: SignatureChange,
  names: readonly PlaceInFile[],
): boolean {
  const { compiler } = view;
  const { node, name } = change.before;
  if (compiler.isConstructorDeclaration(node)) return !hasProperties(view, change);
  if (compiler.isFunctionDeclaration(node) || compiler.isVariableDeclaration(node.parent)) return true;
  const like = likeMembers(view, program, name.getText(), names, []);
  return like.isTold && like.places.length === 0;
}

function planOf({ compiler }: ProjectView, call: Call, { before, origins }: SignatureChange): CallPlan | NoRewrite {
  const source = call.getSourceFile();
  const given = [...(call.arguments ?? [])];
  if (given.some(compiler.isSpreadElement)) return "spread";
  if (given.length > before.parameters.length) return "callDiffers";
  const kept = origins.flatMap((origin) => ("index" in origin && origin.index < given.length ? [origin.index] : []));
  const gone = given.filter((_, i) => !kept.includes(i));
  if (gone.some((argument) => doesSomething(compiler, argument))) return "sideEffect";
  const doing = kept.filter((index) => doesSomething(compiler, given[index]!));
  if (doing.some((index, i) => i > 0 && index < doing[i - 1]!)) return "sideEffect"; // one would be done before the other
  const separators = given.slice(1).map((argument, i) => source.text.slice(given[i]!.end, argument.getStart(source)));
  if (separators.some((separator) => separator.trim() !== ",")) return "callDiffers"; // a comment
  const values = origins.map((origin) => argumentOf(origin, given, source));
  while (values.length > 0 && values.at(-1) === ABSENT) values.pop();
  const filled = values.map((value) => (value === ABSENT ? "undefined" : value)); // a default's value is used
  const [first, last] = [given[0], given.at(-1)];
  const around = {
    file: source.fileName,
    callStart: call.getStart(source),
    values: filled,
    separators,
    opening: "",
    closing: "",
  };
  if (!call.arguments) {
    const isNeeded = filled.length > 0;
    return { ...around, start: call.end, end: call.end, opening: isNeeded ? "(" : "", closing: isNeeded ? ")" : "" };
  }
  if (!first || !last) return { ...around, start: call.arguments.pos, end: call.arguments.pos };
  if (filled.length === 0) return { ...around, start: call.arguments.pos, end: call.arguments.end };
  return { ...around, start: first.getStart(source), end: last.end };
}

/** Whether a parameter is also a property of its class, which others may use. */
const hasProperties = ({ compiler }: ProjectView, { before, now }: SignatureChange): boolean =>
  [...before.parameters, ...now.parameters].some((one) => compiler.isParameterPropertyDeclaration(one, one.parent));

/** Marks a parameter that gets nothing. */
const ABSENT = "";

function argumentOf(origin: Origin, given: readonly ts.Expression[], source: ts.SourceFile): string | undefined {
  if ("index" in origin) return given[origin.index]?.getText(source) ?? ABSENT;
  return isOmittable(origin.added) ? ABSENT : undefined;
}

/** Variables of the same name, declared in the file of each call, where a value is missing. @returns whether there are all */
function fillFromScope(view: ProjectView, plans: readonly CallPlan[], names: readonly string[]): boolean {
  return view.withTexts(new Map(), (program) =>
    plans.every((plan) => {
      const source = program.getSourceFile(plan.file);
      if (!source) return false;
      const call = callAt(view, source, plan);
      if (!call) return false;
      const places = new Places(view.compiler, program, source);
      const visible = new Set(places.variablesAt(call).map(({ name }) => name));
      plan.values = plan.values.map((value, i) => value ?? (visible.has(names[i]!) ? names[i] : undefined));
      return !plan.values.includes(undefined);
    }),
  );
}

const callAt = (view: ProjectView, source: ts.SourceFile, { callStart }: CallPlan): ts.Node | undefined =>
  nodeAt(view, source, callStart);

function textOf({ values, separators, opening, closing }: CallPlan): string {
  const usual = separators.at(-1) ?? ", ";
  return (
    opening + values.map((value, i) => (i === 0 ? value : (separators[i - 1] ?? usual) + value)).join("") + closing
  );
}

/** Whether evaluating an expression may change something, or wait. */
function doesSomething(compiler: ProjectView["compiler"], node: ts.Node): boolean {
  const { SyntaxKind } = compiler;
  if (compiler.isFunctionLike(node)) return false; // it is not called here
  if (compiler.isCallExpression(node) || compiler.isNewExpression(node) || compiler.isTaggedTemplateExpression(node))
    return true;
  if (compiler.isAwaitExpression(node) || compiler.isYieldExpression(node) || compiler.isDeleteExpression(node))
    return true;
  if (compiler.isPostfixUnaryExpression(node)) return true;
  if (compiler.isPrefixUnaryExpression(node))
    if (node.operator === SyntaxKind.PlusPlusToken || node.operator === SyntaxKind.MinusMinusToken) return true;
  if (compiler.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    if (kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment) return true;
  }
  return compiler.forEachChild(node, (child) => doesSomething(compiler, child) || undefined) ?? false;
}
