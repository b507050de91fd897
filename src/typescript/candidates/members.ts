// Members as candidates: the one that a misspelt member is near to, and another one where the one that is there has the wrong type.

import type ts from "typescript";
import { nearest } from "../../../common/util/editDistance.ts";
import type { Draft } from "./candidate.ts";
import { likeness, NAME, type Places } from "./places.ts";

const MOST_NEAR = 3;
/** The most members of one object that are tried: each costs a check of the file. */
const MOST_OTHERS = 5;
/** The most accesses around a problem whose members are looked at. */
const MOST_ACCESSES = 4;

/** `entry.sise` → `entry.size`, `{ sise: 1 }` → `{ size: 1 }`, `import { sise }` → `import { size }`: the nearest first. */
export function nearMembers(places: Places, node: ts.Node): Draft[] {
  const { isIdentifier } = places.compiler;
  const nameOf = (one: ts.Node | undefined) => (one as { name?: ts.Node } | undefined)?.name;
  const name = [node, nameOf(node), nameOf(node.parent)].find((one) => one && isIdentifier(one)) as
    | ts.Identifier
    | undefined;
  if (!name) return [];
  const near = nearestNames(name.text, knownBeside(places, name));
  return near.map(({ name: right, distance }) => {
    const why = near.length === 1 ? "the only member like it" : "a member that is spelt nearly alike";
    return { kind: "nearMember", changes: places.replaced(name, right), why, distance };
  });
}

/** `entrie` → `entries`: names that can be seen from there. */
export function nearNames(places: Places, node: ts.Node): Draft[] {
  const { isIdentifier, SymbolFlags } = places.compiler;
  if (!isIdentifier(node)) return [];
  const meaning = SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace | SymbolFlags.Alias;
  const visible = places.checker.getSymbolsInScope(node, meaning);
  const near = nearestNames(
    node.text,
    visible.map(({ name }) => name),
  );
  return near.map(({ name, distance }) => {
    const why = near.length === 1 ? "the only name like it" : "a name that is spelt nearly alike";
    return { kind: "nearName", changes: places.replaced(node, name), why, distance, uses: places.usesOf(name) };
  });
}

const nearestNames = (wrong: string, names: readonly string[]) =>
  nearest(
    wrong,
    names.filter((name) => NAME.test(name)),
    MOST_NEAR,
  );

/** The names that may stand where a member's name stands. */
function knownBeside({ compiler, checker }: Places, name: ts.Identifier): string[] {
  const { parent } = name;
  const namesOf = (type: ts.Type | undefined) =>
    type ? checker.getPropertiesOfType(checker.getNonNullableType(type)).map((one) => one.name) : [];
  if (compiler.isPropertyAccessExpression(parent) && parent.name === name)
    return namesOf(checker.getApparentType(checker.getTypeAtLocation(parent.expression)));
  if (compiler.isObjectLiteralElementLike(parent) && compiler.isObjectLiteralExpression(parent.parent))
    return namesOf(checker.getContextualType(parent.parent));
  if (compiler.isBindingElement(parent)) return namesOf(checker.getTypeAtLocation(parent.parent));
  if (compiler.isImportSpecifier(parent)) {
    const module = checker.getSymbolAtLocation(parent.parent.parent.parent.moduleSpecifier);
    return module ? checker.getExportsOfModule(module).map((one) => one.name) : [];
  }
  return [];
}

/**
 * `count: number = user.name` → `user.visits`, `list.size()` → `list.push()`: of each access at the problem the members that fit where it stands,
 * those first that the file uses elsewhere.
 * @param isMissing the problem is a member that is not there: then another one of the same object would be a guess
 */
export function otherMembers(places: Places, node: ts.Node, isMissing: boolean): Draft[] {
  const accesses = accessesAt(places, node).filter(({ name }) => !isMissing || name !== node);
  return accesses.flatMap((access) => {
    const wrong = access.name.text;
    const object = places.textOf(access.expression);
    const fitting = places
      .membersOf(places.checker.getTypeAtLocation(access.expression))
      .filter((member) => member.name !== wrong && suits(places, member, access));
    const wanted = places.wantedOf(access);
    const kind = wanted.length === 0 ? "another member that fits there" : `a member of ${places.nameOf(wanted)}`;
    const why = fitting.length === 1 ? kind.replace(/^an?(other)? /, "the only ") : kind;
    return fitting
      .map(({ name }): Draft & { uses: number; likeness: number } => {
        const facts = { uses: places.usesOf(`${object}.${name}`), likeness: likeness(wrong, name) };
        return { kind: "memberOfType", changes: places.replaced(access.name, name), why, ...facts };
      })
      .toSorted((a, b) => b.uses - a.uses || b.likeness - a.likeness)
      .slice(0, MOST_OTHERS);
  });
}

/** The property accesses at a problem: the wrong value itself, what the problem is a part of, and what is a part of it. */
function accessesAt(places: Places, node: ts.Node): ts.PropertyAccessExpression[] {
  const { isPropertyAccessExpression, isCallExpression, isStatement, isFunctionLike, forEachChild } = places.compiler;
  const found = new Set<ts.PropertyAccessExpression>();
  const take = (one: ts.Node | undefined) => {
    if (one && isPropertyAccessExpression(one) && places.compiler.isIdentifier(one.name)) found.add(one);
  };
  const value = places.valueOf(node);
  take(value);
  if (value && isCallExpression(value)) take(value.expression);
  for (let at: ts.Node | undefined = node; at && !isStatement(at) && !isFunctionLike(at); at = at.parent) {
    take(at);
    if (isPropertyAccessExpression(at)) take(at.expression);
    if (isCallExpression(at)) take(at.expression);
  }
  const visit = (one: ts.Node): void => {
    if (found.size >= MOST_ACCESSES || isFunctionLike(one)) return;
    take(one);
    forEachChild(one, visit);
  };
  if (value) visit(value);
  return [...found].slice(0, MOST_ACCESSES);
}

/** Whether a member could stand where another one stands: as a value, as a function, or as an object that has what follows. */
function suits(places: Places, member: ts.Symbol, access: ts.PropertyAccessExpression): boolean {
  const { isPropertyAccessExpression, isCallExpression, isNewExpression } = places.compiler;
  const type = places.typeOf(member, access);
  const { parent } = access;
  if (isPropertyAccessExpression(parent) && parent.expression === access)
    return places.checker.getPropertyOfType(places.checker.getApparentType(type), parent.name.text) !== undefined;
  if ((isCallExpression(parent) || isNewExpression(parent)) && parent.expression === access) {
    const given = parent.arguments?.length ?? 0;
    const wanted = places.wantedOf(parent);
    return [...type.getCallSignatures(), ...type.getConstructSignatures()].some(
      (signature) =>
        (signature.parameters.length >= given || places.isRest(signature.parameters.at(-1))) &&
        (wanted.length === 0 || places.fits(signature.getReturnType(), wanted)),
    );
  }
  const wanted = places.wantedOf(access);
  return wanted.length > 0 ? places.fits(type, wanted) : type !== places.checker.getTypeAtLocation(access);
}
