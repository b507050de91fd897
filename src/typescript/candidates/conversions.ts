// A value of the wrong type made into one of the right type: written as the other literal, converted, called, or given a default.

import type ts from "typescript";
import type { Draft } from "./candidate.ts";
import type { Places } from "./places.ts";
import { literalsOf } from "./values.ts";

const MOST_LITERALS = 6;

/** `"5"` → `5`, `5` → `"5"`, and the literals that the wanted type names; in the quotes that the file uses. */
export function otherLiterals(places: Places, value: ts.Expression): Draft[] {
  const { isStringLiteralLike, isNumericLiteral } = places.compiler;
  const wanted = places.wantedOf(value);
  const own = places.textOf(value);
  if (!isStringLiteralLike(value) && !isNumericLiteral(value)) return [];
  const draft = (newText: string, why: string): Draft => ({
    kind: "literal",
    changes: places.replaced(value, newText),
    why,
  });
  const { quote } = places;
  const same = isNumericLiteral(value)
    ? [draft(`${quote}${own}${quote}`, "the same as a text")]
    : /^-?\d+(\.\d+)?$|^(true|false|null|undefined)$/.test(value.text)
      ? [{ ...draft(value.text, "the value itself, without quotes"), likeness: 1 }]
      : [];
  const named = literalsOf(places, wanted)
    .filter((text) => text !== own)
    .map((text) => ({ ...draft(text, "a value that the type names"), uses: places.usesOf(text) }))
    .toSorted((a, b) => b.uses - a.uses)
    .slice(0, MOST_LITERALS);
  return [...same, ...named];
}

/** `String(x)`, `Number(x)`, `x ?? ""`, `x()`. */
export function conversions(places: Places, value: ts.Expression): Draft[] {
  const { checker, compiler } = places;
  const wanted = places.wantedOf(value);
  if (wanted.length === 0 || compiler.isLiteralExpression(value)) return [];
  const type = checker.getTypeAtLocation(value);
  const own = places.textOf(value);
  const draft = (newText: string, why: string): Draft => ({
    kind: "conversion",
    changes: places.replaced(value, newText),
    why,
  });
  const drafts: Draft[] = [];
  const called = type
    .getCallSignatures()
    .find(({ parameters }) => parameters.length === 0)
    ?.getReturnType();
  if (called && places.fits(called, wanted))
    drafts.push(draft(`${own}()`, `calls it: that gives ${places.nameOf(wanted)}`));
  const present = checker.getNonNullableType(type);
  if (present !== type && places.fits(present, wanted)) {
    const inner = compiler.isBinaryExpression(value) || compiler.isConditionalExpression(value) ? `(${own})` : own;
    for (const empty of defaultsOf(places, wanted))
      drafts.push(draft(`${inner} ?? ${empty}`, "a default where there is none"));
  }
  const { TypeFlags } = compiler;
  const primitive = (flags: ts.TypeFlags) => isAll(checker.getBaseConstraintOfType(present) ?? present, flags);
  const takes = (flags: ts.TypeFlags) => wanted.some((one) => isAny(one, flags));
  const isText = primitive(TypeFlags.StringLike);
  const isNumber = primitive(TypeFlags.NumberLike | TypeFlags.BigIntLike);
  if (takes(TypeFlags.String) && (isNumber || primitive(TypeFlags.BooleanLike)))
    drafts.push(
      draft(`String(${own})`, `makes a text of ${checker.typeToString(checker.getBaseTypeOfLiteralType(present))}`),
    );
  if (takes(TypeFlags.Number) && (isText || primitive(TypeFlags.BigIntLike)))
    drafts.push(
      draft(`Number(${own})`, `makes a number of ${checker.typeToString(checker.getBaseTypeOfLiteralType(present))}`),
    );
  return drafts;
}

/** `x.y` → `x?.y` where x may be undefined or null. */
export function optionalChain(places: Places, node: ts.Node): Draft[] {
  const { isPropertyAccessExpression, isElementAccessExpression, isCallExpression } = places.compiler;
  const { parent } = node;
  const isObject =
    (isPropertyAccessExpression(parent) || isElementAccessExpression(parent) || isCallExpression(parent)) &&
    parent.expression === node &&
    !parent.questionDotToken;
  if (!isObject) return [];
  const isDot = isPropertyAccessExpression(parent);
  const change = { start: node.end, end: node.end, newText: isDot ? "?" : "?." };
  return [{ kind: "conversion", changes: [change], why: "it may be undefined or null" }];
}

const isAll = (type: ts.Type, flags: ts.TypeFlags): boolean =>
  type.isUnion() ? type.types.every((part) => part.flags & flags) : (type.flags & flags) !== 0;

const isAny = (type: ts.Type, flags: ts.TypeFlags): boolean =>
  type.isUnion() ? type.types.some((part) => part.flags & flags) : (type.flags & flags) !== 0;

function defaultsOf({ compiler, checker, quote }: Places, wanted: readonly ts.Type[]): string[] {
  const { TypeFlags } = compiler;
  return wanted.slice(0, 1).flatMap((type) => {
    if (isAny(type, TypeFlags.String)) return [`${quote}${quote}`];
    if (isAny(type, TypeFlags.Number)) return ["0"];
    if (isAny(type, TypeFlags.BooleanLike)) return ["false"];
    return checker.isArrayType?.(type) ? ["[]"] : [];
  });
}
