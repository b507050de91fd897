// Walks the tokens of a part of a tree. Tokens keep their place where the parser could make no sense of the structure around them.
// Iterative: a tree may be deeper than the stack.

import { isHopeless, type SyntaxNode, type SyntaxTree } from "./syntax.ts";

/** Maximum number of nodes that a walk visits; a suggestion has a few hundred. */
const MAX_VISITED = 20_000;

/** The tokens that overlap [start, end), in order; MISSING ones, which have no text, left out. */
export function leaves(tree: SyntaxTree, start: number, end: number): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  if (end <= start) return found;
  const stack: SyntaxNode[] = [tree.rootNode.descendantForIndex(start, end - 1) ?? tree.rootNode];
  for (let visited = 0; stack.length > 0 && visited < MAX_VISITED; visited++) {
    const node = stack.pop()!;
    if (node.endIndex <= start || node.startIndex >= end) continue;
    if (node.childCount === 0) {
      if (node.endIndex > node.startIndex) found.push(node);
      continue;
    }
    if (isHopeless(node)) continue; // to list its children alone takes half a second
    const children = node.children;
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
  return found;
}
