// Counts what does not parse in a program. Pure but for the parser.

import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxNode } from "../../common/syntax/syntax.ts";

/** How many nodes of `text` are errors or missing; undefined where the language has no parser here. */
export function countSyntaxErrors(parsers: Parsers, languageId: string, text: string): number | undefined {
  const root = parsers.for(languageId)?.parse(text)?.rootNode;
  return root === undefined ? undefined : countIn(root);
}

function countIn(node: SyntaxNode): number {
  if (node.isMissing) return 1;
  if (!node.hasError) return 0; // true also where an error lies deeper
  return node.children.reduce((sum, child) => sum + countIn(child), node.type === "ERROR" ? 1 : 0);
}
