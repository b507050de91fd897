// A type of a JSDoc comment in TypeScript's words: what JSDoc alone writes (`?T`, `T=`, `*`, `Array.<T>`, `function(T): U`, `Object`) is reworded, the
// rest stays as it is. Pure.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";

/** Names that JSDoc means otherwise than TypeScript where they stand without type arguments. */
const REWORDED: Record<string, string> = {
  String: "string",
  Number: "number",
  Boolean: "boolean",
  Symbol: "symbol",
  BigInt: "bigint",
  Object: "Record<string, any>",
  object: "Record<string, any>", // otherwise no property of it could be read
  Array: "any[]",
  array: "any[]",
  function: "Function",
  Promise: "Promise<any>",
  Map: "Map<any, any>",
  Set: "Set<any>",
  Void: "void",
  Iterable: "Iterable<any>",
  AsyncIterable: "AsyncIterable<any>",
  Iterator: "Iterator<any>",
  AsyncIterator: "AsyncIterator<any>",
  Generator: "Generator<any>",
  AsyncGenerator: "AsyncGenerator<any>",
  ArrayLike: "ArrayLike<any>",
  PromiseLike: "PromiseLike<any>",
  ReadonlyArray: "ReadonlyArray<any>",
  ReadonlySet: "ReadonlySet<any>",
  WeakSet: "WeakSet<any>",
  ReadonlyMap: "ReadonlyMap<any, any>",
  WeakMap: "WeakMap<any, any>",
};

export function typeText(compiler: Compiler, node: ts.Node, source: ts.SourceFile): string {
  const text = (inner: ts.Node): string => typeText(compiler, inner, source);
  const { SyntaxKind } = compiler;
  switch (node.kind) {
    case SyntaxKind.JSDocTypeExpression:
      return text((node as ts.JSDocTypeExpression).type);
    case SyntaxKind.JSDocAllType:
    case SyntaxKind.JSDocUnknownType:
    case SyntaxKind.JSDocNamepathType:
      return "any";
    case SyntaxKind.JSDocNullableType:
      return `${inUnion(text((node as ts.JSDocNullableType).type))} | null`;
    case SyntaxKind.JSDocNonNullableType:
    case SyntaxKind.JSDocOptionalType:
      return text((node as ts.JSDocOptionalType).type);
    case SyntaxKind.JSDocVariadicType:
      return arrayOf(text((node as ts.JSDocVariadicType).type));
    case SyntaxKind.JSDocFunctionType:
      return functionText(compiler, node as ts.JSDocFunctionType, text);
    case SyntaxKind.JSDocTypeLiteral:
      return literalText(compiler, node as ts.JSDocTypeLiteral, text);
    case SyntaxKind.JSDocSignature:
      return signatureText(node as ts.JSDocSignature, text);
    case SyntaxKind.TypeReference:
      return referenceText(node as ts.TypeReferenceNode, source, text);
    default:
      return withReworded(compiler, node, source, text);
  }
}

/** `{a: number, b?: string}` of the properties that tags describe. @param indent of each line; absent: all on one */
export function membersText(
  tags: readonly ts.JSDocPropertyLikeTag[],
  text: (node: ts.Node) => string,
  join: (members: string[]) => string = (members) => `{ ${members.join("; ")} }`,
): string {
  const members = tags.map((tag) => {
    const name = tag.name.getText().split(".").at(-1);
    const type = tag.typeExpression ? text(tag.typeExpression) : "any";
    return `${name}${isOptional(tag) ? "?" : ""}: ${type}`;
  });
  return join(members);
}

export const isOptional = ({ isBracketed, typeExpression }: ts.JSDocPropertyLikeTag): boolean =>
  isBracketed || (typeExpression?.getText() ?? "").replace("}", "").trimEnd().endsWith("=");

export const arrayOf = (type: string): string => (/^[\w.$<>]+(\[\])*$/.test(type) ? `${type}[]` : `(${type})[]`);

