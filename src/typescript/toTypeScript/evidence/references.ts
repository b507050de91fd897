// The places where a parameter's value is used: by its own name until that is given another value, by a name that only ever has this value, and by the
// field of a class that only its constructor sets to it. Pure.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";
import { assignedFields } from "../collect.ts";
import { isDefault, isMerged, isOfItsOwn } from "./assignments.ts";

export class References {
  readonly #c: Compiler;
  readonly #checker: ts.TypeChecker;

  constructor(compiler: Compiler, checker: ts.TypeChecker) {
    this.#c = compiler;
    this.#checker = checker;
  }

  /** @returns undefined for a function without a body */
  of(node: ts.ParameterDeclaration, name: ts.Identifier): ts.Expression[] | undefined {
    const symbol = this.#checker.getSymbolAtLocation(name);
    const { body } = node.parent as { body?: ts.Node };
    if (!symbol || !body) return undefined;
    const defaults = node.parent.parameters.flatMap(({ initializer }) => initializer ?? []);
    const own = this.#untilReplaced(this.#named(symbol, name.text, [body, ...defaults]), body, node.parent);
    const seen = new Set([symbol]);
    for (const place of own) own.push(...this.#keptAs(place, body, seen)); // what is found is followed, too
    return own;
  }

  #named(symbol: ts.Symbol, name: string, within: readonly ts.Node[]): ts.Identifier[] {
    const c = this.#c;
    const found: ts.Identifier[] = [];
    const visit = (node: ts.Node): void => {
      if (c.isIdentifier(node) && node.text === name && this.#meant(node) === symbol) found.push(node);
      c.forEachChild(node, visit);
    };
    within.forEach(visit);
    return found;
  }

  #meant(node: ts.Identifier): ts.Symbol | undefined {
    if (this.#c.isShorthandPropertyAssignment(node.parent))
      return this.#checker.getShorthandAssignmentValueSymbol(node.parent);
    return this.#checker.getSymbolAtLocation(node);
  }

  /** Those before a statement of the function's own `x = f(x);`: from there on it is another value. */
  #untilReplaced(places: readonly ts.Expression[], body: ts.Node, owner: ts.Node): ts.Expression[] {
    const c = this.#c;
    const first = places.find((place) => {
      const { parent } = place;
      if (!c.isBinaryExpression(parent) || parent.left !== place || !this.#isAssignment(parent)) return false;
      const { right } = parent;
      const isRelated = isDefault(c, right, place) || isMerged(c, right, place) || isOfItsOwn(c, right, place);
      return !isRelated && c.isExpressionStatement(parent.parent) && parent.parent.parent === body;
    });
    if (!first) return [...places];
    const before = places.filter((place) => place !== first && place.pos < first.parent.end);
    const isLater = (place: ts.Node) => c.findAncestor(place, c.isFunctionLike) !== owner; // runs who knows when
    return before.some(isLater) ? [...places] : before;
  }

  #isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
    return operatorToken.kind === this.#c.SyntaxKind.EqualsToken;
  }

  /** `const y = x`, `const y = x || {}` and `this.y = x` */
  #keptAs(place: ts.Expression, body: ts.Node, seen: Set<ts.Symbol>): ts.Expression[] {
    const c = this.#c;
    const { BarBarToken, QuestionQuestionToken } = c.SyntaxKind;
    const around = place.parent;
    const isDefaulted =
      c.isBinaryExpression(around) &&
      around.left === place &&
      (around.operatorToken.kind === BarBarToken || around.operatorToken.kind === QuestionQuestionToken);
    const value: ts.Expression = isDefaulted ? around : place;
    const { parent } = value;
    if (c.isVariableDeclaration(parent) && parent.initializer === value && c.isIdentifier(parent.name)) {
      const symbol = this.#checker.getSymbolAtLocation(parent.name);
      if (!symbol || seen.has(symbol) || symbol.declarations?.length !== 1) return [];
      seen.add(symbol);
      const places = this.#named(symbol, parent.name.text, [body]).filter((one) => one !== parent.name);
      return places.some((one) => this.#isWritten(one)) ? [] : places;
    }
    if (c.isBinaryExpression(parent) && parent.right === value && this.#isAssignment(parent))
      return this.#ofField(parent, seen);
    return [];
  }

  #isWritten(place: ts.Expression): boolean {
    const c = this.#c;
    const { parent } = place;
    const { FirstAssignment, LastAssignment, PlusPlusToken, MinusMinusToken } = c.SyntaxKind;
    if (c.isBinaryExpression(parent)) {
      const { kind } = parent.operatorToken;
      return parent.left === place && kind >= FirstAssignment && kind <= LastAssignment;
    }
    if (c.isPrefixUnaryExpression(parent) || c.isPostfixUnaryExpression(parent))
      return parent.operator === PlusPlusToken || parent.operator === MinusMinusToken;
    return (c.isForOfStatement(parent) || c.isForInStatement(parent)) && parent.initializer === place;
  }

  #ofField(assignment: ts.BinaryExpression, seen: Set<ts.Symbol>): ts.Expression[] {
    const c = this.#c;
    const { left } = assignment;
    if (!c.isPropertyAccessExpression(left) || left.expression.kind !== c.SyntaxKind.ThisKeyword) return [];
    const maker = c.findAncestor(assignment, c.isFunctionLike);
    if (!maker || !c.isConstructorDeclaration(maker)) return [];
    const symbol = this.#checker.getSymbolAtLocation(left.name);
    if (!symbol || seen.has(symbol) || assignedFields(c, maker.parent).get(left.name.text)?.length !== 1) return [];
    seen.add(symbol);
    const found: ts.Expression[] = [];
    const visit = (node: ts.Node): void => {
      if (c.isPropertyAccessExpression(node) && node !== left && node.name.text === left.name.text)
        if (node.expression.kind === c.SyntaxKind.ThisKeyword) found.push(node);
      c.forEachChild(node, visit);
    };
    c.forEachChild(maker.parent, visit);
    return found;
  }
}
