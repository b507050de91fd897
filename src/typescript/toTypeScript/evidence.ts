// What the code tells of a parameter's or field's type, in the TypeScript of a file: what is done with it, and what callers pass. Says nothing rather
// than a type that may be wrong: what is guarded by `typeof`, given another value or only passed on has no type by its use.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import { assignedFields } from "./collect.ts";
import { arrayOf, inUnion } from "./jsDocTypes.ts";

/** What is known of a place. */
export interface Evidence {
  types: string[]; // the first is the likeliest
  isOptional: boolean;
}

/** Calls and `new` by the declaration that they call. */
export type CallsOf = ReadonlyMap<ts.Node, readonly (ts.CallExpression | ts.NewExpression)[]>;

/** The longest type that is written. */
const MAX_TYPE_UNITS = 100;

/** How many calls must agree on what they pass to an exported function whose own code does not tell. */
const LEAST_CALLS = 3;

export class Witness {
  readonly #c: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #calls: CallsOf;

  constructor(compiler: Compiler, program: ts.Program, calls: CallsOf) {
    this.#c = compiler;
    this.#checker = program.getTypeChecker();
    this.#calls = calls;
  }

  parameter(node: ts.ParameterDeclaration): Evidence {
    const { parent } = node;
    const index = parent.parameters.indexOf(node);
    const passed = this.#passed(node, index);
    const uses = this.#c.isIdentifier(node.name) ? this.#usesOf(node, node.name) : undefined;
    const byUse = uses?.types() ?? [];
    const isLocal = !this.#isExported(parent);
    const types: string[] = [];
    const callers = passed.types;
    if (node.dotDotDotToken) return { types: passed.rest ? [passed.rest] : [], isOptional: false };
    if (!this.#c.isIdentifier(node.name)) return { types: [], isOptional: false };
    const [own] = byUse;
    if (own !== undefined && callers.length > 0 && !callers.every((type) => fits(type, own)))
      types.push(unionOf([own, ...callers.filter((type) => !fits(type, own))]));
    const trusted = callers.length > 0 && (isLocal || passed.count >= LEAST_CALLS);
    const exact = unionOf(callers);
    if (own === undefined) {
      if (trusted && !uses?.isGuarded) types.push(exact);
      else if (trusted && isLocal) types.push(exact);
    } else {
      if (isLocal && callers.length > 0 && /any/.test(own) && !/any/.test(exact)) types.push(exact);
      types.push(...byUse);
    }
    const nullable = passed.isNull || (uses?.isNull ?? false);
    const written = [...new Set(types)].filter((type) => type !== "" && type.length <= MAX_TYPE_UNITS);
    return {
      types: nullable ? written.flatMap((type) => [`${inUnion(type)} | null`, type]) : written,
      isOptional: passed.isMissing || (uses?.isOptional ?? false),
    };
  }

  /** Of what is assigned to a class's field. */
  field(node: ts.PropertyDeclaration): Evidence {
    const { parent, name } = node;
    const c = this.#c;
    if (!c.isClassLike(parent) || !c.isIdentifier(name)) return { types: [], isOptional: false };
    const assigned = assignedFields(c, parent).get(name.text) ?? [];
    const told = this.#ofValues(assigned.map(({ right }) => right));
    if (told.types.length > 0) return told;
    const uses = new Uses(c, this.#checker, node);
    const visit = (inner: ts.Node): void => {
      if (c.isPropertyAccessExpression(inner) && inner.expression.kind === c.SyntaxKind.ThisKeyword) {
        const isWritten = c.isBinaryExpression(inner.parent) && assigned.includes(inner.parent);
        if (inner.name.text === name.text && !isWritten) uses.add(inner);
      }
      c.forEachChild(inner, visit);
    };
    c.forEachChild(parent, visit);
    return { types: uses.types().filter((type) => !/[{=]/.test(type)), isOptional: false };
  }

  #ofValues(values: readonly ts.Expression[]): Evidence {
    const found = new Set<string>();
    let [isNull, isKnown] = [false, true];
    for (const value of values) {
      const type = this.#checker.getTypeAtLocation(value);
      if (this.#isNothing(type)) {
        isNull ||= (type.flags & this.#c.TypeFlags.Null) !== 0;
        continue;
      }
      const text = this.#written(type, value);
      if (text === undefined) isKnown = false;
      else found.add(text);
    }
    const union = unionOf([...found]);
    const isTold = isKnown && union !== "" && found.size <= 3;
    return { types: isTold ? [isNull ? `${inUnion(union)} | null` : union] : [], isOptional: false };
  }

  /** What callers pass at a place. */
  #passed(node: ts.ParameterDeclaration, index: number) {
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
        if (this.#isNothing(type)) {
          if (type.flags & this.#c.TypeFlags.Null) isNull = true;
          else isMissing = true;
          continue;
        }
        const text = this.#written(type, value);
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

  #isNothing(type: ts.Type): boolean {
    const { Undefined, Null, Void } = this.#c.TypeFlags;
    return (type.flags & (Undefined | Null | Void)) !== 0;
  }

  /** A value's type as it would be declared; undefined where it is not known, or too special to be the type of others. */
  #written(type: ts.Type, at: ts.Node): string | undefined {
    const c = this.#c;
    const plain = this.#checker.getWidenedType(
      this.#checker.getBaseTypeOfLiteralType(this.#checker.getNonNullableType(type)),
    );
    if (plain.flags & (c.TypeFlags.Any | c.TypeFlags.Unknown | c.TypeFlags.Never | c.TypeFlags.TypeParameter))
      return undefined;
    if (plain.getCallSignatures().length > 0 && !plain.symbol?.getName().match(/^[A-Z]\w+$/))
      return "(...args: any[]) => any";
    const text = this.#checker.typeToString(plain, at, c.TypeFormatFlags.NoTruncation);
    if (/\bnever\[\]/.test(text)) return "any[]";
    if (/[{"'`]|\btypeof\b|=>|\bimport\(|\bany\b(?!\[\]|>)|\.\.\./.test(text) || text.length > MAX_TYPE_UNITS)
      return undefined;
    return text === "any" ? undefined : text;
  }

  #usesOf(node: ts.ParameterDeclaration, name: ts.Identifier): Uses | undefined {
    const symbol = this.#checker.getSymbolAtLocation(name);
    const body = (node.parent as { body?: ts.Node }).body;
    if (!symbol || !body) return undefined;
    const uses = new Uses(this.#c, this.#checker, node);
    const visit = (inner: ts.Node): void => {
      if (this.#c.isIdentifier(inner) && inner.text === name.text && this.#meant(inner) === symbol) uses.add(inner);
      this.#c.forEachChild(inner, visit);
    };
    visit(body);
    for (const parameter of node.parent.parameters) if (parameter.initializer) visit(parameter.initializer);
    return uses;
  }

  #meant(node: ts.Identifier): ts.Symbol | undefined {
    if (this.#c.isShorthandPropertyAssignment(node.parent))
      return this.#checker.getShorthandAssignmentValueSymbol(node.parent);
    return this.#checker.getSymbolAtLocation(node);
  }

  /** Whether others may call a function: an exported one, and what is reached through a value. */
  #isExported(node: ts.SignatureDeclaration): boolean {
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

/** What has what members: a use of them tells the type where only one has all. */
const KNOWN_TYPES: readonly (readonly [string, string])[] = [
  ["string", "String"],
  ["any[]", "Array"],
  ["RegExp", "RegExp"],
  ["Date", "Date"],
  ["Promise<any>", "Promise"],
  ["Map<any, any>", "Map"],
  ["Set<any>", "Set"],
  ["Function", "Function"],
  ["number", "Number"],
];

/** Members of every object or of too many types: they tell nothing. */
const COMMON_MEMBERS =
  /^(toString|valueOf|hasOwnProperty|constructor|toLocaleString|isPrototypeOf|propertyIsEnumerable)$/;

/** The part of the checker that finds a global name; it has no type. */
type NameResolver = ts.TypeChecker & {
  resolveName?(name: string, at: undefined, meaning: ts.SymbolFlags, excludeGlobals: boolean): ts.Symbol | undefined;
};

/** An object of which nothing more is known. */
const RECORD = "Record<string, any>";

interface Member {
  isCalled: boolean;
  isNeeded: boolean; // it is called or read further: it must be there
}

/** What a function's body does with a parameter. */
class Uses {
  readonly #c: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #node: ts.ParameterDeclaration | ts.PropertyDeclaration;
  readonly #members = new Map<string, Member>();
  readonly #told = new Set<string>(); // types that places of the body ask for
  #isIndexed = false;
  #isIterated = false;
  #isCalled = false;
  #isWritten = false; // with another value than its own
  #isKeyed = false; // with a key that is not known
  #isKey = false;
  #count = 0; // of all uses
  #conditions = 0; // of those that only ask whether it is true
  isGuarded = false; // by `typeof` and the like: it may be of several types
  isOptional = false;
  isNull = false;

  constructor(compiler: Compiler, checker: ts.TypeChecker, node: ts.ParameterDeclaration | ts.PropertyDeclaration) {
    this.#c = compiler;
    this.#checker = checker;
    this.#node = node;
    const { initializer } = node;
    if (initializer && compiler.isArrayLiteralExpression(initializer) && initializer.elements.length === 0)
      this.#told.add("any[]");
    if (initializer?.kind === compiler.SyntaxKind.NullKeyword) this.isNull = true;
  }

  add(node: ts.Expression): void {
    const c = this.#c;
    const { parent } = node;
    this.#count++;
    const isObject = (parent as { expression?: ts.Node }).expression === node;
    if (c.isPropertyAccessExpression(parent) && isObject) this.#member(parent, parent.name.text);
    else if (c.isElementAccessExpression(parent) && isObject) this.#element(parent);
    else if (c.isElementAccessExpression(parent)) this.#isKey = true;
    else if (c.isCallExpression(parent) && isObject) this.#isCalled = true;
    else if (c.isTypeOfExpression(parent)) this.#typeOf(parent);
    else if (c.isBinaryExpression(parent)) this.#binary(node, parent);
    else if (c.isPrefixUnaryExpression(parent) || c.isPostfixUnaryExpression(parent)) this.#unary(parent.operator);
    else if (c.isForOfStatement(parent) && isObject) this.#isIterated = true;
    else if (c.isSpreadElement(parent)) this.#isIterated ||= !c.isCallExpression(parent.parent);
    else if (c.isVariableDeclaration(parent) && parent.initializer === node) this.#destructured(parent.name);
    else if (c.isForInStatement(parent) && isObject) this.#told.add(RECORD);
    else if (c.isCaseOrDefaultClause(parent.parent) || c.isSwitchStatement(parent)) this.#switched(parent);
    else if (this.#isCondition(node)) this.#conditions++;
    else if (
      c.isCallExpression(parent) ||
      c.isNewExpression(parent) ||
      c.isReturnStatement(parent) ||
      c.isPropertyAssignment(parent)
    )
      this.#asked(node);
  }

  #unary(operator: ts.SyntaxKind): void {
    const { ExclamationToken, PlusToken } = this.#c.SyntaxKind;
    if (operator === ExclamationToken) this.#conditions++;
    if (operator !== ExclamationToken && operator !== PlusToken) this.#told.add("number"); // `+x` makes a number of anything
  }

  /** The likeliest types first; none where nothing tells, or what tells contradicts itself. */
  types(): string[] {
    if (this.isGuarded) return [];
    if (this.#isWritten) return this.#structure({ mayLackAll: true }); // such as options that are merged with the default
    const told = [...this.#told];
    if (told.length > 1) return [];
    if (told.length === 1) return this.#isCalled && told[0] !== "Function" ? [] : [told[0]!];
    if (this.#isCalled)
      return this.#members.size === 0 ||
        [...this.#members.keys()].every((name) => /^(call|apply|bind|length|name)$/.test(name))
        ? ["(...args: any[]) => any"]
        : [];
    if (this.#count > 0 && this.#conditions === this.#count) return ["boolean"];
    if (this.#isKey && this.#members.size === 0) return ["string | number"];
    return this.#byMembers();
  }

  #byMembers(): string[] {
    const names = [...this.#members.keys()];
    if (this.#isKeyed) {
      if (names.join() === "length") return ["ArrayLike<any>"];
      return names.length === 0 && !this.#isIterated && !this.#isIndexed ? [RECORD] : [];
    }
    if (names.length === 0) {
      if (this.#isIterated) return [this.#isIndexed ? "any[]" : "Iterable<any>"];
      return this.#isIndexed ? ["ArrayLike<any>"] : [];
    }
    const having = KNOWN_TYPES.filter(
      ([type, of]) =>
        names.every((name) => this.#hasMember(of, name)) &&
        (!this.#isIndexed || /string|\[\]/.test(type)) &&
        (!this.#isIterated || /string|\[\]|Map|Set/.test(type)),
    ).map(([type]) => type);
    const onlyLength = names.length === 1 && names[0] === "length";
    if (onlyLength) return this.#isIterated ? ["any[]"] : this.#isIndexed ? ["ArrayLike<any>"] : ["{ length: number }"];
    if (having.length === 1)
      return having[0] === "Function" && names.every((name) => name === "name") ? this.#structure() : having;
    if (having.length === 2 && having.join() === "string,any[]")
      return this.#isIndexed || this.#isIterated ? [] : ["string | any[]"];
    if (having.length > 0 || this.#isIndexed || this.#isIterated) return [];
    return this.#structure();
  }

  /** An object with the members that are used; what is only read may be missing. */
  #structure({ mayLackAll = false } = {}): string[] {
    const members = [...this.#members].filter(([name]) => !COMMON_MEMBERS.test(name));
    if (members.length === 0 || members.length > 8) return members.length === 0 ? [] : [RECORD];
    const written = members.map(([name, { isCalled, isNeeded }]) => {
      const mark = isNeeded && !mayLackAll ? "" : "?";
      return isCalled ? `${name}${mark}(...args: any[]): any` : `${name}${mark}: any`;
    });
    const open = `{ ${[...written, "[key: string]: any"].join("; ")} }`;
    return [`{ ${written.join("; ")} }`, open, RECORD].filter((type) => type.length <= MAX_TYPE_UNITS);
  }

  #hasMember(type: string, name: string): boolean {
    const symbol = (this.#checker as NameResolver).resolveName?.(type, undefined, this.#c.SymbolFlags.Interface, false);
    return symbol !== undefined && this.#checker.getDeclaredTypeOfSymbol(symbol).getProperty(name) !== undefined;
  }

  #member(access: ts.PropertyAccessExpression, name: string): void {
    if (COMMON_MEMBERS.test(name)) return;
    const c = this.#c;
    const { parent } = access;
    const isCalled = c.isCallExpression(parent) && parent.expression === access;
    const isDeeper =
      (c.isPropertyAccessExpression(parent) || c.isElementAccessExpression(parent)) && parent.expression === access;
    const isAlways = !access.questionDotToken && !this.#isBranched(access);
    const known = this.#members.get(name);
    this.#members.set(name, {
      isCalled: isCalled && (known?.isCalled ?? true),
      isNeeded: ((isCalled || isDeeper) && isAlways) || (known?.isNeeded ?? false),
    });
    if (access.questionDotToken) this.isOptional = true;
  }

  /** Whether a place is not reached by each call. */
  #isBranched(node: ts.Node): boolean {
    const c = this.#c;
    const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = c.SyntaxKind;
    const branch = c.findAncestor(node.parent, (one) => {
      if (one === this.#node.parent) return "quit";
      if (c.isIfStatement(one) || c.isConditionalExpression(one)) return true;
      if (c.isFunctionLike(one)) return true;
      return (
        c.isBinaryExpression(one) &&
        [AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken].includes(one.operatorToken.kind as never)
      );
    });
    return branch !== undefined;
  }

  #element({ argumentExpression }: ts.ElementAccessExpression): void {
    const type = this.#checker.getTypeAtLocation(argumentExpression);
    if (type.flags & this.#c.TypeFlags.NumberLike) this.#isIndexed = true;
    else this.#isKeyed = true;
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
    else this.isGuarded = true;
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
    return then !== undefined && c.isThrowStatement(then) && !this.#isBranched(parent);
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
        if (left === node && this.#isGivenWhereMissing(node)) this.isOptional = true;
        if (left !== node) this.#asked(node);
        else if (!this.#isDefault(right, node) && !this.#isOfItsOwn(right, node)) {
          this.#isWritten = true;
          this.isOptional ||= this.#isMerged(right, node);
        }
        return;
      case K.BarBarEqualsToken:
      case K.QuestionQuestionEqualsToken:
        this.isOptional = true;
        return;
      case K.InstanceOfKeyword:
        if (left === node) this.isGuarded = true;
        return;
      case K.QuestionQuestionToken:
      case K.BarBarToken:
        return;
      case K.EqualsEqualsEqualsToken:
      case K.ExclamationEqualsEqualsToken:
      case K.EqualsEqualsToken:
      case K.ExclamationEqualsToken:
        this.#compared(other);
        return;
      case K.InKeyword:
        if (left === node) this.isGuarded = true;
        return;
      default:
    }
  }

  #compared(other: ts.Expression): void {
    const c = this.#c;
    if (other.kind === c.SyntaxKind.NullKeyword) this.isNull = true;
    else if ((c.isIdentifier(other) && other.text === "undefined") || c.isVoidExpression(other)) this.isOptional = true;
    else if (c.isStringLiteral(other)) this.#told.add("string");
    else if (c.isNumericLiteral(other)) this.#told.add("number");
    else if (other.kind === c.SyntaxKind.TrueKeyword || other.kind === c.SyntaxKind.FalseKeyword) this.isGuarded = true;
  }

  /** `x = x || …`, which says that it may be missing, and what it is otherwise. */
  #isDefault(right: ts.Expression, node: ts.Expression): boolean {
    const c = this.#c;
    const { BarBarToken, QuestionQuestionToken } = c.SyntaxKind;
    if (!c.isBinaryExpression(right) || right.left.getText() !== node.getText()) return false;
    const { kind } = right.operatorToken;
    if (kind !== BarBarToken && kind !== QuestionQuestionToken) return false;
    this.isOptional = true;
    return true;
  }

  /** `if (!x) x = …` */
  #isGivenWhereMissing(node: ts.Expression): boolean {
    const c = this.#c;
    const statement = node.parent.parent;
    if (!c.isExpressionStatement(statement)) return false;
    const branch = c.isBlock(statement.parent) ? statement.parent : statement;
    const { parent } = branch;
    if (!c.isIfStatement(parent) || parent.thenStatement !== branch) return false;
    const { expression } = parent;
    return (
      c.isPrefixUnaryExpression(expression) &&
      expression.operator === c.SyntaxKind.ExclamationToken &&
      expression.operand.getText() === node.getText()
    );
  }

  /** `x = merge(x, …)`, `x = Object.assign({}, x)`: it may be missing. */
  #isMerged(right: ts.Expression, node: ts.Expression): boolean {
    const c = this.#c;
    if (!c.isCallExpression(right) || right.arguments.length < 2) return false;
    const isGiven = right.arguments.some((one) => one.getText() === node.getText());
    return isGiven && /(merge|assign|defaults|extend)$/i.test(right.expression.getText());
  }

  /** `x = x.trim()`, and a value that is made without it. */
  #isOfItsOwn(right: ts.Expression, node: ts.Expression): boolean {
    const c = this.#c;
    const name = node.getText();
    if (c.isCallExpression(right) && c.isPropertyAccessExpression(right.expression)) {
      const { expression } = right.expression;
      return expression.getText() === name || this.#isOfItsOwn(expression, node);
    }
    return c.isStringLiteralLike(right) || c.isNumericLiteral(right) || c.isObjectLiteralExpression(right);
  }

  #destructured(name: ts.BindingName): void {
    const c = this.#c;
    if (c.isArrayBindingPattern(name)) this.#isIterated = true;
    if (!c.isObjectBindingPattern(name)) return;
    for (const { propertyName, name: own, dotDotDotToken } of name.elements) {
      const key = propertyName ?? own;
      if (dotDotDotToken || !c.isIdentifier(key)) this.isGuarded = true;
      else if (!this.#members.has(key.text)) this.#members.set(key.text, { isCalled: false, isNeeded: false });
    }
  }

  /** The type that a place asks of what stands there, such as an argument of a typed function. */
  #asked(node: ts.Expression): void {
    const c = this.#c;
    const { parent } = node;
    const isCall = c.isCallExpression(parent) || c.isNewExpression(parent);
    if (isCall && /(^|\.)is[A-Z]\w*$/.test(parent.expression.getText())) {
      this.isGuarded = true; // such as `isArray(x)`
      return;
    }
    if (isCall && /^Object\.(keys|values|entries|getOwnPropertyNames)$/.test(parent.expression.getText())) {
      this.#told.add(RECORD);
      return;
    }
    const type = this.#checker.getContextualType(node);
    if (!type) return;
    const plain = this.#checker.getNonNullableType(type);
    const { String: Text, Number: Numeric, Object: Structured } = c.TypeFlags;
    if (plain.flags & (Text | Numeric)) this.#told.add(this.#checker.typeToString(plain));
    if (!(plain.flags & Structured)) return; // a boolean: anything will do there
    if (plain.getCallSignatures().length > 0) {
      this.#told.add("(...args: any[]) => any");
      return;
    }
    const text = this.#checker.typeToString(plain, node, c.TypeFormatFlags.NoTruncation);
    const isOwn = isCall && this.#isOwn(this.#checker.getResolvedSignature(parent)?.declaration);
    const isPlain =
      /^[A-Z]\w*(\[\])?$/.test(text) && !/^(Object|ArrayLike|Iterable|Array|PropertyDescriptor)$/.test(text);
    if (isPlain || (isOwn && !/typeof|import\(|=>/.test(text)))
      this.#told.add(text.replaceAll(";  }", " }").replace(/; }$/, " }"));
  }

  /** A function of the project without types of its own. */
  #isOwn(declaration: ts.Node | undefined): boolean {
    if (!declaration || !this.#c.isFunctionLike(declaration)) return false;
    return !declaration.typeParameters && !declaration.getSourceFile().isDeclarationFile;
  }
}

/** Whether a value of one type surely is one of another, by their words. */
const fits = (type: string, wanted: string): boolean =>
  type === wanted ||
  wanted.split(" | ").includes(type) ||
  (/\[\]$|^string$|Array$/.test(type) && /^(ArrayLike<any>|Iterable<any>|\{ length: number \})$/.test(wanted)) ||
  (type.endsWith("[]") && wanted.split(" | ").includes("any[]")) ||
  (wanted.startsWith("{") && !/^(string|number|boolean)$/.test(type)) ||
  (wanted.startsWith("(") && type === "Function") ||
  (wanted === "Function" && type.startsWith("("));

function unionOf(types: readonly string[]): string {
  const all = [...new Set(types.flatMap((type) => (type.includes("=>") ? [type] : type.split(" | "))))];
  const parts = all.includes("any[]") ? all.filter((part) => part === "any[]" || !part.endsWith("[]")) : all;
  return parts.length === 1 ? parts[0]! : parts.map(inUnion).toSorted().join(" | ");
}
