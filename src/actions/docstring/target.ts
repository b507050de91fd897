// The definition for which a docstring is requested, and the place of its docstring. Reads the tree; writes nothing.

import { findDefinitions, type NestedDefinition, nested } from "../../../common/syntax/definitions.ts";
import { documentedIds } from "../../../common/syntax/languages.ts";
import { afterIndent, lineStartOf } from "../../../common/syntax/lines.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import { type CodeFacts, codeFactsOf } from "./facts/codeFacts.ts";
import type { Fact } from "./facts/fact.ts";
import { factsToldBy } from "./facts/factSentences.ts";
import { ecmaScriptSignature, typeParametersOf } from "./signature/ecmaScript.ts";
import { pythonSignature } from "./signature/python.ts";
import type { Signature } from "./signature/signature.ts";

/** A part of the text, in UTF-16 units; empty where something is to be inserted. */
export interface Span {
  start: number;
  end: number;
}

export interface Target {
  name: string;
  kind: NestedDefinition["kind"];
  /** Whether it is private to its class or file, by its modifier or its name. */
  isPrivate: boolean;
  /** The whole definition, with `export` and decorators, without the docstring. */
  start: number;
  end: number;
  /** The signature of a function; undefined for other definitions. */
  signature?: Signature;
  /** What its code does; as `signature`. */
  facts?: CodeFacts;
  /** What its docstring may tell, as `signature`; to be asked while the tree lives. */
  tell?(): readonly Fact[];
  /** Type parameters of a class, interface or type. */
  typeParameters: string[];
  /** The range that the docstring replaces. */
  place: Span;
  /** Text to insert around the docstring, so that it gets lines of its own. */
  before: string;
  after: string;
  indent: string; // of the docstring's lines
  existing?: string; // the existing docstring
}

export type NoTarget = "unsupportedLanguage" | "noDefinition";

/** The innermost definition around `offset`, docstrings included. White space before a line's text counts as part of the text. */
export function targetAt(text: string, tree: SyntaxTree, languageId: string, offset: number): Target | NoTarget {
  if (!documentedIds.includes(languageId)) return "unsupportedLanguage";
  const at = afterIndent(text, offset);
  const around = targetsIn(text, tree, languageId).filter(({ start, end, place }) => {
    return Math.min(start, place.start) <= at && offset <= end;
  });
  return around.at(-1) ?? "noDefinition"; // outer ones come before inner ones
}

/** All definitions of a file that can have a docstring, in the order of the file. */
export function targetsIn(text: string, tree: SyntaxTree, languageId: string): Target[] {
  const targets: Target[] = [];
  for (const definition of nested(findDefinitions(text, tree))) {
    const target = languageId === "python" ? pythonTarget(text, definition) : ecmaScriptTarget(text, tree, definition);
    if (target) targets.push(target);
  }
  return targets;
}

function knownOf(text: string, node: SyntaxNode, signature: Signature) {
  const facts = codeFactsOf(text, node);
  return { signature, facts, tell: () => factsToldBy(text, node, signature, facts.locals) };
}

const indentationBefore = (text: string, offset: number): string | undefined => {
  const line = text.slice(lineStartOf(text, offset), offset);
  return line.trim() === "" ? line : undefined;
};

function ecmaScriptTarget(text: string, tree: SyntaxTree, { found, kind }: NestedDefinition): Target | undefined {
  const { startIndex: start, endIndex: end, inner, name } = found;
  const indent = indentationBefore(text, start);
  if (kind === "scope" || indent === undefined || isBroken(inner)) return undefined;
  const signature = ecmaScriptSignature(text, inner);
  const comment = commentBefore(text, tree, start) ?? commentInHead(text, tree, start, found.nameStart);
  const place = comment ? { start: comment.start, end: comment.end } : { start, end: start };
  return {
    ...{ name, kind, isPrivate: isPrivateName(name) || isMarkedPrivate(text, inner), start, end, place, indent },
    ...(signature ? knownOf(text, inner, signature) : {}),
    typeParameters: signature?.typeParameters ?? typeParametersOf(text, inner),
    ...{ before: "", after: comment ? "" : `\n${indent}` },
    ...(comment ? { existing: text.slice(comment.start, comment.end) } : {}),
  };
}

