// What a file defines: classes, functions, constants, fields, with what they lie in. Told by the language's query file; nothing here knows a grammar.
// Local variables of functions are left out. Never recursive.

import { atOnce } from "../util/slices.ts";
import type { LanguageSyntax } from "./languages.ts";
import { matchesByPart, type QueryMatch, type QueryRange, type SyntaxNode, type SyntaxTree } from "./syntax.ts";

const kinds = ["class", "interface", "type", "enum", "namespace", "function", "method", "variable", "field"] as const;

export type DefinitionKind = (typeof kinds)[number];

export interface Definition {
  name: string;
  kind: DefinitionKind;
  startIndex: number; // of the whole definition, with `export` and decorators in front
  endIndex: number;
  /** The braces or the indented block, where it has one. */
  bodyStart?: number;
  bodyEnd?: number;
  /** The names of what it lies in, joined by "."; "" at the top level. */
  container: string;
}

/** Maximum nesting depth of definitions; deeper ones are left out. */
const MAX_NESTING = 32;

/** Maximum length of a name; a longer one is computed, and cut. */
const MAX_NAME_UNITS = 200;

/** A definition as the query found it. */
export interface FoundDefinition {
  kind: DefinitionKind | "scope"; // "scope": no definition itself, but what lies in it belongs to it
  word: string; // of a scope: "impl"
  name: string;
  path: string; // the name as a scope path has it: "exports.f"
  inner: SyntaxNode; // the function or class itself, without `const f =` before it
  nameStart: number;
  startIndex: number;
  endIndex: number;
  bodyStart: number | undefined;
  bodyEnd: number | undefined;
  container: string; // the type that a method is declared outside of; "" where it lies in what it belongs to
  isDefault: boolean; // a module's default export
}

/** The definitions of a file in its order, those in others included. */
export function definitionsOf(text: string, tree: SyntaxTree, _language: LanguageSyntax): Definition[] {
  return nested(findDefinitions(text, tree)).flatMap(({ found, container, kind }) => {
    if (kind === "scope") return [];
    const { name, startIndex, endIndex, bodyStart, bodyEnd } = found;
    const body = bodyStart !== undefined && bodyEnd !== undefined && { bodyStart, bodyEnd };
    return [{ name, kind, startIndex, endIndex, ...body, container }];
  });
}

export interface NestedDefinition {
  found: FoundDefinition;
  kind: DefinitionKind | "scope";
  container: string;
}

/** Gives each definition what it lies in. @param sorted as `findDefinitions` gives them */
export function nested(sorted: readonly FoundDefinition[]): NestedDefinition[] {
  const around: { found: FoundDefinition; path: string }[] = [];
  const definitions: NestedDefinition[] = [];
  const fields = new Set<string>();
  for (const found of sorted) {
    while (around.length > 0 && !contains(around.at(-1)!.found, found)) around.pop();
    if (around.length >= MAX_NESTING) continue;
    // `this.a = 1` in a method and a constructor's `private a` are fields of the class.
    let depth = around.length;
    if (found.kind === "field") while (depth > 0 && isFunction(around[depth - 1]!.found.kind)) depth--;
    if (found.kind === "variable" && around.some((outer) => isFunction(outer.found.kind))) continue; // a local one
    const outer = around[depth - 1];
    // In a function's body a declaration without a body of its own is a variable, or nothing new.
    if (found.kind === "function" && found.bodyStart === undefined && outer && isFunction(outer.found.kind)) continue;
    const container = joined(outer?.path ?? "", found.container);
    const isMember = found.container !== "" || (outer !== undefined && isType(outer.found.kind));
    const kind = found.kind === "function" && isMember ? "method" : found.kind;
    around.push({ found, path: joined(container, found.name) });
    if (kind === "field") {
      const key = `${container}.${found.name}`;
      if (fields.has(key)) continue; // assigned again
      fields.add(key);
    }
    definitions.push({ found, kind, container });
  }
  return definitions;
}

/** Variables that are declared together have the same place: none of them holds the other. */
export const contains = (outer: FoundDefinition, { startIndex, endIndex }: FoundDefinition) =>
  outer.endIndex > startIndex && (outer.startIndex < startIndex || outer.endIndex > endIndex);
const joined = (container: string, name: string) => (container && name ? `${container}.${name}` : container || name);
const isFunction = (kind: FoundDefinition["kind"]) => kind === "function" || kind === "method";
const isType = (kind: FoundDefinition["kind"]) =>
  kind === "class" || kind === "interface" || kind === "enum" || kind === "scope";

/** What the query finds, outer ones before inner ones, each once. @param range the whole tree by default */
export function findDefinitions(text: string, tree: SyntaxTree, range?: QueryRange): FoundDefinition[] {
  const parts = range ? [tree.matches("definitions", range)] : matchesByPart(tree, "definitions");
  return atOnce(findingDefinitions(text, parts));
}

