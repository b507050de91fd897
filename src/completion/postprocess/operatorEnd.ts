// Tells whether a suggestion ends in an operator whose other side is missing: `return a ===`. The next lines may parse as that side, so no syntax
// error need say it. Reads the tree where there is one, else the text.

import type { SyntaxNode } from "../../../common/syntax/syntax.ts";
import type { Judged } from "./syntaxErrors.ts";

/** Tokens that have something behind them, in any language with a grammar. */
const operator =
  /^(?:&&=?|\|\|=?|\?\??=?|[=!]==?|[<>]=|[-+*/%|&^:]?=|[-+*/%|&^<>!~]|=>|->|\?\.|\.|::|and|or|is|in|not|instanceof|typeof|new|await)$/;

/** Those of them that may also end something, which in broken code nobody can tell: a pointer's type, a type's arguments, a macro's name. */
const mayEnd = /^[*&<>/?!]$/;

/** @param replaceAfter units after the cursor that the text replaces */
export function endsInOperator(text: string, replaceAfter: number, judged: Judged): boolean {
  const { draft, pending, offset, rest } = judged;
  const written = text.trimEnd();
  if (written === "" || rest.slice(replaceAfter).trim() !== "") return false; // the line goes on
  const tree = draft.parse(pending + text, replaceAfter);
  if (!tree) return endsInOperatorByText(text);
  const [leaf, parent] = tree.pathTo(offset + pending.length + written.length - 1).reverse();
  if (!leaf || !parent || leaf.isNamed || !operator.test(leaf.type)) return false;
  return parent.type === "ERROR" ? !mayEnd.test(leaf.type) : goesOn(leaf, parent);
}

/** Whether the operator is not the end of what it belongs to, as that of `i++`, `Promise<a>` and `import *` is. */
const goesOn = (leaf: SyntaxNode, parent: SyntaxNode): boolean => parent.children.at(-1)!.startIndex > leaf.startIndex;

/** The same without a tree: only what ends a line in no language. */
export const endsInOperatorByText = (text: string): boolean => /(?:&&|\|\||[=!]==?)\s*$/.test(text);
