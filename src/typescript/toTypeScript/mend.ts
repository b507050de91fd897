// What is behind a new problem, and the next thing to try there: another type, an optional parameter, a `this`, a rest of arguments, and at last a cast.
// Everything leads to something looser, so that trying comes to an end.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { Problem, TextChange } from "../problems.ts";
import type { Collected } from "./collect.ts";
import { meansSameAt } from "./evidence/writtenTypes.ts";
import { inUnion } from "./jsDocTypes.ts";
import { addTypes, chosen, type Draft, type Slot, tryNext } from "./slots.ts";

/** The most values that are cast to `any`: with more, the file says little as TypeScript. */
const MAX_CASTS = 12;

/** Codes of the compiler. */
const CODE = {
  fewOrManyArguments: new Set([2554, 2555, 2556, 2575]),
  argument: new Set([2345, 2322, 2353, 2559, 2560, 2739, 2740, 2741, 2769, 2561, 2684]),
  implicitThis: 2683,
  implicitReturn: new Set([7010, 7011, 7023, 7024]),
  importMode: new Set([1541, 1542]),
  maybeNothing: new Set([2531, 2532, 2533, 18047, 18048, 18049]),
} as const;

/** What is written besides the types. */
export interface Extras {
  first: TextChange[];
  last: TextChange[];
  casts: number;
}

export interface Tried {
  compiler: Compiler;
  program: ts.Program;
  source: ts.SourceFile; // of the TypeScript
  draft: Draft;
  collected: Collected;
  extras: Extras;
}

export class Mender {
  readonly #c: Compiler;
  readonly #tried: Tried;
  readonly #checker: ts.TypeChecker;
  readonly #byName = new Map<number, Slot>();
  readonly #returns = new Map<number, Slot>();
  readonly #done = new Set<Slot | string>(); // what was changed for another problem already

  constructor(tried: Tried) {
    this.#c = tried.compiler;
    this.#tried = tried;
    this.#checker = tried.program.getTypeChecker();
    for (const [start, slot] of placesOf(tried)) {
      if (slot.kind === "return") this.#returns.set(start, slot);
      else this.#byName.set(start, slot);
    }
  }

