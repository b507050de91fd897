// Values in scope as candidates: for a parameter that got none, in place of one of the wrong type, and two arguments the other way round.

import type ts from "typescript";
import type { Draft } from "./candidate.ts";
import { likeness, type Places } from "./places.ts";

/** The most of each kind that are tried: each costs a check of the file. */
const MOST_VALUES = 8;
const MOST_UNITS = 60; // of an argument that is taken over from another call

interface Value {
  text: string;
  type: ts.Type;
  name: string;
}

/** The argument that a call lacks: named as the parameter, given by other calls, a variable or a member of `this` that fits. */
export function missingArguments(places: Places, node: ts.Node): Draft[] {
  const around = places.callAround(node);
  const given = around?.call.arguments;
  if (!around || !given) return [];
  const { call } = around;
  const parameters = places.parametersAt(call, given.length);
  if (parameters.length === 0) return [];
  const wanted = parameters.map(({ type }) => type);
  const taken = new Set(given.map((one) => places.textOf(one)));
  const named = parameters[0]!.name;
  const values = valuesAt(places, call).filter(({ text, type }) => !taken.has(text) && places.fits(type, wanted));
  const fromCalls = otherCallsOf(places, call, given.length);
  const only = values.length === 1 ? `the only variable of ${places.nameOf(wanted)} here` : undefined;
  const drafts = [
    ...values.map(({ text, name }) => {
      const like = likeness(name, named);
      const why = only ?? (like === 1 ? `named as the parameter ${named}` : `a variable of ${places.nameOf(wanted)}`);
      return { text, why, likeness: like, uses: fromCalls.get(text) ?? 0 };
    }),
    ...[...fromCalls].map(([text, uses]) => ({ text, why: "as other calls have it", likeness: 0, uses })),
    ...literalsOf(places, wanted).map((text) => ({
      text,
      why: `a value of ${places.nameOf(wanted)}`,
      likeness: 0,
      uses: 0,
    })),
  ];
  const at = call.end - 1;
  const lead = given.length > 0 && !given.hasTrailingComma ? ", " : "";
  return firstOfEach(drafts)
    .map((draft, order) => ({ ...draft, order }))
    .toSorted((a, b) => b.uses - a.uses || b.likeness - a.likeness || a.order - b.order)
    .slice(0, MOST_VALUES)
    .map(({ text, why, likeness: like, uses }) => ({
      ...{ kind: "argument" as const, changes: [{ start: at, end: at, newText: `${lead}${text}` }], why },
      ...{ likeness: like, uses },
    }));
}

/** Another variable, or a member of the one that is there, in place of a value of the wrong type. */
export function otherValues(places: Places, value: ts.Expression): Draft[] {
  const { isIdentifier, isPropertyAccessExpression, SyntaxKind } = places.compiler;
  const wanted = places.wantedOf(value);
  if (wanted.length === 0) return [];
  const own = places.textOf(value);
  const drafts: Draft[] = [];
  if (isIdentifier(value)) {
    const around = places.callAround(value);
    const beside = new Set(around?.call.arguments?.map((one) => places.textOf(one)));
    const named = around && around.index >= 0 ? places.parametersAt(around.call, around.index)[0]?.name : undefined;
    const fitting = valuesAt(places, value).filter(({ text, type }) => text !== own && places.fits(type, wanted));
    for (const { text, name } of fitting) {
      const like = Math.max(likeness(name, own), named === undefined ? 0 : likeness(name, named));
      const kind = fitting.length === 1 ? "the only variable" : "a variable";
      const why = `${kind} of ${places.nameOf(wanted)} here`;
      const isBeside = beside.has(text); // given already: rarely twice
      drafts.push({ kind: "value", changes: places.replaced(value, text), why, likeness: isBeside ? 0 : like });
    }
  }
  if (isIdentifier(value) || isPropertyAccessExpression(value) || value.kind === SyntaxKind.ThisKeyword) {
    const members = places
      .membersOf(places.checker.getTypeAtLocation(value))
      .filter((member) => places.fits(places.typeOf(member, value), wanted));
    for (const { name } of members.slice(0, 3)) {
      const why = `its ${members.length === 1 ? "only member" : "member"} of ${places.nameOf(wanted)}`;
      const changes = places.replaced(value, `${own}.${name}`);
      drafts.push({ kind: "conversion", changes, why, uses: places.usesOf(`${own}.${name}`) });
    }
  }
  return drafts.toSorted((a, b) => (b.likeness ?? 0) - (a.likeness ?? 0)).slice(0, MOST_VALUES);
}

