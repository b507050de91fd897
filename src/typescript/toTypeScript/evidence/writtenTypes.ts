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

export function isNothing(c: Compiler, type: ts.Type): boolean {
  const { Undefined, Null, Void } = c.TypeFlags;
  return (type.flags & (Undefined | Null | Void)) !== 0;
}

/** A value's type as it would be declared; undefined where it is not known, or too special to be the type of others. */
export function writtenType(c: Compiler, checker: ts.TypeChecker, type: ts.Type, at: ts.Node): string | undefined {
  const plain = checker.getWidenedType(checker.getBaseTypeOfLiteralType(checker.getNonNullableType(type)));
  if (plain.flags & (c.TypeFlags.Any | c.TypeFlags.Unknown | c.TypeFlags.Never | c.TypeFlags.TypeParameter))
    return undefined;
  if (plain.getCallSignatures().length > 0 && !plain.symbol?.getName().match(/^[A-Z]\w+$/)) return CALLABLE;
  const text = checker.typeToString(plain, at, c.TypeFormatFlags.NoTruncation);
  if (/\bnever\[\]/.test(text)) return "any[]";
  if (/[{"'`]|\btypeof\b|=>|\bimport\(|\bany\b(?!\[\]|>)|\.\.\./.test(text) || text.length > MAX_TYPE_UNITS)
    return undefined;
  return text === "any" ? undefined : text;
}

/** The type of a function by the values that it is called with; none where none of them is known. */
export function calledType(c: Compiler, checker: ts.TypeChecker, calls: readonly ts.CallExpression[]): string[] {
  if (calls.some((call) => call.arguments.some(c.isSpreadElement))) return [];
  const most = Math.max(...calls.map((call) => call.arguments.length));
  const names = Array.from({ length: most }, (_, i) => nameOf(c, calls, i));
  const parameters = names.map((name, i) => {
    const given = calls.map((call) => call.arguments[i]);
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