/** As `findDefinitions`, with a pause after each part. */
export function* findingDefinitions(
  text: string,
  parts: Iterable<readonly QueryMatch[]>,
): Generator<void, FoundDefinition[]> {
  const found: FoundDefinition[] = [];
  const wrappers = new Map<string, { startIndex: number; endIndex: number; isDefault: boolean }>();
  const leading = new Map<number, number>(); // end -> start
  const bound = new Set<string>(); // functions and classes that a binding names
  for (const matches of parts) {
    for (const match of matches) {
      const definition = read(text, match, bound);
      if (definition) found.push(definition);
      else readSurroundings(match, wrappers, leading);
    }
    yield;
  }
  const byName = new Map<number, FoundDefinition>();
  for (const one of found) {
    if (bound.has(placeOf(one.inner)) && one.inner.startIndex === one.startIndex) continue; // its binding names it
    const other = byName.get(one.nameStart);
    if (!other || (isValue(other.kind) && !isValue(one.kind))) byName.set(one.nameStart, one);
  }
  const definitions = [...byName.values()];
  for (const one of definitions) {
    let outer = wrappers.get(`${one.startIndex}-${one.endIndex}`);
    for (; outer && outer.startIndex <= one.startIndex; outer = wrappers.get(`${one.startIndex}-${one.endIndex}`)) {
      const grows = outer.startIndex < one.startIndex || outer.endIndex > one.endIndex;
      one.startIndex = outer.startIndex;
      one.endIndex = outer.endIndex;
      one.isDefault ||= outer.isDefault;
      if (!grows) break;
    }
    if (leading.size > 0) one.startIndex = withLeading(text, one.startIndex, leading);
  }
  return definitions.sort(
    (a, b) => a.startIndex - b.startIndex || b.endIndex - a.endIndex || a.nameStart - b.nameStart,
  );
}

const isValue = (kind: FoundDefinition["kind"]) => kind === "variable" || kind === "field";
const placeOf = (node: SyntaxNode) => `${node.startIndex}-${node.endIndex}`;

function read(text: string, match: QueryMatch, bound: Set<string>): FoundDefinition | undefined {
  let kind: FoundDefinition["kind"] | undefined;
  let word = "";
  let whole: SyntaxNode | undefined;
  let name: SyntaxNode | undefined;
  let path: SyntaxNode | undefined;
  let value: SyntaxNode | undefined;
  let body: SyntaxNode | undefined;
  let container = "";
  let isDefault = false;
  for (const capture of match.captures) {
    if (capture.name.startsWith("definition.")) {
      kind = capture.name.slice("definition.".length) as DefinitionKind;
      whole = capture.node;
    } else if (capture.name.startsWith("scope.")) {
      kind = "scope";
      word = capture.name.slice("scope.".length);
      whole = capture.node;
    } else if (capture.name === "name") name = capture.node;
    else if (capture.name === "path") path = capture.node;
    else if (capture.name === "value") value = capture.node;
    else if (capture.name === "body") body = capture.node;
    else if (capture.name === "container") container = joined(container, nameOf(text, capture.node));
    else if (capture.name === "default") isDefault = true;
    else if (capture.name === "owner" && !isOwner(text, capture.node)) return undefined;
  }
  if (!kind || !whole || !name) return undefined;
  if (name.startIndex === name.endIndex) return undefined; // the parser stands in for a name that is not written
  if (value) bound.add(placeOf(value));
  const nameStart = name.startIndex;
  const called = nameOf(text, name);
  return {
    kind,
    word,
    name: called,
    path: path ? nameOf(text, path) : called,
    inner: value ?? whole,
    nameStart,
    startIndex: whole.startIndex,
    endIndex: whole.endIndex,
    bodyStart: body?.startIndex,
    bodyEnd: body?.endIndex,
    container,
    isDefault,
  };
}

function readSurroundings(
  match: QueryMatch,
  wrappers: Map<string, { startIndex: number; endIndex: number; isDefault: boolean }>,
  leading: Map<number, number>,
): void {
  let wrapper: SyntaxNode | undefined;
  let wrapped: SyntaxNode | undefined;
  let isDefault = false;
  for (const { name, node } of match.captures) {
    if (name === "wrapper") wrapper = node;
    else if (name === "wrapped") wrapped = node;
    else if (name === "default") isDefault = true;
    else if (name === "leading") leading.set(node.endIndex, node.startIndex);
  }
  if (!wrapper || !wrapped) return;
  wrappers.set(placeOf(wrapped), { startIndex: wrapper.startIndex, endIndex: wrapper.endIndex, isDefault });
}

/** Decorators and attributes stand before a definition with nothing but white space between them. */
function withLeading(text: string, startIndex: number, leading: ReadonlyMap<number, number>): number {
  let start = startIndex;
  for (;;) {
    let end = start;
    while (end > 0 && /\s/.test(text[end - 1]!)) end--;
    const before = leading.get(end);
    if (before === undefined || before >= start) return start;
    start = before;
  }
}

function isOwner(text: string, node: SyntaxNode): boolean {
  const { startIndex, endIndex } = node;
  if (endIndex - startIndex > "module.exports".length) return false;
  const owner = text.slice(startIndex, endIndex);
  return owner === "self" || owner === "this" || owner === "exports" || owner === "module.exports";
}

function nameOf(text: string, { startIndex, endIndex }: SyntaxNode): string {
  return text.slice(startIndex, Math.min(endIndex, startIndex + MAX_NAME_UNITS)).replace(/^(["'])(.*)\1$/s, "$2");
}
