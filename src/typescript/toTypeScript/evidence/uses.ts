// What a function's body does with a parameter, or a class with a field.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";
import { askedType, takesAnything } from "./asked.ts";
import { isDefault, isGivenWhereMissing, isMerged, isOfItsOwn } from "./assignments.ts";
import { isBranched, Members } from "./members.ts";
import { ANYTHING, CALLABLE, calledType, literalType, RECORD, unionOf } from "./writtenTypes.ts";

/** What is only asked for its truth is a flag, but for errors. */
const ERROR_NAME = /^_?(e|ex|err|error|exception)$/i;

export class Uses {
  readonly #c: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #owner: ts.Node; // the function or class
  readonly #members: Members;
  readonly #told = new Set<string>(); // types that places of the body ask for
  readonly #calls: ts.CallExpression[] = []; // of the value itself
  #isWritten = false; // with another value than its own
  #isKey = false;
  #count = 0; // of all uses
  #conditions = 0; // of those that only ask whether it is true
  readonly #guards = new Set<string>(); // types that are asked for, such as by `typeof x === "string"`
  #isGuardedOtherwise = false;
  #certain = 0; // of uses that a union of what is asked for and what is used otherwise explains
  #harmless = 0; // of those that anything will do for: they ask what it is, or stand where it is known
  readonly #name: string;
  readonly #hasDefault: boolean;
  isGuarded = false; // by `typeof` and the like: it may be of several types
  isOptional = false;
  isNull = false;

  constructor(compiler: Compiler, checker: ts.TypeChecker, node: ts.ParameterDeclaration | ts.PropertyDeclaration) {
    this.#c = compiler;
    this.#checker = checker;
    this.#owner = node.parent;
    this.#name = node.name.getText();
    this.#members = new Members(compiler, checker, node.parent);
    const { initializer } = node;
    this.#hasDefault = initializer !== undefined;
    if (initializer && compiler.isArrayLiteralExpression(initializer) && initializer.elements.length === 0)
      this.#told.add("any[]");
    if (initializer?.kind === compiler.SyntaxKind.NullKeyword) this.isNull = true;
  }

