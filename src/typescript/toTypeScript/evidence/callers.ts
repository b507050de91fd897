// What callers tell of a function's parameters, and whether all of its callers are known.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";
import { arrayOf } from "../jsDocTypes.ts";
import { isNothing, unionOf, writtenType } from "./writtenTypes.ts";

/** Calls and `new` by the declaration that they call. */
export type CallsOf = ReadonlyMap<ts.Node, readonly (ts.CallExpression | ts.NewExpression)[]>;

/** What callers pass at a place. */
export interface Passed {
  types: string[]; // none where one is not known, or there are too many
  rest: string | undefined; // of a rest parameter
  count: number; // of values whose type is known
  isMissing: boolean; // some pass nothing there
  isNull: boolean;
}

export class Callers {
  readonly #c: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #calls: CallsOf;

  constructor(compiler: Compiler, checker: ts.TypeChecker, calls: CallsOf) {
    this.#c = compiler;
    this.#checker = checker;
    this.#calls = calls;
  }

  passed(node: ts.ParameterDeclaration, index: number): Passed {
    const found = new Set<string>();
    const calls = this.#calls.get(node.parent) ?? [];
    let [count, isMissing, isNull, isUnknown] = [0, false, false, false];
    for (const call of calls) {
      const given = call.arguments ?? [];
      if (given.some(this.#c.isSpreadElement)) continue;
      const values = node.dotDotDotToken ? given.slice(index) : given.slice(index, index + 1);
      if (values.length === 0) isMissing = true;
      for (const value of values) {
        const type = this.#checker.getTypeAtLocation(value);
        if (isNothing(this.#c, type)) {
          if (type.flags & this.#c.TypeFlags.Null) isNull = true;
          else isMissing = true;
          continue;
        }
        const text = isMixedElement(this.#c, this.#checker, value, type)
          ? undefined
          : writtenType(this.#c, this.#checker, type, node);
        if (text === undefined) isUnknown = true;
        else {
          count++;
          found.add(text);
        }
      }
    }
    const types = isUnknown || found.size > 3 ? [] : [...found];
    const rest = node.dotDotDotToken && types.length > 0 ? arrayOf(unionOf(types)) : undefined;
    return { types, rest, count, isMissing, isNull };
  }

  /** Whether others may call a function: an exported one, and what is reached through a value. */
  isExported(node: ts.SignatureDeclaration): boolean {
    const c = this.#c;
    const named = c.isFunctionDeclaration(node) ? node : c.isVariableDeclaration(node.parent) ? node.parent : undefined;
    if (!named?.name || !c.isIdentifier(named.name)) return true;
    const symbol = this.#checker.getSymbolAtLocation(named.name);
    const source = node.getSourceFile();
    if (!symbol) return true;
    const module = this.#checker.getSymbolAtLocation(source);
    const exported = module ? this.#checker.getExportsOfModule(module) : [];
    const isOf = (one: ts.Symbol) =>
      one === symbol || ((one.flags & c.SymbolFlags.Alias) !== 0 && this.#checker.getAliasedSymbol(one) === symbol);
    if (exported.some(isOf) || module === undefined) return true;
    return isPassedOn(c, this.#checker, source, named.name, symbol);
  }
}

/** Whether a value is taken out of an array of mixed ones, such as a row of a test's table: nobody knows which one it is. */
function isMixedElement(c: Compiler, checker: ts.TypeChecker, value: ts.Expression, type: ts.Type): boolean {
  const plain = checker.getBaseTypeOfLiteralType(checker.getNonNullableType(type));
  if (!plain.isUnion() || (plain.flags & c.TypeFlags.Boolean) !== 0) return false;
  if (c.isElementAccessExpression(value)) return true;
  const declared = c.isIdentifier(value) ? checker.getSymbolAtLocation(value)?.valueDeclaration : undefined;
  if (!declared) return false;
  if (c.isBindingElement(declared)) return c.isArrayBindingPattern(declared.parent);
  const made = c.isVariableDeclaration(declared) ? declared.initializer : undefined;
  return made !== undefined && c.isElementAccessExpression(made);
}

/** Whether a function is used other than by calling it. */
function isPassedOn(
  c: Compiler,
  checker: ts.TypeChecker,
  source: ts.SourceFile,
  name: ts.Identifier,
  symbol: ts.Symbol,
): boolean {
  let isPassed = false;
  const visit = (node: ts.Node): void => {
    if (
      c.isIdentifier(node) &&
      node !== name &&
      node.text === name.text &&
      checker.getSymbolAtLocation(node) === symbol
    ) {
      const { parent } = node;
      const isCalled = (c.isCallExpression(parent) || c.isNewExpression(parent)) && parent.expression === node;
      isPassed ||= !isCalled;
    }
    c.forEachChild(node, visit);
  };
  visit(source);
  return isPassed;
}
