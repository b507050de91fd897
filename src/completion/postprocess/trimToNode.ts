// Ends text where it closes the bracket that was open at the cursor; text that was cut off ends with its last balanced line.
// Pure; `nodeEnd` of common/syntax tells where the node ends.

import type { NodeEnd } from "../../../common/syntax/nodeEnd.ts";
import { bracketsOf } from "../text/brackets.ts";

/** @param withCloser whether the text after the cursor lacks the bracket, so that the suggestion brings it */
export function trimToClosedNode(text: string, closedAt: number, withCloser: boolean): string {
  if (!withCloser) return text.slice(0, closedAt).trimEnd();
  const afterCloser = closedAt + 1;
  const lineEnd = text.indexOf("\n", afterCloser);
  const sameLine = text.slice(afterCloser, lineEnd === -1 ? text.length : lineEnd);
  // `});`, `}, [a, b]);` and `} from "a";` belong to the closer, `} else {` does not
  const belongs = /^\s*(?:[)\]},;]|(?:from|as|satisfies)\b)/.test(sameLine) && bracketsOf(sameLine).open.length === 0;
  return text.slice(0, afterCloser) + (belongs ? sameLine.trimEnd() : "");
}

/** A top-level suggestion is a single statement: it ends before an empty line, unless the text after it belongs to the same statement. */
export function trimToTopLevelNode(text: string): string {
  const start = text.length - text.trimStart().length;
  for (const gap of text.slice(start).matchAll(/(?<!\n)\n{2,}(?=[^\s)\]}])|\n[ \t]+\n+(?=[^\s)\]}])/g)) {
    if (bracketsOf(text.slice(0, start + gap.index)).open.length === 0) return text.slice(0, start + gap.index);
  }
  return text;
}

/** For text that ended because its tokens or its time were used up: whole lines only, and nothing left open. */
export function trimToWholeLines(text: string, end: NodeEnd | undefined): string {
  return end ? text.slice(0, end.balancedUpTo) : text.slice(0, Math.max(0, text.lastIndexOf("\n")));
}
