// Keeps several lines to a number of lines: longer ones are cut where the code is whole. Pure; what is whole, the tree tells.

import { type NodeEnd, nodeEnd } from "../../../common/syntax/nodeEnd.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import { trimToWholeLines } from "./trimToNode.ts";

export const lineCount = (text: string): number => text.split("\n").length;

/** Whether a text has so many line breaks that nothing after them can matter: its first lines and one more, which may only close the block. */
export const isEnough = (lineBreaks: number, maxLines: number): boolean => lineBreaks > maxLines;

/**
 * As much of a long text as can matter.
 * @returns the text itself where it is no longer than that
 */
export function enoughLines(text: string, maxLines: number): string {
  let end = 0;
  for (let lineBreaks = 0; !isEnough(lineBreaks, maxLines); lineBreaks++) {
    end = text.indexOf("\n", end) + 1;
    if (end === 0) return text;
  }
  return text.slice(0, end);
}

/**
 * Cuts text to at most `maxLines` lines, after the last one that leaves nothing open; "" where there is none.
 * @param at the tree of the document with the text, and where in it the text begins; undefined without a tree
 */
export function withinLines(
  text: string,
  maxLines: number,
  indented: boolean,
  at: { tree: SyntaxTree; from: number; inline: number } | undefined,
): string {
  if (lineCount(text) <= maxLines) return text;
  const head = text.split("\n", maxLines).join("\n");
  const end: NodeEnd | undefined = at && nodeEnd(at.tree, at.from, at.from + head.length, true, at.inline);
  const whole = trimToWholeLines(end ? head : `${head}\n`, end);
  return indented ? withoutHeader(whole) : whole;
}

/** A block of indentation is no more whole with its header alone. */
function withoutHeader(text: string): string {
  let kept = text.trimEnd();
  while (kept.endsWith(":")) kept = kept.slice(0, Math.max(0, kept.lastIndexOf("\n"))).trimEnd();
  return kept;
}