  /** Tries something else for a problem. @returns whether there is anything left to try */
  mend(source: ts.SourceFile, problem: Problem): boolean {
    const node = this.#nodeAt(source, problem);
    if (!node) return false;
    const isCall = (one: ts.Node) => this.#c.isCallExpression(one) || this.#c.isNewExpression(one);
    const call = this.#c.findAncestor(node, isCall) as ts.CallExpression | undefined;
    const passedTo = this.#c.findAncestor(node.parent, (one) => isCall(one) && isArgument(one, problem));
    if (CODE.fewOrManyArguments.has(problem.code) && call) return this.#count(call);
    if (problem.code === CODE.implicitThis && this.#this(node)) return true;
    if (CODE.implicitReturn.has(problem.code) && source === this.#tried.source && this.#returned(node)) return true;
    if (CODE.importMode.has(problem.code)) return this.#importMode(node);
    if (CODE.argument.has(problem.code) && passedTo && this.#argument(passedTo as ts.CallExpression, problem))
      return true;
    if (this.#annotation(node) || this.#pattern(node) || this.#byNames(node) || this.#byStatement(node)) return true;
    if (this.#object(node)) return true;
    return source === this.#tried.source && (this.#cast(node, problem) || this.#enclosing(node));
  }

  #nodeAt(source: ts.SourceFile, { start, end }: Problem): ts.Node | undefined {
    let found: ts.Node = source;
    for (;;) {
      const inner: ts.Node | undefined = this.#c.forEachChild(found, (child) =>
        child.getStart(source) <= start && child.end >= end && child.end > start ? child : undefined,
      );
      if (!inner) return found === source ? undefined : found;
      found = inner;
    }
  }

  #next(slot: Slot | undefined): boolean {
    if (!slot) return false;
    if (this.#done.has(slot)) return true;
    if (!tryNext(slot)) return false;
    this.#done.add(slot);
    return true;
  }

  #once(key: string, change: () => void): boolean {
    if (!this.#done.has(key)) change();
    this.#done.add(key);
    return true;
  }

  /** Missing arguments make their parameters optional; more than are named need a rest. */
  #count(call: ts.CallExpression | ts.NewExpression): boolean {
    const { collected, extras, draft, source } = this.#tried;
    const declaration = this.#checker.getResolvedSignature(call)?.declaration;
    if (!declaration || declaration.getSourceFile() !== source || this.#c.isJSDocSignature(declaration)) return false;
    const given = call.arguments?.length ?? 0;
    const isSpread = call.arguments?.some(this.#c.isSpreadElement) ?? false;
    const missing = declaration.parameters.filter(({ name }) => name.getText() !== "this").slice(isSpread ? 0 : given);
    if (missing.length > 0 && !isSpread) {
      const slots = missing.map(({ name }) => this.#byName.get(name.getStart()));
      let isChanged = false;
      for (const slot of slots)
        if (slot?.mayBeOptional && !slot.isOptional) {
          slot.isOptional = true;
          isChanged = true;
          this.#done.add(slot);
        }
      return isChanged || slots.some((slot) => slot && this.#done.has(slot));
    }
    const start = draft.before(declaration.getStart());
    const place = collected.functions.get(start);
    if (!place || declaration.parameters.some(({ dotDotDotToken }) => dotDotDotToken)) return false;
    if (extras.last.some(({ start: at, newText }) => at === place.close && newText.includes("..."))) return false;
    return this.#once(`rest ${start}`, () => {
      const newText = `${place.count > 0 ? ", " : ""}...rest: any[]`;
      extras.last.push({ start: place.close, end: place.close, newText });
      for (const slot of collected.slots)
        if (slot.of === start && slot.mayBeOptional && isSpread) slot.isOptional = true;
    });
  }

  /** A type of a module from CommonJS says that it is one. */
  #importMode(node: ts.Node): boolean {
    const { collected, extras } = this.#tried;
    const type = this.#c.findAncestor(node, this.#c.isImportTypeNode);
    if (!type) return false;
    const asked = `import(${type.argument.getText()})`;
    const said = asked.replace(/\)$/, ', { with: { "resolution-mode": "import" } })');
    return this.#once(asked, () => {
      for (const change of extras.first) change.newText = change.newText.replaceAll(asked, said);
      for (const typed of collected.slots.flatMap(({ types }) => types))
        if (typed.from === "jsDoc") typed.type = typed.type.replaceAll(asked, said);
    });
  }

  /** The object of the file that lacks a member: one more of its own, or one that others give it. */
  #object(node: ts.Node): boolean {
    const { parent } = node;
    if (!this.#c.isPropertyAccessExpression(parent) || parent.name !== node) return false;
    const declarations = this.#checker.getTypeAtLocation(parent.expression).symbol?.declarations ?? [];
    const made = declarations.find(
      (one) => this.#c.isObjectLiteralExpression(one) && one.getSourceFile() === this.#tried.source,
    );
    if (!made) return false;
    const named = (made.parent as { name?: ts.Node }).name;
    return this.#next((named && this.#byName.get(named.getStart())) ?? this.#byName.get(made.getStart()));
  }

