// The exported function on a line, with its parameters' types. Reads the compiler's program only.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";

export type FunctionNode = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

export interface Target {
  name: string; // as a test calls it
  exported: string; // "default", or the name of the export
  node: FunctionNode;
  signatures: readonly ts.Signature[]; // its overloads, or its own
}

/** The exported functions of a file, in the order of its text. */
export function targetsIn(compiler: Compiler, checker: ts.TypeChecker, source: ts.SourceFile): Target[] {
  // Where CommonJS exports one by one the checker gives no symbol for the file, though the file has one.
  const module = checker.getSymbolAtLocation(source) ?? (source as { symbol?: ts.Symbol }).symbol;
  if (!module) return [];
  const targets = checker.getExportsOfModule(module).flatMap((symbol): Target[] => {
    const own = symbol.flags & compiler.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const node = (own.declarations ?? [])
      .map((one) => functionOf(compiler, checker, one))
      .find((one) => one !== undefined);
    if (!node?.body || node.getSourceFile() !== source) return [];
    const signatures = checker.getTypeOfSymbolAtLocation(own, source).getCallSignatures();
    const exported = symbol.escapedName === "export=" ? "default" : symbol.name;
    const inner = own.name === "default" || own.name === "export=" ? (node.name?.text ?? "subject") : own.name;
    const name = exported === "default" ? inner : exported;
    return signatures.length > 0 && /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)
      ? [{ name, exported, node, signatures }]
      : [];
  });
  return targets.sort((a, b) => a.node.pos - b.node.pos);
}

/** @param offset in UTF-16 units: anywhere on the lines of the function */
export function targetAt(targets: readonly Target[], source: ts.SourceFile, offset: number): Target | undefined {
  const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line;
  const line = lineOf(offset);
  return targets.find(({ node }) => lineOf(statementOf(node).getStart(source)) <= line && line <= lineOf(node.end));
}

/** The function, or the statement that names it. */
function statementOf(node: FunctionNode): ts.Node {
  let at: ts.Node = node;
  while (at.parent?.parent) at = at.parent; // the statement of the file
  return at;
}

function functionOf(compiler: Compiler, checker: ts.TypeChecker, node: ts.Node, depth = 0): FunctionNode | undefined {
  if (compiler.isFunctionDeclaration(node)) return node.body ? node : undefined;
  if (compiler.isFunctionExpression(node) || compiler.isArrowFunction(node)) return node;
  if (compiler.isVariableDeclaration(node) || compiler.isPropertyAssignment(node))
    return node.initializer && functionOf(compiler, checker, node.initializer, depth);
  if (compiler.isExportAssignment(node)) return functionOf(compiler, checker, node.expression, depth);
  if (compiler.isBinaryExpression(node)) return functionOf(compiler, checker, node.right, depth);
  const { parent } = node;
  if (compiler.isPropertyAccessExpression(node) && compiler.isBinaryExpression(parent) && parent.left === node)
    return functionOf(compiler, checker, parent.right, depth); // exports.name = …
  if (depth > 3 || !(compiler.isIdentifier(node) || compiler.isShorthandPropertyAssignment(node))) return undefined;
  const symbol = compiler.isIdentifier(node)
    ? checker.getSymbolAtLocation(node)
    : checker.getShorthandAssignmentValueSymbol(node);
  const [declaration] = (symbol?.declarations ?? []).filter((one) => one !== node);
  return declaration && functionOf(compiler, checker, declaration, depth + 1);
}
