// What an assignment to a value tells of it: a default, a merge with defaults, a value made of its own. Pure.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";

/** `x = x || …`, which says that it may be missing, and what it is otherwise. */
export function isDefault(c: Compiler, right: ts.Expression, node: ts.Expression): boolean {
  const { BarBarToken, QuestionQuestionToken } = c.SyntaxKind;
  if (!c.isBinaryExpression(right) || right.left.getText() !== node.getText()) return false;
  const { kind } = right.operatorToken;
  return kind === BarBarToken || kind === QuestionQuestionToken;
}

/** `if (!x) x = …` */
export function isGivenWhereMissing(c: Compiler, node: ts.Expression): boolean {
  const statement = node.parent.parent;
  if (!c.isExpressionStatement(statement)) return false;
  const branch = c.isBlock(statement.parent) ? statement.parent : statement;
  const { parent } = branch;
  if (!c.isIfStatement(parent) || parent.thenStatement !== branch) return false;
  const { expression } = parent;
  return (
    c.isPrefixUnaryExpression(expression) &&
    expression.operator === c.SyntaxKind.ExclamationToken &&
    expression.operand.getText() === node.getText()
  );
}

/** `x = merge(x, …)`, `x = Object.assign({}, x)`: it may be missing. */
export function isMerged(c: Compiler, right: ts.Expression, node: ts.Expression): boolean {
  if (!c.isCallExpression(right) || right.arguments.length < 2) return false;
  const isGiven = right.arguments.some((one) => one.getText() === node.getText());
  return isGiven && /(merge|assign|defaults|extend)$/i.test(right.expression.getText());
}

/** `x = x.trim()`, and a value that is made without it. */
export function isOfItsOwn(c: Compiler, right: ts.Expression, node: ts.Expression): boolean {
  const name = node.getText();
  if (c.isCallExpression(right) && c.isPropertyAccessExpression(right.expression)) {
    const { expression } = right.expression;
    return expression.getText() === name || isOfItsOwn(c, expression, node);
  }
  return c.isStringLiteralLike(right) || c.isNumericLiteral(right) || c.isObjectLiteralExpression(right);
}
