// The branches of a function: its text with a mark in each arm, so that a run tells which it went through. Arms are those of the text (then and else,
// written or not, both sides of ?:, the right of && || ??, cases, bodies of loops, catch, defaults, inner functions), not what an engine makes of it.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import type { TextChange } from "../../typescript/problems.ts";
import type { FunctionNode } from "./target.ts";

/** The name under which the marked text tells that it went through an arm. */
export const ARM_NAME = "__sottoArm";

export interface Marked {
  insertions: TextChange[]; // into the file's text, sorted
  arms: number; // the first is the function itself
}

export function markArms(compiler: Compiler, source: ts.SourceFile, target: FunctionNode): Marked {
  const put: { at: number; text: string; rank: number }[] = [];
  let arms = 0;
  const mark = () => `globalThis.${ARM_NAME}(${arms++})`;
  const insert = (at: number, text: string, rank: number) => put.push({ at, text, rank });
  let depth = 0;
  /** At one place an outer node opens before an inner one, and closes after it. */
  const around = (node: ts.Node, before: string, after: string) => {
    insert(node.getStart(source), before, depth);
    insert(node.end, after, -depth);
  };
  const markExpression = (node: ts.Expression) => around(node, `(${mark()}, `, ")");
  const markStatement = (node: ts.Statement, more = "") => {
    if (compiler.isBlock(node)) {
      insert(node.getStart(source) + 1, `${mark()};`, depth);
      if (more) insert(node.end, more, -depth);
    } else around(node, `{${mark()};`, `}${more}`);
  };
  const visit = (node: ts.Node): void => {
    depth++;
    const { BarBarToken, AmpersandAmpersandToken, QuestionQuestionToken } = compiler.SyntaxKind;
    if (compiler.isIfStatement(node)) {
      markStatement(node.thenStatement, node.elseStatement ? "" : ` else {${mark()};}`);
      if (node.elseStatement) markStatement(node.elseStatement);
    } else if (compiler.isConditionalExpression(node)) {
      markExpression(node.whenTrue);
      markExpression(node.whenFalse);
    } else if (compiler.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === BarBarToken || kind === AmpersandAmpersandToken || kind === QuestionQuestionToken)
        markExpression(node.right);
    } else if (compiler.isCaseOrDefaultClause(node)) {
      const colon = source.text.indexOf(":", compiler.isCaseClause(node) ? node.expression.end : node.getStart(source));
      insert(colon + 1, ` ${mark()};`, depth);
    } else if (compiler.isCatchClause(node)) markStatement(node.block);
    else if (compiler.isIterationStatement(node, false)) markStatement(node.statement);
    else if ((compiler.isParameter(node) || compiler.isBindingElement(node)) && node.initializer)
      markExpression(node.initializer);
    else if (compiler.isFunctionLike(node) && "body" in node && node.body) {
      if (compiler.isBlock(node.body as ts.Node)) markStatement(node.body as ts.Block);
      else markExpression(node.body as ts.Expression);
    }
    compiler.forEachChild(node, visit);
    depth--;
  };
  visit(target);
  const sorted = put.sort((a, b) => a.at - b.at || a.rank - b.rank);
  return { insertions: sorted.map(({ at, text }) => ({ start: at, end: at, newText: text })), arms };
}
