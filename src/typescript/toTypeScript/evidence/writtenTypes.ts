// Types as words: how a value's type would be declared, and whether one surely is another.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";
import { inUnion } from "../jsDocTypes.ts";

/** The longest type that is written. */
export const MAX_TYPE_UNITS = 100;

/** An object of which nothing more is known. */
export const RECORD = "Record<string, any>";

/** A value of which the code only asks what it is. */
export const ANYTHING = "unknown";

/** A function of which nothing more is known. */
export const CALLABLE = "(...args: any[]) => any";

/** The type of a default, as far as its text tells. */
export function literalType(c: Compiler, value: ts.Expression | undefined): string {
  if (!value) return "any";
  if (c.isStringLiteralLike(value)) return "string";
  if (c.isNumericLiteral(value)) return "number";
  const { TrueKeyword, FalseKeyword } = c.SyntaxKind;
  return value.kind === TrueKeyword || value.kind === FalseKeyword ? "boolean" : "any";
}

export function isNothing(c: Compiler, type: ts.Type): boolean {
  const { Undefined, Null, Void } = c.TypeFlags;
  return (type.flags & (Undefined | Null | Void)) !== 0;
}

/**
 * A value's type as it would be declared; undefined where it is not known, or too special to be the type of others.
 * @param at where it is written
 */
export function writtenType(c: Compiler, checker: ts.TypeChecker, type: ts.Type, at: ts.Node): string | undefined {
  const plain = checker.getWidenedType(checker.getBaseTypeOfLiteralType(checker.getNonNullableType(type)));
  if (plain.flags & (c.TypeFlags.Any | c.TypeFlags.Unknown | c.TypeFlags.Never | c.TypeFlags.TypeParameter))
    return undefined;
  if (plain.getCallSignatures().length > 0 && !plain.symbol?.getName().match(/^[A-Z]\w+$/)) return CALLABLE;
  const text = checker.typeToString(plain, at, c.TypeFormatFlags.NoTruncation);
  if (/\bnever\[\]/.test(text)) return "any[]";
  if (/[{"'`]|\btypeof\b|=>|\bimport\(|\bany\b(?!\[\]|>)|\.\.\./.test(text) || text.length > MAX_TYPE_UNITS)
    return undefined;
  return text !== "any" && meansSameAt(c, checker, plain, text, at) ? text : undefined;
}

/** The part of the checker that finds a name; it has no type. */
type NameResolver = ts.TypeChecker & {
  resolveName?(name: string, at: ts.Node, meaning: ts.SymbolFlags, excludeGlobals: boolean): ts.Symbol | undefined;
};

/** Whether the names in a type's words mean the same where they are written: a class `Range` of another file is not the browser's. */
export function meansSameAt(c: Compiler, checker: ts.TypeChecker, type: ts.Type, text: string, at: ts.Node): boolean {
  const meant = new Set<ts.Symbol>();
  const visit = (part: ts.Type): void => {
    for (const symbol of [part.symbol, part.aliasSymbol]) if (symbol) meant.add(symbol);
    const isReference = ((part as ts.ObjectType).objectFlags & c.ObjectFlags.Reference) !== 0;
    const given = isReference ? checker.getTypeArguments(part as ts.TypeReference) : [];
    for (const one of part.isUnionOrIntersection() ? part.types : given)
      if (!one.symbol || !meant.has(one.symbol)) visit(one);
  };
  visit(type);
  return (text.match(/\b[A-Z]\w*/g) ?? []).every((name) => {
    const found = (checker as NameResolver).resolveName?.(name, at, c.SymbolFlags.Type | c.SymbolFlags.Alias, false);
    if (!found) return false;
    return meant.has(found.flags & c.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found);
  });
}

/** The type of a function by the values that it is called with; none where none of them is known. */
export function calledType(c: Compiler, checker: ts.TypeChecker, calls: readonly ts.CallExpression[]): string[] {
  if (calls.some((call) => call.arguments.some(c.isSpreadElement))) return [];
  const most = Math.max(...calls.map((call) => call.arguments.length));
  const names = Array.from({ length: most }, (_, i) => nameOf(c, calls, i));
  const parameters = names.map((name, i) => {
    const given = calls.map((call) => call.arguments.at(i));
    const own = names.indexOf(name) === i ? name : `${name}${i}`;
    return { name: `${own}${given.includes(undefined) ? "?" : ""}`, type: passedType(c, checker, given) };
  });
  if (parameters.every(({ type }) => type === "any")) return [];
  return [`(${parameters.map(({ name, type }) => `${name}: ${type}`).join(", ")}) => any`];
}

/** A parameter is called as what is passed first. */
function nameOf(c: Compiler, calls: readonly ts.CallExpression[], index: number): string {
  const given = calls.flatMap((call) => call.arguments[index] ?? []).find(c.isIdentifier);
  return given && given.text !== "undefined" ? given.text : "value";
}

function passedType(c: Compiler, checker: ts.TypeChecker, given: readonly (ts.Expression | undefined)[]): string {
  const types = given.flatMap((value) => {
    if (!value) return [];
    const type = checker.getTypeAtLocation(value);
    if (isNothing(c, type)) return [type.flags & c.TypeFlags.Null ? "null" : "undefined"];
    return [writtenType(c, checker, type, value) ?? "any"];
  });
  const all = [...new Set(types)];
  const isKnown = !all.includes("any") && all.length <= 3 && all.some((type) => !/^(null|undefined)$/.test(type));
  return isKnown ? unionOf(all) : "any";
}

/** Whether a value of one type surely is one of another, by their words. */
export const fits = (type: string, wanted: string): boolean =>
  type === wanted ||
  wanted === ANYTHING ||
  wanted.split(" | ").includes(type) ||
  (/\[\]$|^string$|Array$/.test(type) && /^(ArrayLike<any>|Iterable<any>|\{ length: number \})$/.test(wanted)) ||
  (type.endsWith("[]") && wanted.split(" | ").includes("any[]")) ||
  (wanted.startsWith("{") && !/^(string|number|boolean)$/.test(type)) ||
  (wanted.startsWith("(") && (type === "Function" || type.startsWith("("))) ||
  (wanted === "Function" && type.startsWith("("));

export function unionOf(types: readonly string[]): string {
  const all = [...new Set(types.flatMap((type) => (type.includes("=>") ? [type] : type.split(" | "))))];
  const parts = all.includes("any[]") ? all.filter((part) => part === "any[]" || !part.endsWith("[]")) : all;
  return parts.length === 1 ? parts[0]! : parts.map(inUnion).toSorted().join(" | ");
}