/** Two arguments of the call at the problem that each fit where the other one stands. */
export function swapped(places: Places, node: ts.Node): Draft[] {
  const around = places.callAround(node);
  const given = around?.call.arguments;
  if (!around || !given) return [];
  const fits = (argument: ts.Expression, index: number) => {
    const parameters = places.parametersAt(around.call, index).map(({ type }) => type);
    return places.fits(places.checker.getTypeAtLocation(argument), parameters);
  };
  return given.flatMap((second, index): Draft[] => {
    const first = given[index - 1];
    if (!first || !(fits(first, index) && fits(second, index - 1))) return [];
    const start = first.getStart(places.source);
    const between = places.source.text.slice(first.end, second.getStart(places.source));
    const newText = `${places.textOf(second)}${between}${places.textOf(first)}`;
    return [
      { kind: "swap", changes: [{ start, end: second.end, newText }], why: "the two arguments the other way round" },
    ];
  });
}

/** Variables that can be seen from a node, the innermost first, and the members of `this`. */
function valuesAt(places: Places, node: ts.Node): Value[] {
  const variables = places
    .variablesAt(node)
    .map((symbol) => ({ text: symbol.name, name: symbol.name, type: places.typeOf(symbol, node) }));
  const self = selfAt(places, node);
  const { Method } = places.compiler.SymbolFlags;
  const members = self === undefined ? [] : places.membersOf(self).filter(({ flags }) => !(flags & Method));
  return [
    ...variables,
    ...members.map((member) => ({ text: `this.${member.name}`, name: member.name, type: places.typeOf(member, node) })),
  ];
}

/** The type of `this`: that of the class around a method. */
function selfAt({ compiler, checker }: Places, node: ts.Node): ts.Type | undefined {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (compiler.isFunctionDeclaration(at) || compiler.isFunctionExpression(at)) return undefined;
    if (compiler.isClassLike(at)) return checker.getTypeAtLocation(at);
  }
  return undefined;
}

/** What other calls of the same function in this file give at an index, with how often. */
function otherCallsOf(
  places: Places,
  call: ts.Node & { expression: ts.Expression },
  index: number,
): Map<string, number> {
  const { isCallExpression, isNewExpression, isFunctionLike, forEachChild } = places.compiler;
  const callee = places.textOf(call.expression);
  const last = callee.slice(callee.lastIndexOf(".") + 1);
  const found = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if ((isCallExpression(node) || isNewExpression(node)) && node !== call) {
      const other = places.textOf(node.expression);
      const argument = node.arguments?.[index];
      if (argument && (other === callee || other.endsWith(`.${last}`)) && !isFunctionLike(argument)) {
        const text = places.textOf(argument);
        if (text.length <= MOST_UNITS) found.set(text, (found.get(text) ?? 0) + 1);
      }
    }
    forEachChild(node, visit);
  };
  visit(places.source);
  return found;
}

/** The literals that a wanted type names, and what else can be written without a name. */
export function literalsOf({ compiler, checker, quote }: Places, wanted: readonly ts.Type[]): string[] {
  const { TypeFlags } = compiler;
  const parts = wanted.flatMap((type) => (type.isUnion() ? type.types : [type]));
  return [
    ...new Set(
      parts.flatMap((type) => {
        if (type.isStringLiteral()) return [quoted(type.value, quote)];
        if (type.isNumberLiteral()) return [String(type.value)];
        return type.flags & (TypeFlags.BooleanLiteral | TypeFlags.Null) ? [checker.typeToString(type)] : [];
      }),
    ),
  ];
}

const quoted = (text: string, quote: string): string =>
  /['"\\\n]/.test(text) ? JSON.stringify(text) : `${quote}${text}${quote}`;

function firstOfEach<T extends { text: string }>(drafts: readonly T[]): T[] {
  return [...new Map([...drafts].reverse().map((draft) => [draft.text, draft])).values()].reverse();
}
