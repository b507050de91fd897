// Counts what the parser could not make sense of. Walks only where there is an error, never recursively, never beyond a cap.

import type { SyntaxNode, SyntaxTree } from "./syntax.ts";

const MAX_VISITED = 20_000;

export interface SyntaxErrors {
  count: number; // ERROR and MISSING nodes
  capped: boolean; // there was more than the walk looked at
}

/** The ERROR and MISSING nodes of a tree. */
export function countErrors(tree: SyntaxTree): SyntaxErrors {
  let count = 0;
  const stack: SyntaxNode[] = [tree.rootNode];
  for (let visited = 0; stack.length > 0; visited++) {
    if (visited === MAX_VISITED) return { count, capped: true };
    const node = stack.pop()!;
    if (node.isMissing || node.type === "ERROR") count++;
    if (!node.hasError || node.childCount === 0) continue;
    for (const child of node.children) if (child.hasError || child.isMissing) stack.push(child);
  }
  return { count, capped: false };
}
