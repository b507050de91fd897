// Limits a suggestion's number of lines: a longer one is cut where the code is complete. Pure; the syntax tree tells what is complete.

import { type NodeEnd, nodeEnd } from "../../../common/syntax/nodeEnd.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import { trimToWholeLines } from "./trimToNode.ts";

export const lineCount = (text: string): number => text.split("\n").length;

/** Whether a text has enough line breaks: only its first `maxLines` lines matter, and one more that may close the block. */
export const isEnough = (lineBreaks: number, maxLines: number): boolean => lineBreaks > maxLines;

/**
 * The part of a long text that can matter.
 * @returns the text itself where all of it matters
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

/** Drops a header at the end: in a language with blocks by indentation, a header without its block is incomplete. */
function withoutHeader(text: string): string {
  let kept = text.trimEnd();
  while (kept.endsWith(":")) kept = kept.slice(0, Math.max(0, kept.lastIndexOf("\n"))).trimEnd();
  return kept;
}
