// A plain value of a type: a variable of that name, the first literal, an empty list. Never a cast: where no value follows from the type, there is none.

import type ts from "typescript";
import { isOmittable } from "./constructors.ts";
import { literalText, memberName } from "./literals.ts";
import type { Site } from "./site.ts";

/** How deep objects are filled: deeper, and a person would not read it. */
const MOST_DEPTH = 4;

/** Classes of the language that can be made from nothing. */
const EMPTY: Readonly<Record<string, string>> = {
  Map: "new Map()",
  ReadonlyMap: "new Map()",
  WeakMap: "new WeakMap()",
  Set: "new Set()",
  ReadonlySet: "new Set()",
  WeakSet: "new WeakSet()",
  Date: "new Date(0)",
  RegExp: "/(?:)/",
  Error: "new Error()",
  Uint8Array: "new Uint8Array()",
  AbortSignal: "new AbortController().signal",
};

/** Members that a type requires, in the order of their declarations; undefined where one has no plain name. */
export function requiredMembers({ checker, compiler }: Site, type: ts.Type): ts.Symbol[] | undefined {
  const all = checker.getPropertiesOfType(type).filter(({ flags }) => !(flags & compiler.SymbolFlags.Optional));
  const isPlain = (symbol: ts.Symbol) =>
    !symbol.name.startsWith("__@") &&
    !symbol.name.startsWith("#") &&
    !(symbol.declarations ?? []).some(
      (it) =>
        compiler.getCombinedModifierFlags(it) & (compiler.ModifierFlags.Private | compiler.ModifierFlags.Protected),
    );
  return all.every(isPlain) ? all : undefined;
}

/** The text of a member with a value: `name`, `name: value` or a method; undefined where there is none. */
export function memberText(site: Site, member: ts.Symbol, place: ts.Node, depth = 0): string | undefined {
  const type = site.checker.getTypeOfSymbolAtLocation(member, place);
  const name = memberName(site, member.name);
  if (isVariableOf(site, member.name, type, place)) return name;
  const value = plainValue(site, type, place, depth) ?? onlyVariable(site, type, place);
  return value === undefined ? undefined : `${name}: ${value}`;
}

/** The only variable or parameter of this file that fits a type of which no value can be made. */
function onlyVariable(site: Site, type: ts.Type, place: ts.Node): string | undefined {
  const { checker, compiler, source } = site;
  if (!(type.flags & compiler.TypeFlags.Object)) return undefined;
  const fitting = checker.getSymbolsInScope(place, compiler.SymbolFlags.Variable).filter((symbol) => {
    const [declaration] = symbol.declarations ?? [];
    if (declaration?.getSourceFile() !== source || declaration.end > place.pos) return false;
    const own = checker.getTypeOfSymbolAtLocation(symbol, place);
    return !(own.flags & compiler.TypeFlags.Any) && (checker.isTypeAssignableTo?.(own, type) ?? false);
  });
  return fitting.length === 1 ? fitting[0]!.name : undefined;
}

/** Whether a variable of this file has the name, and fits. */
function isVariableOf(site: Site, name: string, type: ts.Type, place: ts.Node): boolean {
  const { checker, compiler, source } = site;
  const { Variable, Alias } = compiler.SymbolFlags;
  const symbol = checker.resolveName?.(name, place, Variable | Alias, false);
  const [declaration] = symbol?.declarations ?? [];
  if (!symbol || declaration?.getSourceFile() !== source || declaration.end > place.pos) return false;
  const own = checker.getTypeOfSymbolAtLocation(site.targetOf(symbol), place);
  return !(own.flags & compiler.TypeFlags.Any) && (checker.isTypeAssignableTo?.(own, type) ?? false);
}

