// Where a file uses a definition of its own, as far as its text is sure: an inner function in the function around it, a member by `this`, `self` or the
// name of its class, a constructor by the calls of its class. A name alone may mean something else.

import { type FoundDefinition, findDefinitions } from "../../../common/syntax/definitions.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";

const TYPES = /^(?:class|interface|enum|type)$/;
const CONSTRUCTORS = /^(?:constructor|__init__|__new__)$/;
const OWN_RECEIVERS = /(?<![\p{L}\p{N}_$.])(this|self|cls)\s*[?!]?\.\s*$/u;

/** @param scopes the definitions around a place, the innermost, which is asked about, last @returns offsets of the names */
export function ownUses(text: string, tree: SyntaxTree, scopes: readonly FoundDefinition[]): number[] {
  const found = scopes.at(-1)!;
  const outer = scopes.at(-2);
  const isOfType = outer !== undefined && TYPES.test(outer.kind);
  const isConstructor = isOfType && CONSTRUCTORS.test(found.name);
  const name = isConstructor ? outer.name : found.name;
  const itself = isConstructor ? outer : found;
  const isOutside = (index: number) => index < itself.startIndex || index >= itself.endIndex;
  const isCalled = (index: number) => /^(?:<[^()]{0,80}>)?\s*\(/.test(text.slice(index + name.length, index + 120));
  const places = named(text, tree, name).filter(isOutside);
  if (isConstructor) return places.filter(isCalled);
  if (isOfType) return places.filter((index) => isOwnMember(text, index, outer));
  if (outer) return places.filter((index) => outer.startIndex <= index && index < outer.endIndex);
  if (found.kind !== "method") return places;
  // A method that lies beside its type, as in Go: where no other definition of the file has its name.
  const others = findDefinitions(text, tree).filter((one) => one.name === name && one.nameStart !== found.nameStart);
  if (others.length > 0) return [];
  return places.filter((index) => text[index - 1] === "." && isCalled(index));
}

/** Where the file names it in code. */
function named(text: string, tree: SyntaxTree, name: string): number[] {
  const word = name.replace(/[^\p{L}\p{N}_$]/gu, "").replaceAll("$", "\\$");
  const whole = new RegExp(`(?<![\\p{L}\\p{N}_$])${word}(?![\\p{L}\\p{N}_$])`, "gu");
  const isName = (index: number) =>
    /^(?:property_)?(?:type_|field_)?identifier$/.test(tree.rootNode.descendantForIndex(index)?.type ?? "");
  return [...text.matchAll(whole)].map(({ index }) => index).filter(isName);
}

/** `this.name` in its class, or `Class.name` anywhere. */
function isOwnMember(text: string, index: number, type: FoundDefinition): boolean {
  const before = text.slice(Math.max(0, index - 200), index);
  if (OWN_RECEIVERS.test(before)) return type.startIndex <= index && index < type.endIndex;
  return before.endsWith(`${type.name}.`) && !/[\p{L}\p{N}_$.]/u.test(before.at(-type.name.length - 2) ?? "");
}
