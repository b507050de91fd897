// What the members that are used of a value tell of its type.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";
import { MAX_TYPE_UNITS, RECORD } from "./writtenTypes.ts";

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

/** Members that many classes have besides the known types: one of them alone tells none. */
const SHARED_MEMBERS = /^(get|set|has|add|delete|clear|test|exec)$/;

/** The part of the checker that finds a global name; it has no type. */
type NameResolver = ts.TypeChecker & {
  resolveName?(name: string, at: undefined, meaning: ts.SymbolFlags, excludeGlobals: boolean): ts.Symbol | undefined;
};

interface Member {
  isCalled: boolean;
  isNeeded: boolean; // it is called or read further: it must be there
  type?: string; // of its default
  next: Set<string>; // members of what its call returns
}

/** Members, elements and iterations of one value. */
export class Members {
  readonly #c: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #owner: ts.Node; // the function whose calls reach the uses
  readonly #members = new Map<string, Member>();
  #isIndexed = false;
  #isKeyed = false; // with a key that is not known
  #record = RECORD; // what has any keys
  isIterated = false;

  constructor(compiler: Compiler, checker: ts.TypeChecker, owner: ts.Node) {
    this.#c = compiler;
    this.#checker = checker;
    this.#owner = owner;
  }

  get names(): string[] {
    return [...this.#members.keys()];
  }

  add(access: ts.PropertyAccessExpression): void {
    const name = access.name.text;
    if (COMMON_MEMBERS.test(name)) return;
    const c = this.#c;
    const { parent } = access;
    const isCalled = c.isCallExpression(parent) && parent.expression === access;
    const isDeeper =
      (c.isPropertyAccessExpression(parent) || c.isElementAccessExpression(parent)) && parent.expression === access;
    const isAlways = !access.questionDotToken && !isBranched(c, access, this.#owner);
    const known = this.#members.get(name);
    const next = known?.next ?? new Set();
    if (isCalled && c.isPropertyAccessExpression(parent.parent) && parent.parent.expression === parent)
      next.add(parent.parent.name.text);
    this.#members.set(name, {
      ...(known?.type !== undefined && { type: known.type }),
      next,
      isCalled: isCalled && (known?.isCalled ?? true),
      isNeeded: ((isCalled || isDeeper) && isAlways) || (known?.isNeeded ?? false),
    });
  }

  addElement({ argumentExpression }: ts.ElementAccessExpression): void {
    if (argumentExpression.getText() === "Symbol.iterator") {
      this.isIterated = true;
      return;
    }
    const type = this.#checker.getTypeAtLocation(argumentExpression);
    const { NumberLike, ESSymbolLike } = this.#c.TypeFlags;
    if (type.flags & ESSymbolLike) this.#record = RECORD.replace("string", "string | symbol");
    if (type.flags & NumberLike) this.#isIndexed = true;
    else this.#isKeyed = true;
  }

  /** A name that is taken out of the value. */
  addTaken(name: string, type: string): void {
    if (!this.#members.has(name)) this.#members.set(name, { type, isCalled: false, isNeeded: false, next: new Set() });
  }

  types(): string[] {
    const { names } = this;
    if (this.#isKeyed) {
      if (names.join() === "length") return ["ArrayLike<any>"];
      const isList = this.isIterated || this.#isIndexed;
      return !isList && (names.length === 0 || this.#having().length === 0) ? [this.#record] : [];
    }
    if (names.length === 0) {
      if (this.isIterated) return [this.#isIndexed ? "any[]" : "Iterable<any>"];
      return this.#isIndexed ? ["ArrayLike<any>"] : [];
    }
    const having = this.#having();
    const onlyLength = names.length === 1 && names[0] === "length";
    if (onlyLength) return this.isIterated ? ["any[]"] : this.#isIndexed ? ["ArrayLike<any>"] : ["{ length: number }"];
    if (having.length === 1) {
      const isShared = names.length === 1 && SHARED_MEMBERS.test(names[0]!);
      return isShared || (having[0] === "Function" && names.every((name) => name === "name"))
        ? this.structure()
        : having;
    }
    if (having.length === 2 && having.join() === "string,any[]")
      return this.#isIndexed || this.isIterated ? [] : ["string | any[]"];
    return this.#isIndexed || this.isIterated ? [] : this.structure();
  }

  /** The known types that have all members. */
  #having(): string[] {
    return KNOWN_TYPES.filter(
      ([type, of]) =>
        this.names.every((name) => this.#hasMember(of, name)) &&
        (!this.#isIndexed || /string|\[\]/.test(type)) &&
        (!this.isIterated || /string|\[\]|Map|Set/.test(type)),
    ).map(([type]) => type);
  }

  /** An object with the members that are used; what is only read may be missing. */
  structure({ mayLackAll = false } = {}): string[] {
    const members = [...this.#members].filter(([name]) => !COMMON_MEMBERS.test(name));
    if (members.length === 0 || members.length > 8) return members.length === 0 ? [] : [RECORD];
    const written = members.map(([name, { type, isCalled, isNeeded }]) => {
      const mark = isNeeded && !mayLackAll ? "" : "?";
      return isCalled ? `${name}${mark}(...args: any[]): any` : `${name}${mark}: ${type ?? "any"}`;
    });
    const open = `{ ${[...written, "[key: string]: any"].join("; ")} }`;
    return [`{ ${written.join("; ")} }`, open, RECORD].filter((type) => type.length <= MAX_TYPE_UNITS);
  }

  #hasMember(type: string, name: string): boolean {
    const symbol = (this.#checker as NameResolver).resolveName?.(type, undefined, this.#c.SymbolFlags.Interface, false);
    const member = symbol && this.#checker.getDeclaredTypeOfSymbol(symbol).getProperty(name);
    if (!member?.valueDeclaration) return false;
    const signatures = this.#checker.getTypeOfSymbolAtLocation(member, member.valueDeclaration).getCallSignatures();
    const next = [...(this.#members.get(name)?.next ?? [])];
    return signatures.length === 0 || next.length === 0 || signatures.some((one) => this.#returns(one, next));
  }

  /** Whether what a method returns has members, as far as it is known. */
  #returns(signature: ts.Signature, names: readonly string[]): boolean {
    const type = this.#checker.getReturnTypeOfSignature(signature);
    if (type.flags & (this.#c.TypeFlags.Any | this.#c.TypeFlags.TypeParameter)) return true;
    const known = this.#checker.getApparentType(this.#checker.getNonNullableType(type));
    return names.every((name) => known.getProperty(name) !== undefined);
  }
}

/** Whether a place is not reached by each call of its function. */
export function isBranched(c: Compiler, node: ts.Node, owner: ts.Node): boolean {
  const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = c.SyntaxKind;
  const branch = c.findAncestor(node.parent, (one) => {
    if (one === owner) return "quit";
    if (c.isIfStatement(one) || c.isConditionalExpression(one)) return true;
    if (c.isFunctionLike(one)) return true;
    return (
      c.isBinaryExpression(one) &&
      [AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken].includes(one.operatorToken.kind as never)
    );
  });
  return branch !== undefined;
}
