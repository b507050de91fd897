// Whether a type or a module certainly lacks a member. Where a part of it is unknown (`any`, a module or base class that was not found), or where
// it is JavaScript, whose types the compiler only guesses, no member counts as lacking.

import type ts from "typescript";
import type { Compiler } from "./compiler.ts";

/** How many levels of re-exported modules and of base classes are followed: deeper than anybody nests them. */
const MAX_DEPTH = 12;

export class MemberCheck {
  readonly #compiler: Compiler;
  readonly #checker: ts.TypeChecker;

  constructor(compiler: Compiler, checker: ts.TypeChecker) {
    this.#compiler = compiler;
    this.#checker = checker;
  }

  /** Whether the type of an expression, or of a destructured value, lacks a member. */
  lacks(receiver: ts.Node, name: string): boolean {
    return this.#target(receiver) !== "unknown" && this.#typeLacks(this.#checker.getTypeAtLocation(receiver), name);
  }

  /** The same in a type position: `name` of `receiver.name`. */
  lacksType(receiver: ts.EntityName, name: string): boolean {
    const symbol = this.#target(receiver);
    if (!symbol || symbol === "unknown") return false;
    if (!(symbol.flags & this.#compiler.SymbolFlags.Namespace)) return this.lacks(receiver, name); // `typeof value.name`
    return !this.#checker.getExportsOfModule(symbol).some((known) => known.name === name) && this.#isWhole(symbol);
  }

  /** Whether a module does not export a name: `name` of `import { name } from "module"`. */
  isNotExported(moduleSpecifier: ts.Expression, name: string): boolean {
    const module = this.#checker.getSymbolAtLocation(moduleSpecifier);
    if (!module || name === "default") return false; // not found, or a matter of interoperability
    if (this.#checker.getExportsOfModule(module).some((known) => known.name === name)) return false;
    return this.#isWhole(module);
  }

  /** The same for `import("module").name` as a type. */
  isMissingInType({ argument }: ts.ImportTypeNode, name: ts.Identifier): boolean {
    if (!this.#compiler.isLiteralTypeNode(argument) || !this.#compiler.isStringLiteral(argument.literal)) return false;
    return this.isNotExported(argument.literal, name.text);
  }

  /** The symbol that a name finally stands for; "unknown" where that was not found. */
  #target(node: ts.Node): ts.Symbol | "unknown" | undefined {
    const symbol = this.#checker.getSymbolAtLocation(node);
    if (!symbol || !(symbol.flags & this.#compiler.SymbolFlags.Alias)) return symbol;
    const target = this.#checker.getAliasedSymbol(symbol);
    return target.declarations === undefined && target.name === "unknown" ? "unknown" : target;
  }

  #typeLacks(type: ts.Type, name: string): boolean {
    const { TypeFlags } = this.#compiler;
    if (type.flags & TypeFlags.Unknown) return false; // then the error is the type `unknown` itself
    const present = this.#checker.getNonNullableType(type);
    if (present.flags & TypeFlags.Never && !(type.flags & TypeFlags.Never)) return false; // nothing but null or undefined
    const apparent = this.#checker.getApparentType(present);
    const parts = apparent.isUnion() ? apparent.types : [apparent];
    return (
      parts.every((part) => this.#isKnown(part)) &&
      parts.some((part) => !this.#checker.getPropertyOfType(part, name) && !this.#hasIndex(part))
    );
  }

  /** Whether all members of a type are known. */
  #isKnown(type: ts.Type, depth = 0): boolean {
    const { TypeFlags, SymbolFlags } = this.#compiler;
    if (type.flags & (TypeFlags.Any | TypeFlags.Unknown) || depth > MAX_DEPTH) return false;
    if (type.isIntersection()) return type.types.every((part) => this.#isKnown(part, depth + 1));
    const { symbol } = type;
    if (!symbol) return true;
    if (symbol.name === "globalThis") return false;
    if (symbol.flags & SymbolFlags.ValueModule && !this.#isWhole(symbol)) return false;
    if (isGuessed(symbol)) return false;
    if (!this.#hasKnownBases(symbol)) return false;
    const bases = type.isClassOrInterface() ? this.#checker.getBaseTypes(type) : this.#basesOf(type);
    return bases.every((base) => this.#isKnown(base, depth + 1));
  }

  /** The base types of a generic type with its arguments, or of a class itself (its static side). */
  #basesOf(type: ts.Type): ts.Type[] {
    const { target } = type as ts.TypeReference;
    if (target?.isClassOrInterface()) return this.#checker.getBaseTypes(target);
    if (!(type.symbol.flags & this.#compiler.SymbolFlags.Class)) return [];
    const instance = this.#checker.getDeclaredTypeOfSymbol(type.symbol);
    return instance.isClassOrInterface() ? this.#checker.getBaseTypes(instance) : [];
  }

  /** Whether all bases were found. The compiler leaves out one that was not, so this checks the declaration. */
  #hasKnownBases(symbol: ts.Symbol): boolean {
    const { TypeFlags } = this.#compiler;
    for (const declaration of symbol.declarations ?? []) {
      if (!this.#compiler.isClassLike(declaration) && !this.#compiler.isInterfaceDeclaration(declaration)) continue;
      for (const { token, types } of declaration.heritageClauses ?? []) {
        if (token === this.#compiler.SyntaxKind.ImplementsKeyword) continue;
        if (types.some((base) => this.#checker.getTypeAtLocation(base.expression).flags & TypeFlags.Any)) return false;
        if (types.some((base) => this.#checker.getTypeAtLocation(base).flags & TypeFlags.Any)) return false;
      }
    }
    return true;
  }

  #hasIndex(type: ts.Type): boolean {
    const { TypeFlags } = this.#compiler;
    return this.#checker
      .getIndexInfosOfType(type)
      .some(({ keyType }) => !(keyType.flags & (TypeFlags.Number | TypeFlags.ESSymbol)));
  }

  /** Whether all exports of a module or namespace are known. */
  #isWhole(module: ts.Symbol, depth = 0): boolean {
    if (depth > MAX_DEPTH || isGuessed(module)) return false;
    if (module.exports?.has("export=" as ts.__String)) return false; // the exports are a value's members, which its type knows
    if (isShorthand(this.#compiler, module)) return false;
    const stars = module.exports?.get("__export" as ts.__String)?.declarations ?? [];
    return stars.every((star) => {
      const { moduleSpecifier } = star as ts.ExportDeclaration;
      const exported = moduleSpecifier && this.#checker.getSymbolAtLocation(moduleSpecifier);
      return exported !== undefined && this.#isWhole(exported, depth + 1);
    });
  }
}

/** `declare module "name";` */
const isShorthand = (compiler: Compiler, module: ts.Symbol): boolean =>
  module.declarations?.some((it) => compiler.isModuleDeclaration(it) && it.body === undefined) ?? false;

/** Whether it is declared in JavaScript, where objects get members without a declaration. */
const isGuessed = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((it) => /\.[cm]?jsx?$/.test(it.getSourceFile().fileName)) ?? false;
