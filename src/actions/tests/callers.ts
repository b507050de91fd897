// Arguments that the repository writes itself: calls by the function's name whose arguments say all that they are made of.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";

const MOST_CALLS = 16;
const MOST_UNITS = 200; // of the arguments

/** Names that mean the same everywhere, and reach nothing. */
const EVERYWHERE = new Set(
  "undefined NaN Infinity Math String Number Boolean Array Object JSON Date Map Set RegExp Error TypeError RangeError BigInt Uint8Array Promise".split(
    " ",
  ),
);

/** Texts as they stand between the brackets of the calls. @param sources in which they are looked for */
export function callersArguments(compiler: Compiler, name: string, sources: readonly ts.SourceFile[]): string[] {
  const found = new Set<string>();
  for (const source of sources) {
    if (!source.text.includes(`${name}(`)) continue;
    const visit = (node: ts.Node): void => {
      if (found.size >= MOST_CALLS) return;
      if (compiler.isCallExpression(node) && isNamed(node.expression) && node.arguments.length > 0) {
        const texts = node.arguments.map((one) => closedText(one, source));
        const text = texts.join(", ");
        if (!texts.includes(undefined) && text.length <= MOST_UNITS) found.add(text);
      }
      compiler.forEachChild(node, visit);
    };
    visit(source);
  }
  return [...found];

  function isNamed(callee: ts.Expression): boolean {
    if (compiler.isPropertyAccessExpression(callee))
      return compiler.isIdentifier(callee.expression) && callee.name.text === name;
    return compiler.isIdentifier(callee) && callee.text === name;
  }

  /** The text of an argument, or of the constant that it names; undefined where it says not all. */
  function closedText(node: ts.Expression, source: ts.SourceFile): string | undefined {
    if (isClosed(compiler, node, new Set())) return onOneLine(node.getText(source));
    const value = compiler.isIdentifier(node) ? constantOf(node) : undefined;
    return value && isClosed(compiler, value, new Set()) ? onOneLine(value.getText(source)) : undefined;
  }

  /** The value of the constant of this name in the nearest block around. */
  function constantOf(node: ts.Identifier): ts.Expression | undefined {
    for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
      if (!compiler.isBlock(at) && !compiler.isSourceFile(at)) continue;
      for (const statement of at.statements) {
        if (!compiler.isVariableStatement(statement)) continue;
        for (const one of statement.declarationList.declarations)
          if (compiler.isIdentifier(one.name) && one.name.text === node.text) return one.initializer;
      }
    }
    return undefined;
  }
}

/** Undefined where lines cannot be joined without looking closer. */
const onOneLine = (text: string): string | undefined =>
  !text.includes("\n")
    ? text
    : /[`]|\/\/|\/\*/.test(text)
      ? undefined
      : text
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean)
          .join(" ");

/** Whether an expression names nothing but what it binds itself and what is the same everywhere. */
function isClosed(compiler: Compiler, node: ts.Node, bound: ReadonlySet<string>): boolean {
  if (compiler.isTypeNode(node)) return false; // a test in JavaScript has none
  if (compiler.isIdentifier(node))
    return isOwnName(compiler, node) || bound.has(node.text) || EVERYWHERE.has(node.text);
  const { ThisKeyword, SuperKeyword, ImportKeyword } = compiler.SyntaxKind;
  const isMore = [ThisKeyword, SuperKeyword, ImportKeyword].some((kind) => kind === node.kind);
  if (isMore || compiler.isAwaitExpression(node) || compiler.isShorthandPropertyAssignment(node)) return false;
  if (compiler.isFunctionExpression(node) || compiler.isVariableDeclaration(node)) return false; // too much for an argument
  const inner = new Set(bound);
  if (compiler.isArrowFunction(node)) for (const { name } of node.parameters) addNames(compiler, name, inner);
  let isOk = true;
  compiler.forEachChild(node, (child) => {
    isOk &&= isClosed(compiler, child, inner);
  });
  return isOk;
}

/** The name of a member, not of a variable. */
function isOwnName(compiler: Compiler, node: ts.Identifier): boolean {
  const { parent } = node;
  const isMember = compiler.isPropertyAccessExpression(parent) || compiler.isPropertyAssignment(parent);
  return (isMember || compiler.isMethodDeclaration(parent)) && parent.name === node;
}

function addNames(compiler: Compiler, name: ts.BindingName, names: Set<string>): void {
  if (compiler.isIdentifier(name)) names.add(name.text);
  else for (const one of name.elements) if (compiler.isBindingElement(one)) addNames(compiler, one.name, names);
}