  add(node: ts.Expression): void {
    const c = this.#c;
    const { parent } = node;
    this.#count++;
    const isHarmless = this.#isHarmless(node);
    if (isHarmless) this.#harmless++;
    if (isHarmless || this.#isExplained(node)) this.#certain++;
    if (isHarmless && !c.isTypeOfExpression(parent) && this.#isKnown(node)) return; // behind a question: it is that type's own
    const isObject = (parent as { expression?: ts.Node }).expression === node;
    if (c.isPropertyAccessExpression(parent) && parent.questionDotToken) this.isOptional = true;
    if (c.isPropertyAccessExpression(parent) && isObject) this.#members.add(parent);
    else if (c.isElementAccessExpression(parent) && isObject) this.#members.addElement(parent);
    else if (c.isElementAccessExpression(parent)) this.#isKey = true;
    else if (c.isCallExpression(parent) && isObject) this.#calls.push(parent);
    else if (c.isTypeOfExpression(parent)) this.#typeOf(parent);
    else if (c.isBinaryExpression(parent)) this.#binary(node, parent);
    else if (c.isPrefixUnaryExpression(parent) || c.isPostfixUnaryExpression(parent)) this.#unary(parent.operator);
    else if (c.isForOfStatement(parent) && isObject) this.#members.isIterated = true;
    else if (c.isSpreadAssignment(parent)) this.#told.add(RECORD);
    else if (c.isSpreadElement(parent)) this.#members.isIterated ||= !c.isCallExpression(parent.parent);
    else if (c.isVariableDeclaration(parent) && parent.initializer === node) this.#destructured(parent.name);
    else if (c.isForInStatement(parent) && isObject) this.#told.add(RECORD);
    else if (c.isCaseOrDefaultClause(parent.parent) || c.isSwitchStatement(parent)) this.#switched(parent);
    else if (this.#isCondition(node)) this.#conditions++;
    else if (
      c.isCallExpression(parent) ||
      c.isNewExpression(parent) ||
      c.isReturnStatement(parent) ||
      c.isPropertyAssignment(parent) ||
      c.isShorthandPropertyAssignment(parent)
    )
      this.#asked(node);
  }

  /** Whether a place asks what the value is, or stands behind such a question and knows it. */
  #isHarmless(node: ts.Expression): boolean {
    const c = this.#c;
    const { parent } = node;
    if (c.isTypeOfExpression(parent) || this.#isCondition(node)) return true;
    if (c.isBinaryExpression(parent) && isQuestion(c, parent, node)) return true;
    if ((c.isCallExpression(parent) || c.isNewExpression(parent)) && parent.expression !== node)
      return takesAnything(c, this.#checker, parent, node);
    return this.#isKnown(node);
  }

  /** Whether a question before the place tells the type there, and not a default. */
  #isKnown(node: ts.Expression): boolean {
    return !this.#hasDefault && (this.#checker.getTypeAtLocation(node).flags & this.#c.TypeFlags.Any) === 0;
  }

  /** Whether a place uses a member or calls the value, gives it a value or hands it to another parameter, as overloads do. */
  #isExplained(node: ts.Expression): boolean {
    const c = this.#c;
    const { parent } = node;
    const isObject = (parent as { expression?: ts.Node }).expression === node;
    if (c.isPropertyAccessExpression(parent) || c.isCallExpression(parent)) return isObject || this.#isListAsked(node);
    if (!c.isBinaryExpression(parent)) return false;
    const { EqualsToken, BarBarToken, QuestionQuestionToken } = c.SyntaxKind;
    const { kind } = parent.operatorToken;
    if (kind === EqualsToken) return parent.left === node || this.#isParameter(parent.left);
    return kind === BarBarToken || kind === QuestionQuestionToken;
  }

  #isListAsked({ parent }: ts.Expression): boolean {
    return this.#c.isCallExpression(parent) && parent.expression.getText() === "Array.isArray";
  }

  #isParameter(node: ts.Expression): boolean {
    const declared = this.#c.isIdentifier(node) && this.#checker.getSymbolAtLocation(node)?.valueDeclaration;
    return declared !== undefined && declared !== false && declared.parent === this.#owner;
  }

