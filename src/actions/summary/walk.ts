// A walk through all named nodes of a tree, without recursion, in the order of the text. Knows which node types are functions.

import { isHopeless, type SyntaxNode, type SyntaxTree } from "../../../common/syntax/syntax.ts";

/** The most nodes that are looked at: a file of 10,000 lines has some 100,000. */
const MOST_NODES = 400_000;

const FUNCTION =
  /^(?:function_declaration|function_expression|function|generator_function|generator_function_declaration|arrow_function|method_definition|function_definition|lambda|lambda_expression|func_literal|method_declaration|constructor_declaration|function_item|closure_expression|local_function_statement)$/;

export const isFunctionNode = ({ type }: SyntaxNode): boolean => FUNCTION.test(type);

/** @param visit gets what the node around has handed down, and tells what each child gets */
export function walked<T>(
  tree: SyntaxTree,
  visit: (node: SyntaxNode, given: T) => (child: SyntaxNode) => T,
  first: T,
): void {
  const open: { node: SyntaxNode; given: T }[] = [{ node: tree.rootNode, given: first }];
  for (let seen = 0; open.length > 0 && seen < MOST_NODES; seen++) {
    const { node, given } = open.pop()!;
    const handDown = visit(node, given);
    if (isHopeless(node)) continue;
    const children = node.namedChildren;
    for (let at = children.length - 1; at >= 0; at--)
      open.push({ node: children[at]!, given: handDown(children[at]!) });
  }
}