/** Whether its name, its parameters or the text between them do not parse: then its facts and the beginning of its body are uncertain. */
function isBroken(node: SyntaxNode): boolean {
  const body = node.childForFieldName("body");
  return node.children.some((child) => {
    if (body && child.startIndex === body.startIndex && child.endIndex === body.endIndex) return false;
    return child.type === "ERROR" || child.isMissing || child.hasError;
  });
}

/** `#a`, and by convention `_a`; Python's `__init__` is documented with its class. */
const isPrivateName = (name: string): boolean => /^[#_]/.test(name);

const isMarkedPrivate = (text: string, node: SyntaxNode): boolean =>
  node.children.some(
    ({ type, startIndex, endIndex }) =>
      type === "accessibility_modifier" && text.slice(startIndex, endIndex) === "private",
  );

/** A comment that begins with two stars, with nothing but white space between it and the definition. */
function commentBefore(text: string, tree: SyntaxTree, start: number): Span | undefined {
  const above = text.slice(Math.max(0, start - MOST_SPACE_UNITS), start);
  const comment = commentEndingAt(text, tree, start - (above.length - above.trimEnd().length));
  if (!comment) return undefined;
  const isFar = /\n[ \t]*\r?\n/.test(text.slice(comment.end, start));
  return isFar && OF_FILE.test(text.slice(comment.start, comment.end)) ? undefined : comment;
}

/** One between `export` or a decorator and the name. */
function commentInHead(text: string, tree: SyntaxTree, start: number, nameStart: number): Span | undefined {
  const head = text.slice(start, Math.min(nameStart, start + MOST_HEAD_UNITS));
  const at = head.lastIndexOf("*/");
  return at === -1 ? undefined : commentEndingAt(text, tree, start + at + 2);
}

function commentEndingAt(text: string, tree: SyntaxTree, end: number): Span | undefined {
  if (!text.endsWith("*/", end)) return undefined;
  const comment = tree.pathTo(end - 1).findLast((node) => node.type === "comment");
  if (!comment || comment.endIndex !== end) return undefined;
  const isDoc = /^\/\*\*(?!\/)/.test(text.slice(comment.startIndex, comment.startIndex + 4));
  return isDoc ? { start: comment.startIndex, end } : undefined;
}

/** The most white space between a comment and its definition, and the longest text between `export` and a name. */
const MOST_SPACE_UNITS = 400;
const MOST_HEAD_UNITS = 2_000;
/** A comment that is of the whole file, where an empty line follows it. */
const OF_FILE =
  /@(?:file|fileoverview|overview|license|licence|module|packageDocumentation|copyright|author)\b|copyright|licen[cs]ed? /i;

function pythonTarget(text: string, { found, kind }: NestedDefinition): Target | undefined {
  const { startIndex: start, endIndex: end, inner, name } = found;
  if (inner.type !== "function_definition" && inner.type !== "class_definition") return undefined;
  const body = inner.childForFieldName("body");
  const first = body?.namedChildren.find((child) => child.type !== "comment");
  const outer = indentationBefore(text, start);
  if (!body || !first || outer === undefined || isBroken(inner)) return undefined;
  const signature = pythonSignature(text, inner);
  const facts = {
    name,
    kind,
    isPrivate: isPrivateName(name),
    start,
    end,
    ...(signature ? knownOf(text, inner, signature) : {}),
    typeParameters: [],
  };
  const docstring = stringOf(first);
  const onOwnLine = indentationBefore(text, first.startIndex);
  if (docstring) {
    const existing = text.slice(docstring.startIndex, docstring.endIndex);
    const place = { start: docstring.startIndex, end: docstring.endIndex };
    return { ...facts, place, before: "", after: "", indent: onOwnLine ?? `${outer}    `, existing };
  }
  if (onOwnLine !== undefined) {
    const place = { start: first.startIndex, end: first.startIndex };
    return { ...facts, place, before: "", after: `\n${onOwnLine}`, indent: onOwnLine };
  }
  const indent = `${outer}${outer.startsWith("\t") ? "\t" : "    "}`; // `def f(): pass`
  const gap = /(?<![ \t])[ \t]*$/.exec(text.slice(0, first.startIndex))![0].length;
  const place = { start: first.startIndex - gap, end: first.startIndex };
  return { ...facts, place, before: `\n${indent}`, after: `\n${indent}`, indent };
}

/** The string literal of a statement that consists of it alone. */
function stringOf(statement: SyntaxNode): SyntaxNode | undefined {
  const only = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
  return only?.type === "string" && statement.namedChildren.length === 1 ? only : undefined;
}
