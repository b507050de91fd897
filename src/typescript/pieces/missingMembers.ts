// The required members that an object literal lacks, with plain values by their types. Asked only where the compiler misses them.

import type ts from "typescript";
import type { TextChange } from "../problems.ts";
import type { Drafted } from "./piece.ts";
import type { Site } from "./site.ts";
import { memberText, requiredMembers } from "./values.ts";

const MOST_MEMBERS = 40;
const MOST_NAMED = 3; // in a title
const MOST_IN_LINE = 2;
const MOST_TYPES = 3; // that are offered where the literal may be of several
const MOST_TYPE_UNITS = 40; // of a type's name in a title

export function missingMembers(site: Site): Drafted[] {
  return site.nodes(site.compiler.isObjectLiteralExpression).flatMap((node) => membersOf(site, node));
}

function membersOf(site: Site, node: ts.ObjectLiteralExpression): Drafted[] {
  const { compiler } = site;
  const { parent } = node;
  if (compiler.isAsExpression(parent) || compiler.isTypeAssertionExpression(parent)) return []; // its type is given, whatever it lacks
  const wanted = wantedTypes(site, node);
  if (wanted.length > MOST_TYPES) return [{ kind: "members", refusal: "severalTypes" }];
  const drafts = wanted.flatMap((type) => membersFor(site, node, type, wanted.length > 1) ?? []);
  return drafts.toSorted((a, b) => addedUnits(a) - addedUnits(b)); // that of the type that asks for least first
}

function membersFor(
  site: Site,
  node: ts.ObjectLiteralExpression,
  wanted: ts.Type,
  isOneOfSeveral: boolean,
): Drafted | undefined {
  const { checker } = site;
  const required = requiredMembers(site, wanted);
  if (!required || wanted.getCallSignatures().length > 0) return undefined;
  const own = checker.getTypeAtLocation(node);
  const missing = required.filter(({ name }) => !own.getProperty(name));
  if (missing.length === 0) return undefined;
  if (missing.length > MOST_MEMBERS) return { kind: "members", refusal: "tooMany" };
  const texts = missing.map((member) => memberText(site, member, node));
  if (!texts.every((text) => text !== undefined)) return { kind: "members", refusal: "noValue" };
  const names = missing.map(({ name }) => name);
  const isNamed = (wanted.aliasSymbol ?? wanted.symbol) !== undefined && !checker.typeToString(wanted).startsWith("{");
  const named =
    names.length === 1
      ? `the missing member ${names[0]}`
      : names.length > MOST_NAMED
        ? `the ${names.length} missing members`
        : `the missing members ${names.join(", ")}`;
  return {
    kind: "members",
    title: `Add ${named}${isOneOfSeveral && isNamed ? ` of ${shortName(checker.typeToString(wanted))}` : ""}`,
    mends: true,
    ways: [changesFor(site, node, texts)],
  };
}

const addedUnits = (draft: Drafted): number =>
  "ways" in draft ? (draft.ways[0] ?? []).reduce((sum, { newText }) => sum + newText.length, 0) : 0;

/** The types of which the literal may be. */
function wantedTypes(site: Site, node: ts.ObjectLiteralExpression): ts.Type[] {
  const { checker, compiler } = site;
  const found = contextualType(site, node);
  if (!found) return [];
  const type = checker.getBaseConstraintOfType(found) ?? found;
  const { TypeFlags } = compiler;
  const isObject = (one: ts.Type) =>
    (one.flags & (TypeFlags.Object | TypeFlags.Intersection)) !== 0 && !checker.isArrayType(one);
  if (!type.isUnion()) return isObject(type) ? [type] : [];
  return type.types.filter((one) => isObject(one) && one.getCallSignatures().length === 0 && mayBe(site, node, one));
}

/** The compiler's flag for a type that does not follow from the node itself, as its completions ask: an argument of a generic function. */
const IGNORE_OWN = 4;

function contextualType({ checker }: Site, node: ts.Expression): ts.Type | undefined {
  const asked: (node: ts.Expression, flags: number) => ts.Type | undefined = checker.getContextualType;
  return asked(node, IGNORE_OWN) ?? checker.getContextualType(node);
}

/** Whether the members that are there are those of a type. */
function mayBe({ checker, compiler }: Site, node: ts.ObjectLiteralExpression, type: ts.Type): boolean {
  return node.properties.every((property) => {
    const isValue = compiler.isPropertyAssignment(property) || compiler.isShorthandPropertyAssignment(property);
    if (!isValue || !compiler.isIdentifier(property.name)) return true;
    const member = type.getProperty(property.name.text);
    if (!member) return false;
    const wanted = checker.getTypeOfSymbolAtLocation(member, node);
    const own = checker.getTypeAtLocation("initializer" in property ? property.initializer : property.name);
    return checker.isTypeAssignableTo?.(own, wanted) ?? true;
  });
}

function changesFor(site: Site, node: ts.ObjectLiteralExpression, texts: readonly string[]): TextChange[] {
  const { source, style, text } = site;
  const { properties } = node;
  const last = properties.at(-1);
  const start = node.getStart(source);
  const isSplit = text.slice(start, node.end).includes("\n");
  if (!isSplit && (last || texts.length <= MOST_IN_LINE)) {
    const inner = texts.join(", ");
    if (!last) return [{ start, end: node.end, newText: `{ ${inner} }` }];
    const at = properties.end; // after a trailing comma
    return [{ start: at, end: at, newText: properties.hasTrailingComma ? ` ${inner}` : `, ${inner}` }];
  }
  const indent = last && isSplit ? site.indentAt(last.getStart(source)) : site.indentAt(start) + style.indent;
  const comma: TextChange[] =
    last && !properties.hasTrailingComma ? [{ start: last.end, end: last.end, newText: "," }] : [];
  return [
    ...comma,
    site.beforeClosing(
      node,
      texts.map((one) => `${indent}${one},`),
    ),
  ];
}

const shortName = (type: string): string =>
  type.length > MOST_TYPE_UNITS ? `${type.slice(0, MOST_TYPE_UNITS - 1)}…` : type;