/** The text of a plain value of a type; undefined where none follows from it. */
export function plainValue(site: Site, type: ts.Type, place: ts.Node, depth = 0): string | undefined {
  const { TypeFlags } = site.compiler;
  const { flags } = type;
  if (flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.Void | TypeFlags.Undefined)) return "undefined";
  if (flags & TypeFlags.Null) return "null";
  if (flags & TypeFlags.String) return site.quoted("");
  if (flags & TypeFlags.Number) return "0";
  if (flags & TypeFlags.BigInt) return "0n";
  if (flags & TypeFlags.Boolean) return "false";
  if (type.isUnion()) {
    const { types } = type;
    const empty =
      types.find((one) => one.flags & TypeFlags.Undefined) ?? types.find((one) => one.flags & TypeFlags.Null);
    const rest = [...types].sort((a, b) => idOf(a) - idOf(b)); // as declared: the checker sorts by when it met them
    for (const one of empty ? [empty] : rest) {
      const value = plainValue(site, one, place, depth);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  const literal = literalText(site, type, place);
  if (literal !== undefined) return literal;
  if (flags & TypeFlags.NonPrimitive) return "{}";
  if (!(flags & (TypeFlags.Object | TypeFlags.Intersection)) || depth >= MOST_DEPTH) return undefined;
  return objectValue(site, type, place, depth);
}

function objectValue(site: Site, type: ts.Type, place: ts.Node, depth: number): string | undefined {
  const { checker, compiler } = site;
  const [call] = type.getCallSignatures();
  if (call) {
    const told = predicateText(site, call);
    if (told !== undefined)
      return `${told} => { throw new Error(${site.quoted("Not implemented")})${site.style.semicolon} }`;
    const isVoid = (call.getReturnType().flags & (compiler.TypeFlags.Void | compiler.TypeFlags.Any)) !== 0;
    if (checker.getPropertiesOfType(type).length > 0) return undefined;
    return isVoid ? "() => {}" : `() => { throw new Error(${site.quoted("Not implemented")})${site.style.semicolon} }`;
  }
  if (type.getConstructSignatures().length > 0) return undefined;
  if (checker.isArrayType(type)) return "[]";
  if (checker.isTupleType(type)) {
    const values = checker
      .getTypeArguments(type as ts.TypeReference)
      .map((one) => plainValue(site, one, place, depth + 1));
    return values.includes(undefined) ? undefined : `[${values.join(", ")}]`;
  }
  const name = type.symbol?.name ?? "";
  const isLibrary = type.symbol?.declarations?.some((it) => /\/lib\.[^/]*\.d\.ts$/.test(it.getSourceFile().fileName));
  if (isLibrary) {
    if (name === "Promise") {
      const [of] = checker.getTypeArguments(type as ts.TypeReference);
      const value = of && plainValue(site, of, place, depth + 1);
      return value === undefined ? undefined : `Promise.resolve(${value === "undefined" ? "" : value})`;
    }
    if (Object.hasOwn(EMPTY, name)) return EMPTY[name];
    if (type.symbol && type.symbol.flags & compiler.SymbolFlags.Interface && !type.aliasSymbol) return undefined;
  }
  if (type.isIntersection() && type.types.some((one) => !(one.flags & compiler.TypeFlags.Object))) return undefined; // a brand
  if (type.symbol && type.symbol.flags & compiler.SymbolFlags.Class) return newOf(site, type, place);
  const members = requiredMembers(site, type);
  if (!members) return undefined;
  const texts = members.map((one) => memberText(site, one, place, depth + 1));
  if (texts.includes(undefined)) return undefined;
  return texts.length === 0 ? "{}" : `{ ${texts.join(", ")} }`;
}

/** The parameters and the result of a function that tells a type; undefined for others. */
function predicateText({ checker }: Site, call: ts.Signature): string | undefined {
  const told = checker.getTypePredicateOfSignature?.(call);
  if (!told) return undefined;
  const names = call.parameters.map(({ name }) => name).join(", ");
  return `(${names}): ${checker.typePredicateToString(told)}`;
}

/** An instance of a class that needs no arguments. */
function newOf(site: Site, type: ts.Type, place: ts.Node): string | undefined {
  const { checker, compiler } = site;
  const name = site.nameInScope(type.symbol, place);
  const declaration = type.symbol.valueDeclaration;
  if (name === undefined || !declaration || !compiler.isClassDeclaration(declaration)) return undefined;
  if (compiler.getCombinedModifierFlags(declaration) & compiler.ModifierFlags.Abstract) return undefined;
  const made = checker.getTypeOfSymbolAtLocation(type.symbol, place).getConstructSignatures();
  const isFree = made.some(({ parameters }) => parameters.every((one) => isOmittable(compiler, one.valueDeclaration)));
  return isFree ? `new ${name}()` : undefined;
}

const idOf = (type: ts.Type): number => (type as { id?: number }).id ?? 0;