  #this(node: ts.Node): boolean {
    const { collected, extras, draft } = this.#tried;
    const c = this.#c;
    const owner = c.findAncestor(node, (one) => c.isFunctionDeclaration(one) || c.isFunctionExpression(one));
    const start = owner && draft.before(owner.getStart());
    const place = start === undefined ? undefined : collected.functions.get(start);
    if (!place) return false;
    return this.#once(`this ${start}`, () => {
      extras.first.push({ start: place.open, end: place.open, newText: `this: any${place.count > 0 ? ", " : ""}` });
    });
  }

  #returned(node: ts.Node): boolean {
    const { collected, extras, draft } = this.#tried;
    const owner = this.#c.findAncestor(node, this.#c.isFunctionLike);
    if (!owner) return false;
    const known = this.#returns.get(owner.getStart());
    if (known) return this.#next(known);
    const start = draft.before(owner.getStart());
    const place = collected.functions.get(start);
    if (!place) return false;
    return this.#once(`return ${start}`, () => {
      extras.first.push({ start: place.close + 1, end: place.close + 1, newText: ": any" });
    });
  }

  /** What a caller passes is added to a type that comes from use; what a comment tells is given up where the code contradicts it. */
  #argument(call: ts.CallExpression | ts.NewExpression, { start, end }: Problem): boolean {
    const declaration = this.#checker.getResolvedSignature(call)?.declaration;
    if (!declaration || declaration.getSourceFile() !== this.#tried.source || this.#c.isJSDocSignature(declaration))
      return false;
    const index = call.arguments?.findIndex((one) => one.getStart() <= start && one.end >= end) ?? -1;
    const parameters = declaration.parameters.filter(({ name }) => name.getText() !== "this");
    const parameter = parameters[Math.min(index, parameters.length - 1)];
    const slot = index < 0 || !parameter ? undefined : this.#byName.get(parameter.name.getStart());
    if (!slot) return false;
    if (this.#done.has(slot)) return true;
    const passed = this.#checker.getBaseTypeOfLiteralType(this.#checker.getTypeAtLocation(call.arguments![index]!));
    const text = this.#checker.typeToString(passed, parameter);
    const { type, from } = chosen(slot);
    if (
      from === "use" &&
      /^[\w.]+(\[\])?( \| null| \| undefined)?$/.test(text) &&
      !/\bany\b|^\{/.test(type) &&
      text !== "any" &&
      meansSameAt(this.#c, this.#checker, passed, text, parameter!)
    ) {
      const wider = [...new Set([inUnion(type), text].flatMap((part) => part.split(" | ")))].join(" | ");
      tryNext(slot);
      addTypes(slot, [{ type: wider, from: "use" }]);
      this.#done.add(slot);
      return true;
    }
    return this.#next(slot);
  }

  /** The place whose written type has the problem, such as a name that is not known there. */
  #annotation(node: ts.Node): boolean {
    const written = this.#c.findAncestor(node, (one) => (one.parent as { type?: ts.Node } | undefined)?.type === one);
    if (!written || !this.#c.isTypeNode(written)) return false;
    const { parent } = written;
    const name = (parent as { name?: ts.Node }).name;
    return this.#next((name && this.#byName.get(name.getStart())) ?? this.#returns.get(parent.getStart()));
  }

  /** The parameter that a name is taken out of. */
  #pattern(node: ts.Node): boolean {
    const element = this.#c.findAncestor(node, this.#c.isBindingElement);
    const parameter = element && this.#c.findAncestor(element, this.#c.isParameter);
    return parameter !== undefined && this.#next(this.#byName.get(parameter.name.getStart()));
  }

  /** The places whose names stand in a node. */
  #byNames(node: ts.Node): boolean {
    const c = this.#c;
    let isMended = false;
    const visit = (inner: ts.Node): void => {
      if (c.isIdentifier(inner) && !isMended) isMended = this.#next(this.#slotOf(inner));
      if (!c.isFunctionLike(inner) || inner === node) c.forEachChild(inner, visit);
    };
    const { parent } = node;
    if (c.isPropertyAccessExpression(parent) && parent.name === node) visit(parent.expression);
    if (!isMended) visit(node);
    return isMended;
  }

  /** Those of the statement around it, without the functions in it. */
  #byStatement(node: ts.Node): boolean {
    const c = this.#c;
    const isPart = (one: ts.Node) =>
      c.isVariableDeclaration(one) ||
      c.isParameter(one) ||
      c.isPropertyDeclaration(one) ||
      c.isBinaryExpression(one) ||
      c.isReturnStatement(one) ||
      c.isCallExpression(one);
    const around = c.findAncestor(node, (one) =>
      isPart(one) ? true : c.isStatement(one) || c.isFunctionLike(one) ? "quit" : false,
    );
    if (!around) return false;
    if (c.isReturnStatement(around)) {
      const owner = c.findAncestor(around, c.isFunctionLike);
      if (owner && this.#next(this.#returns.get(owner.getStart()))) return true;
    }
    return this.#byNames(around);
  }

  #enclosing(node: ts.Node): boolean {
    const owner = this.#c.findAncestor(node, this.#c.isFunctionLike);
    if (!owner) return false;
    if (this.#next(this.#returns.get(owner.getStart()))) return true;
    return owner.parameters.some(({ name }) => this.#next(this.#byName.get(name.getStart())));
  }

  #slotOf(name: ts.Identifier): Slot | undefined {
    const symbol = this.#checker.getSymbolAtLocation(name);
    const declarations = symbol?.declarations ?? [];
    for (const declaration of declarations) {
      if (declaration.getSourceFile() !== this.#tried.source) continue;
      const own = (declaration as { name?: ts.Node }).name;
      const slot = (own && this.#byName.get(own.getStart())) ?? this.#returns.get(declaration.getStart());
      if (slot && (slot.tried < slot.types.length - 1 || this.#done.has(slot))) return slot;
    }
    return undefined;
  }

  #cast(node: ts.Node, { code }: Problem): boolean {
    const c = this.#c;
    const { extras, draft, source } = this.#tried;
    if (extras.casts >= MAX_CASTS) return false;
    const { parent } = node;
    let value: ts.Node = node;
    const isMember =
      (c.isPropertyAccessExpression(parent) && parent.name === node) ||
      (c.isElementAccessExpression(parent) && parent.argumentExpression === node);
    if (isMember) value = (parent as ts.PropertyAccessExpression).expression;
    else if (
      c.isBinaryExpression(parent) &&
      parent.left === node &&
      parent.operatorToken.kind === c.SyntaxKind.EqualsToken
    )
      value = parent.right;
    else if (c.isElementAccessExpression(node)) value = node.expression;
    if ((value.parent as { name?: ts.Node }).name === value || !c.isExpression(value) || c.isFunctionLike(value))
      return false;
    const [from, to] = [value.getStart(source), value.end];
    const text = source.text.slice(from, to);
    const reworded = draft.changes.find((one) => one.start === draft.before(from) && one.newText === text); // `module.exports`
    const [start, end] = reworded ? [reworded.start, reworded.end] : [draft.before(from), draft.before(to - 1) + 1];
    if (!reworded && draft.js.slice(start, end) !== text) return false;
    return this.#once(`cast ${start}`, () => {
      extras.casts++;
      if (CODE.maybeNothing.has(code)) {
        extras.last.push({ start: end, end, newText: "!" });
        return;
      }
      extras.first.push({ start, end: start, newText: "(" });
      extras.last.unshift({ start: end, end, newText: " as any)" });
    });
  }
}

/** Whether a problem is one of what is passed. */
const isArgument = (call: ts.Node, { start, end }: Problem): boolean =>
  (call as ts.CallExpression).arguments?.some((one) => one.getStart() <= start && one.end >= end) ?? false;

/** Where the places stand in the TypeScript: by the beginning of their names, for returns of their functions. */
export function placesOf({ compiler: c, source, draft, collected }: Tried): Map<number, Slot> {
  const found = new Map<number, Slot>();
  const fields = collected.slots.filter(({ kind }) => kind === "field");
  const returns = new Map<number, Slot>();
  for (const slot of collected.slots) {
    if (slot.kind === "return") returns.set(draft.after(slot.nameStart), slot);
    else if (slot.kind !== "field") found.set(draft.after(slot.nameStart), slot);
  }
  const visit = (node: ts.Node): void => {
    if (c.isPropertyDeclaration(node)) {
      const at = draft.before(node.getStart(source));
      const slot = fields.find((one) => one.at === at && one.name === node.name.getText(source));
      if (slot) found.set(node.name.getStart(source), slot);
    }
    if (c.isFunctionLike(node)) {
      const named = (node.name ?? node).getStart(source);
      const slot = returns.get(named);
      if (slot) found.set(node.getStart(source), slot);
    }
    c.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
