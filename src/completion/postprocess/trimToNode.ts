// Ends text where the bracket closes that was open at the cursor; text that was cut off ends with its last balanced line.
// Pure; where the node ends is told by `nodeEnd` of common/syntax.

import type { NodeEnd } from "../../../common/syntax/nodeEnd.ts";

/** What may follow a closing bracket on its line and belongs to it: `});`. */
const afterCloser = /^[)\]}]*[;,]?/;

/** @param withCloser whether the text after the cursor lacks the bracket, so that the suggestion brings it */
export function trimToClosedNode(text: string, closedAt: number, withCloser: boolean): string {
  if (!withCloser) return text.slice(0, closedAt).trimEnd();
  return text.slice(0, closedAt + 1) + afterCloser.exec(text.slice(closedAt + 1))![0];
}

/** For text that ended because its tokens or its time were used up: whole lines only, and nothing left open. */
export function trimToWholeLines(text: string, end: NodeEnd | undefined): string {
  return end ? text.slice(0, end.balancedUpTo) : text.slice(0, Math.max(0, text.lastIndexOf("\n")));
}
