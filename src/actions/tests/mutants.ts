// Small changes of a function that a good test notices: the usual operators of mutation testing. Pure: the tree in, changes of the text out.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import type { TextChange } from "../../typescript/problems.ts";
import type { FunctionNode } from "./target.ts";

/** The most mutants that are tried for a function, spread over its text. */
const MOST_MUTANTS = 40;

const OTHER_OPERATOR: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "==": "!=",
  "!=": "==",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "+=": "-=",
  "-=": "+=",
  "<<": ">>",
  ">>": "<<",
  "&": "|",
  "|": "&",
};

export function mutantsOf(compiler: Compiler, source: ts.SourceFile, target: FunctionNode): TextChange[] {
  const all: TextChange[] = [];
  const add = (node: ts.Node, newText: string) => all.push({ start: node.getStart(source), end: node.end, newText });
  const isType = (node: ts.Node) => compiler.isTypeNode(node) && !compiler.isExpressionWithTypeArguments(node);
  const visit = (node: ts.Node): void => {
    if (isType(node)) return;
    const text = node.getText(source);
    if (compiler.isBinaryExpression(node)) {
      const { operatorToken } = node;
      const other = OTHER_OPERATOR[operatorToken.getText(source)];
      if (other !== undefined) add(operatorToken, other);
    } else if (compiler.isIfStatement(node) || compiler.isWhileStatement(node))
      add(node.expression, `!(${node.expression.getText(source)})`);
    else if (compiler.isConditionalExpression(node)) add(node.condition, `!(${node.condition.getText(source)})`);
    else if (compiler.isPrefixUnaryExpression(node) && /^[!-]/.test(text))
      add(node, `(${node.operand.getText(source)})`);
    else if (compiler.isReturnStatement(node) && node.expression) add(node.expression, "undefined");
    else if (node.kind === compiler.SyntaxKind.TrueKeyword) add(node, "false");
    else if (node.kind === compiler.SyntaxKind.FalseKeyword) add(node, "true");
    else if (compiler.isNumericLiteral(node) && !compiler.isPropertyAssignment(node.parent)) add(node, `(${text} + 1)`);
    else if (compiler.isStringLiteral(node) && isValue(node)) add(node, node.text === "" ? '"sotto"' : '""');
    else if (compiler.isExpressionStatement(node)) add(node, ";");
    compiler.forEachChild(node, visit);
  };
  for (const parameter of target.parameters) if (parameter.initializer) visit(parameter.initializer);
  if (target.body) {
    if (!compiler.isBlock(target.body)) add(target.body, "undefined");
    visit(target.body);
  }
  const step = Math.max(1, all.length / MOST_MUTANTS);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));

  function isValue({ parent }: ts.StringLiteral): boolean {
    return !(
      (compiler.isPropertyAssignment(parent) && parent.name.kind === compiler.SyntaxKind.StringLiteral) ||
      compiler.isImportDeclaration(parent) ||
      compiler.isExpressionStatement(parent)
    );
  }
}
