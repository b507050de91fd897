// Tells where text that was written at a place closes the brackets that were open there: where the node ends.
// Works on tokens, which keep their kind where unfinished code has no structure. Blocks of indentation are `dedent`'s business.

import { leaves } from "./leaves.ts";
import type { SyntaxTree } from "./syntax.ts";

export interface NodeEnd {
  /** Units from the place to the bracket that closes what was open there; undefined while it is open. */
  closedAt: number | undefined;
  /** Units from the place to the end of the last whole line that leaves nothing open of what the text opened. */
  balancedUpTo: number;
  /** Brackets that the text opened and did not close, outermost first. */
  open: string[];
}

const closerOf: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "${": "}", "`": "`" };
const closers = new Set([")", "]", "}"]);

/**
 * @param tree of a text that holds what was written at [from, to)
 * @param endsLine whether the last line of what was written is whole (a line break follows)
 * @param inline how many brackets that are open at the place belong to its own line: closing them ends nothing yet
 */
export function nodeEnd(tree: SyntaxTree, from: number, to: number, endsLine: boolean, inline = 0): NodeEnd {
  const open: string[] = [];
  let balancedUpTo = 0;
  let end = from; // of the token before
  let row = -1;
  for (const token of leaves(tree, from, to)) {
    if (token.startIndex < from) {
      row = token.endPosition.row;
      continue;
    }
    if (row !== -1 && token.startPosition.row > row && open.length === 0 && inline === 0) balancedUpTo = end - from;
    const top = open.at(-1);
    if (token.type === "`" && top === "`") open.pop();
    else if (closerOf[token.type] !== undefined) open.push(token.type);
    else if (closers.has(token.type)) {
      if (top === undefined && inline === 0) return { closedAt: token.startIndex - from, balancedUpTo, open: [] };
      if (top === undefined) inline--;
      else if (closerOf[top] === token.type) open.pop();
    }
    end = Math.min(token.endIndex, to);
    row = token.endPosition.row;
  }
  if (endsLine && open.length === 0 && inline === 0) balancedUpTo = end - from;
  return { closedAt: undefined, balancedUpTo, open: open.map((bracket) => (bracket === "${" ? "{" : bracket)) };
}