/** A function's type stands in brackets beside others. */
export const inUnion = (type: string): string =>
  type.includes("=>") && !type.startsWith("(") ? `(${type})` : isFunction(type) ? `(${type})` : type;

const isFunction = (type: string): boolean => /^(new )?(<.*>)?\(/s.test(type) && /\)\s*=>/.test(type);

function referenceText(node: ts.TypeReferenceNode, source: ts.SourceFile, text: (node: ts.Node) => string): string {
  const name = node.typeName.getText(source);
  const given = node.typeArguments?.map(text);
  if (!given) return REWORDED[name] ?? name;
  if ((name === "Object" || name === "object") && given.length === 2) return `Record<${given.join(", ")}>`;
  if ((name === "Array" || name === "array") && given.length === 1) return arrayOf(given[0]!);
  return `${name}<${given.join(", ")}>`;
}

function functionText({ SyntaxKind }: Compiler, node: ts.JSDocFunctionType, text: (node: ts.Node) => string): string {
  let isNew = false;
  let returned = node.type ? text(node.type) : "any";
  const parameters: string[] = [];
  for (const [i, parameter] of node.parameters.entries()) {
    const { type } = parameter;
    const name = parameter.name?.getText();
    if (name === "new") {
      isNew = true;
      returned = type ? text(type) : returned;
    } else if (name === "this") parameters.unshift(`this: ${type ? text(type) : "any"}`);
    else if (type?.kind === SyntaxKind.JSDocVariadicType || parameter.dotDotDotToken)
      parameters.push(`...args: ${type ? arrayOf(text((type as ts.JSDocVariadicType).type ?? type)) : "any[]"}`);
    else
      parameters.push(`arg${i}${type?.kind === SyntaxKind.JSDocOptionalType ? "?" : ""}: ${type ? text(type) : "any"}`);
  }
  return `${isNew ? "new " : ""}(${parameters.join(", ")}) => ${returned}`;
}

function literalText(_: Compiler, node: ts.JSDocTypeLiteral, text: (node: ts.Node) => string): string {
  const members = membersText(node.jsDocPropertyTags ?? [], text);
  return node.isArrayType ? arrayOf(members) : members;
}

/** What `@callback` describes. */
function signatureText(node: ts.JSDocSignature, text: (node: ts.Node) => string): string {
  const parameters = node.parameters.map((tag) => {
    const type = tag.typeExpression ? text(tag.typeExpression) : "any";
    const isRest = tag.typeExpression?.getText().startsWith("{...") ?? false;
    return `${isRest ? "..." : ""}${tag.name.getText()}${!isRest && isOptional(tag) ? "?" : ""}: ${type}`;
  });
  const returned = node.type?.typeExpression ? text(node.type.typeExpression) : "any";
  return `(${parameters.join(", ")}) => ${returned}`;
}

/** The text of a type with its inner types reworded; a comment's stars at the beginning of lines are dropped. */
function withReworded(
  compiler: Compiler,
  node: ts.Node,
  source: ts.SourceFile,
  text: (node: ts.Node) => string,
): string {
  let result = "";
  let at = node.getStart(source);
  const isUnion = compiler.isUnionTypeNode(node);
  compiler.forEachChild(node, (child) => {
    const start = child.getStart(source);
    if (start < at) return;
    const own = source.text.slice(start, child.end);
    const reworded = compiler.isTypeNode(child) ? text(child) : withReworded(compiler, child, source, text);
    result += source.text.slice(at, start);
    result += reworded === own || !isUnion ? reworded : inUnion(reworded);
    at = child.end;
  });
  const [first = "", ...more] = (result + source.text.slice(at, node.end)).split("\n");
  return [first.trimEnd(), ...more.map((line) => line.trim().replace(/^\*/, "").trimEnd())].join("\n").trimEnd(); // the end of a line may part members
}
