// Finds what the parser could not make sense of. Walks only where there is an error, never recursively, never beyond a cap.

import type { SyntaxNode, SyntaxTree } from "./syntax.ts";

const MAX_VISITED = 20_000;

/** The most children of a node that are looked at: the binding makes an object of each. */
const MAX_CHILDREN = 5_000;

export interface SyntaxErrors {
  nodes: SyntaxNode[]; // ERROR and MISSING ones, in no order; ERROR nodes may lie in others
  capped: boolean; // there was more than the walk looked at
}

export function findErrors(tree: SyntaxTree): SyntaxErrors {
  const nodes: SyntaxNode[] = [];
  const stack: SyntaxNode[] = [tree.rootNode];
  for (let visited = 0; stack.length > 0; visited++) {
    if (visited === MAX_VISITED) return { nodes, capped: true };
    const node = stack.pop()!;
    if (node.isMissing || node.type === "ERROR") nodes.push(node);
    if (!node.hasError || node.childCount === 0) continue;
    if (node.childCount > MAX_CHILDREN) return { nodes, capped: true };
    for (const child of node.children) if (child.hasError || child.isMissing) stack.push(child);
  }
  return { nodes, capped: false };
}

/** How many ERROR and MISSING nodes a tree has. */
export function countErrors(tree: SyntaxTree): { count: number; capped: boolean } {
  const { nodes, capped } = findErrors(tree);
  return { count: nodes.length, capped };
}