  #unary(operator: ts.SyntaxKind): void {
    const { ExclamationToken, PlusToken } = this.#c.SyntaxKind;
    if (operator === ExclamationToken) this.#conditions++;
    if (operator !== ExclamationToken && operator !== PlusToken) this.#told.add("number"); // `+x` makes a number of anything
  }

  /** The likeliest types first; none where nothing tells, or what tells contradicts itself. */
  types(): string[] {
    const isOnlyAsked = this.#count > this.#conditions && this.#harmless === this.#count && this.#told.size === 0;
    if (isOnlyAsked) return [ANYTHING];
    if (this.isGuarded) return this.#either();
    if (this.#isWritten) return this.#members.structure({ mayLackAll: true }); // such as options that are merged with the default
    const told = [...this.#told];
    const isCalled = this.#calls.length > 0;
    if (told.length > 1) return [];
    if (told.length === 1) return isCalled && told[0] !== "Function" ? [] : [told[0]!];
    if (isCalled) {
      const { names } = this.#members;
      if (!names.every((name) => /^(call|apply|bind|length|name)$/.test(name))) return [];
      return names.length > 0 ? [CALLABLE] : [...calledType(this.#c, this.#checker, this.#calls), CALLABLE];
    }
    if (this.#count > 0 && this.#conditions === this.#count) return ERROR_NAME.test(this.#name) ? [] : ["boolean"];
    if (this.#isKey && this.#members.names.length === 0) return ["string | number"];
    return this.#members.types();
  }

  /** A union of what is asked for and what is used otherwise, where that explains each use. */
  #either(): string[] {
    if (this.#guards.size === 0 || this.#isGuardedOtherwise || this.#isWritten || this.#certain < this.#count)
      return [];
    const told = [...this.#told];
    const rest =
      this.#calls.length > 0
        ? [CALLABLE]
        : told.length > 0
          ? told
          : this.#members.names.length > 0
            ? this.#members.types()
            : [];
    const isPlain =
      rest.length > 0 && told.length <= 1 && (this.#calls.length === 0 || this.#members.names.length === 0);
    return isPlain ? rest.map((type) => unionOf([...this.#guards, type])) : [];
  }

  #switched(node: ts.Node): void {
    const c = this.#c;
    if (!c.isSwitchStatement(node)) return;
    for (const clause of node.caseBlock.clauses) if (c.isCaseClause(clause)) this.#compared(clause.expression);
  }

  /** Whether a place only asks for truth. */
  #isCondition(node: ts.Expression): boolean {
    const c = this.#c;
    const { parent } = node;
    if (c.isPrefixUnaryExpression(parent)) return parent.operator === c.SyntaxKind.ExclamationToken;
    if (c.isIfStatement(parent) || c.isWhileStatement(parent)) return parent.expression === node;
    return c.isConditionalExpression(parent) && parent.condition === node;
  }

  #typeOf({ parent }: ts.TypeOfExpression): void {
    const c = this.#c;
    const other = c.isBinaryExpression(parent) ? [parent.left, parent.right].find(c.isStringLiteral)?.text : undefined;
    if (other === "undefined") this.isOptional = true;
    else if (other !== undefined && this.#throwsUnless(parent))
      this.#told.add(other === "function" ? "Function" : other);
    else {
      this.isGuarded = true;
      const type = other === "function" ? CALLABLE : other;
      if (type !== undefined && type !== "object") this.#guards.add(type);
      else this.#isGuardedOtherwise = true;
    }
  }

  /** `if (typeof x !== "y") throw …` */
  #throwsUnless(condition: ts.Node): boolean {
    const c = this.#c;
    const { parent } = condition;
    if (!c.isBinaryExpression(condition) || !c.isIfStatement(parent) || parent.expression !== condition) return false;
    const { ExclamationEqualsEqualsToken, ExclamationEqualsToken } = c.SyntaxKind;
    const { kind } = condition.operatorToken;
    if (kind !== ExclamationEqualsEqualsToken && kind !== ExclamationEqualsToken) return false;
    const then = c.isBlock(parent.thenStatement) ? parent.thenStatement.statements[0] : parent.thenStatement;
    return then !== undefined && c.isThrowStatement(then) && !isBranched(this.#c, parent, this.#owner);
  }

  #binary(node: ts.Expression, { left, operatorToken, right }: ts.BinaryExpression): void {
    const K = this.#c.SyntaxKind;
    const other = left === node ? right : left;
    switch (operatorToken.kind) {
      case K.MinusToken:
      case K.AsteriskToken:
      case K.SlashToken:
      case K.PercentToken:
      case K.AsteriskAsteriskToken:
      case K.AmpersandToken:
      case K.BarToken:
      case K.CaretToken:
      case K.LessThanLessThanToken:
      case K.GreaterThanGreaterThanToken:
      case K.GreaterThanGreaterThanGreaterThanToken:
      case K.MinusEqualsToken:
      case K.AsteriskEqualsToken:
      case K.SlashEqualsToken:
        this.#told.add("number");
        return;
      case K.PlusToken:
        if (this.#c.isNumericLiteral(other)) this.#told.add("number");
        return;
      case K.LessThanToken:
      case K.GreaterThanToken:
      case K.LessThanEqualsToken:
      case K.GreaterThanEqualsToken: {
        const type = this.#checker.getTypeAtLocation(other);
        if (type.flags & this.#c.TypeFlags.NumberLike) this.#told.add("number");
        return;
      }
      case K.EqualsToken:
        if (left === node && isGivenWhereMissing(this.#c, node)) this.isOptional = true;
        if (left !== node) this.#asked(node);
        else if (isDefault(this.#c, right, node) || this.#isParameter(right)) this.isOptional = true;
        else if (!isOfItsOwn(this.#c, right, node)) {
          this.#isWritten = true;
          this.isOptional ||= isMerged(this.#c, right, node);
        }
        return;
      case K.BarBarEqualsToken:
      case K.QuestionQuestionEqualsToken:
        this.isOptional = true;
        return;
      case K.InstanceOfKeyword:
        if (left === node) this.#isGuardedOtherwise = this.isGuarded = true;
        return;
      case K.QuestionQuestionToken:
      case K.BarBarToken:
        if (left === node) this.#replaced(right);
        return;
      case K.EqualsEqualsEqualsToken:
      case K.ExclamationEqualsEqualsToken:
      case K.EqualsEqualsToken:
      case K.ExclamationEqualsToken:
        this.#compared(other);
        return;
      case K.InKeyword:
        if (left === node) this.#isGuardedOtherwise = this.isGuarded = true;
        else this.#told.add(RECORD);
        return;
      default:
    }
  }

  /** `x || "name"` */
  #replaced(value: ts.Expression): void {
    const c = this.#c;
    if (c.isStringLiteralLike(value)) this.#told.add("string");
    else if (c.isNumericLiteral(value)) this.#told.add("number");
    else if (c.isArrayLiteralExpression(value)) this.#told.add("any[]");
    else if (!c.isObjectLiteralExpression(value)) return;
    const { parent } = value.parent;
    if (!c.isVariableDeclaration(parent)) return;
    this.isOptional = true;
    this.#destructured(parent.name);
  }

  #compared(other: ts.Expression): void {
    const c = this.#c;
    if (other.kind === c.SyntaxKind.NullKeyword) this.isNull = true;
    else if ((c.isIdentifier(other) && other.text === "undefined") || c.isVoidExpression(other)) this.isOptional = true;
    else if (c.isStringLiteral(other)) this.#told.add("string");
    else if (c.isNumericLiteral(other)) this.#told.add("number");
    else if (other.kind === c.SyntaxKind.TrueKeyword || other.kind === c.SyntaxKind.FalseKeyword)
      this.#isGuardedOtherwise = this.isGuarded = true;
  }

  #destructured(name: ts.BindingName): void {
    const c = this.#c;
    if (c.isArrayBindingPattern(name)) this.#members.isIterated = true;
    if (!c.isObjectBindingPattern(name)) return;
    for (const { propertyName, name: own, dotDotDotToken, initializer } of name.elements) {
      const key = propertyName ?? own;
      if (dotDotDotToken || !c.isIdentifier(key)) this.#isGuardedOtherwise = this.isGuarded = true;
      else this.#members.addTaken(key.text, literalType(c, initializer));
    }
  }

  #asked(node: ts.Expression): void {
    const asked = askedType(this.#c, this.#checker, node);
    if (asked === "guarded") {
      this.isGuarded = true;
      if (this.#isListAsked(node)) this.#guards.add("any[]");
      else this.#isGuardedOtherwise = true;
    } else if (asked) this.#told.add(asked.type);
  }
}

/** `x === y`, `x instanceof Y` */
function isQuestion({ SyntaxKind }: Compiler, { left, operatorToken }: ts.BinaryExpression, node: ts.Node): boolean {
  const { kind } = operatorToken;
  const isEquality =
    kind === SyntaxKind.EqualsEqualsEqualsToken ||
    kind === SyntaxKind.ExclamationEqualsEqualsToken ||
    kind === SyntaxKind.EqualsEqualsToken ||
    kind === SyntaxKind.ExclamationEqualsToken;
  return isEquality || (kind === SyntaxKind.InstanceOfKeyword && left === node);
}
