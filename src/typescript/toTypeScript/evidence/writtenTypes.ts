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

/** Whether a value of one type surely is one of another, by their words. */
export const fits = (type: string, wanted: string): boolean =>
  type === wanted ||
  wanted === ANYTHING ||
  wanted.split(" | ").includes(type) ||
  (/\[\]$|^string$|Array$/.test(type) && /^(ArrayLike<any>|Iterable<any>|\{ length: number \})$/.test(wanted)) ||
  (type.endsWith("[]") && wanted.split(" | ").includes("any[]")) ||
  (wanted.startsWith("{") && !/^(string|number|boolean)$/.test(type)) ||
  (wanted.startsWith("(") && type === "Function") ||
  (wanted === "Function" && type.startsWith("("));

export function unionOf(types: readonly string[]): string {
  const all = [...new Set(types.flatMap((type) => (type.includes("=>") ? [type] : type.split(" | "))))];
  const parts = all.includes("any[]") ? all.filter((part) => part === "any[]" || !part.endsWith("[]")) : all;
  return parts.length === 1 ? parts[0]! : parts.map(inUnion).toSorted().join(" | ");
}
