// Types of a single value: which value, and how it is written at a place. Pure.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { Site } from "./site.ts";

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** The value of a type as a key, equal for equal values; undefined where it is of many values, or cannot be told. */
export function valueOfLiteral({ TypeFlags }: Compiler, checker: ts.TypeChecker, type: ts.Type): string | undefined {
  const { flags } = type;
  if (flags & (TypeFlags.BooleanLiteral | TypeFlags.Null | TypeFlags.Undefined)) return checker.typeToString(type);
  if (type.isUnion()) return undefined;
  const { value } = type as ts.LiteralType;
  if (typeof value === "object") return `${value.negative ? "-" : ""}${value.base10Value}n`;
  return value === undefined ? undefined : JSON.stringify(value);
}

/**
 * The source text of a type of a single value.
 * @param prefixes what stands before a member, by its enum
 * @returns undefined where it cannot be written there
 */
export function literalText(
  site: Site,
  type: ts.Type,
  place: ts.Node,
  prefixes: ReadonlyMap<ts.Symbol, string> = new Map(),
): string | undefined {
  const { compiler, checker } = site;
  const { TypeFlags } = compiler;
  if (type.flags & (TypeFlags.BooleanLiteral | TypeFlags.Null | TypeFlags.Undefined)) return checker.typeToString(type);
  if (type.flags & TypeFlags.EnumLiteral) {
    const member = type.symbol?.valueDeclaration;
    const owner = member && compiler.isEnumMember(member) ? checker.getSymbolAtLocation(member.parent.name) : undefined;
    const prefix = owner && (prefixes.get(owner) ?? site.nameInScope(owner, place));
    if (prefix === undefined) return undefined;
    const { name } = type.symbol;
    return NAME.test(name) ? `${prefix}.${name}` : `${prefix}[${site.quoted(name)}]`;
  }
  const { value } = type as ts.LiteralType;
  if (value === undefined) return undefined;
  if (typeof value === "object") return `${value.negative ? "-" : ""}${value.base10Value}n`;
  return typeof value === "string" ? site.quoted(value) : String(value);
}

/** A member's name as it is written in an object literal or an access. */
export const memberName = (site: Site, name: string): string => (NAME.test(name) ? name : site.quoted(name));
