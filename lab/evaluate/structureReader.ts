// Reads a docstring and its definition independently, to tell whether their structures agree: TypeScript and JavaScript with TypeScript's parser of
// JSDoc, Python with Python's `ast` (structure_reader.py). Shares no code with the product.

import { execFileSync } from "node:child_process";
import path from "node:path";
import ts from "typescript";

export type StructureFault = "unreadable" | "parameters" | "returns" | "throws";

/** @param code a docstring and its definition, a method without its class */
export function faultOfEcmaScript(code: string): StructureFault | undefined {
  const readings = [code, `class _ {\n${code}\n}`, `({\n${code}\n})`].map((text) =>
    ts.createSourceFile("a.tsx", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS),
  );
  const documented = readings.flatMap((source) => firstDocumented(source) ?? []);
  const methods = documented.filter(
    (node) => ts.isClassElement(node) && node.parent.parent.getText().startsWith("class _ {"),
  );
  const node = methods.find(functionOf) ?? documented.find(functionOf) ?? documented[0]; // a method alone reads as a call
  if (!node) return "unreadable";
  const tags = ts.getJSDocTags(node);
  const functionNode = functionOf(node);
  const named = tags.filter(ts.isJSDocParameterTag).map((tag) => tag.name.getText());
  if (!functionNode) return named.length > 0 ? "parameters" : undefined;
  const parameters = functionNode.parameters
    .map(({ name }) => (ts.isIdentifier(name) ? name.text : undefined))
    .filter((name) => name !== "this");
  const agrees = named.length === parameters.length && named.every((name, i) => name === (parameters[i] ?? name));
  if (named.length > 0 && !agrees) return "parameters";
  if (tags.some(ts.isJSDocReturnTag) && !givesValue(functionNode)) return "returns";
  const thrown = [...functionNode.getText().matchAll(/\bthrow\s+(?:new\s+)?([\w.]+)/g)].map(([, name]) => name);
  for (const tag of tags.filter(ts.isJSDocThrowsTag)) {
    const name = tag.typeExpression?.type.getText() ?? "";
    if (!thrown.some((one) => one === name || one.endsWith(`.${name}`))) return "throws";
  }
  return undefined;
}

function firstDocumented(node: ts.Node): ts.Node | undefined {
  if (ts.getJSDocCommentsAndTags(node).some((part) => ts.isJSDoc(part) && part.parent === node)) return node;
  return ts.forEachChild(node, firstDocumented);
}

function functionOf(node: ts.Node): ts.SignatureDeclaration | undefined {
  if (ts.isFunctionLike(node)) return node;
  if (ts.isVariableStatement(node)) {
    const value = node.declarationList.declarations[0]?.initializer;
    return value && ts.isFunctionLike(value) ? value : undefined;
  }
  if (ts.isExpressionStatement(node) && ts.isBinaryExpression(node.expression)) {
    const { right } = node.expression;
    return ts.isFunctionLike(right) ? right : undefined;
  }
  if (
    (ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node)) &&
    node.initializer &&
    ts.isFunctionLike(node.initializer)
  )
    return node.initializer;
  return undefined;
}

/** By its written type, else by a `return` with something behind it. */
function givesValue(node: ts.SignatureDeclaration): boolean {
  if (node.type) return !/^(void|never|Promise<void>)$/.test(node.type.getText());
  const body = "body" in node ? (node.body as ts.Node | undefined) : undefined;
  if (!body) return true;
  if (!ts.isBlock(body)) return true;
  const returns = (part: ts.Node): boolean =>
    (ts.isReturnStatement(part) && part.expression !== undefined) ||
    (!ts.isFunctionLike(part) && (ts.forEachChild(part, returns) ?? false));
  return ts.forEachChild(body, returns) ?? false;
}

/** All at once: starting Python takes longer than reading. @param codes definitions with their docstrings, at any indentation */
export function faultsOfPython(codes: readonly string[]): (StructureFault | undefined)[] {
  const script = path.join(import.meta.dirname, "structure_reader.py");
  const output = execFileSync("python3", [script], { input: JSON.stringify(codes), encoding: "utf8" });
  return (JSON.parse(output) as (StructureFault | null)[]).map((fault) => fault ?? undefined);
}
