// Tells during generation when a suggestion is complete, so that no token is wasted. Stops as soon as no further text can change the filters'
// result, and no sooner: the suggestion is the same as if the whole line had been generated.
// Compares with the suffix as well: a model may have seen only its beginning, or nothing of it.

import { countErrors } from "../../common/syntax/errors.ts";
import { indentationOf } from "../../common/syntax/lines.ts";
import { nodeEnd } from "../../common/syntax/nodeEnd.ts";
import type { StopReason } from "../../server/host/protocol/messages.ts";
import type { Draft } from "../workspace/draft.ts";
import type { LineMode } from "./classify.ts";
import { baseIndentation, inlineBrackets, onBlankLine, type Place } from "./place.ts";
import { isEnough } from "./postprocess/blockSize.ts";
import { cutAtSuffixLine } from "./postprocess/duplicateOfSuffix.ts";
import { repeats } from "./postprocess/repetition.ts";
import { trimToClosedNode, trimToTopLevelNode } from "./postprocess/trimToNode.ts";
import { withoutDoubledIndentation } from "./text/indentation.ts";
import { withoutDoubledSpace } from "./text/leadingSpace.ts";

/** Takes the whole text generated so far. @returns why generation may stop after it, or undefined */
export type StopRule = (text: string) => StopReason | undefined;

/** @param maxLines the most lines of a suggestion */
export function stopRule(place: Place, mode: LineMode, draft: Draft | undefined, maxLines: number): StopRule {
  return mode === "single" || maxLines === 1 ? singleLineRule(place) : multiLineRule(place, draft, maxLines);
}

function singleLineRule(place: Place): StopRule {
  const blank = onBlankLine(place);
  return (text) => ((blank ? text.trimStart() : text).includes("\n") ? "stopSequence" : undefined);
}

function multiLineRule(place: Place, draft: Draft | undefined, maxLines: number): StopRule {
  let judgedLines = 0;
  let judgedBegun = false; // the first word of that line
  return (written) => {
    const text = withoutDoubledIndentation(withoutDoubledSpace(written, place.line), place.prefix, place.line);
    const lines = text.split("\n").length - 1;
    const start = text.lastIndexOf("\n") + 1;
    if (lines !== judgedLines) {
      judgedLines = lines;
      judgedBegun = false;
      const stop = stopAfterLine(text.slice(0, start), lines, place, draft, maxLines);
      if (stop) return stop;
    }
    const begun = text.slice(start).trimStart();
    if (begun === "" || lines === 0) return undefined;
    if (/^[)\]}]/.test(begun)) return closesFollowed(text, place, draft) ? "scopeClosed" : undefined;
    if (judgedBegun) return undefined;
    judgedBegun = true;
    return leavesBlock(text, place) ? "scopeClosed" : undefined;
  };
}

/** @param whole lines, the last one with its line break */
function stopAfterLine(
  whole: string,
  lines: number,
  place: Place,
  draft: Draft | undefined,
  maxLines: number,
): StopReason | undefined {
  if (cutAtSuffixLine(whole, place.suffix) !== whole) return "stopSequence";
  if (repeats(whole)) return "repetition";
  if (isEnough(lines, maxLines)) return "stopSequence";
  if (leavesBlock(whole.trimEnd(), place)) return "scopeClosed";
  return closedAt(whole, true, place, draft) === undefined ? undefined : "scopeClosed";
}

/** Whether the last line is indented less than the cursor's block and closes no bracket. The beginning of the line is enough. */
function leavesBlock(text: string, place: Place): boolean {
  const base = baseIndentation(place, text);
  const last = text.slice(text.lastIndexOf("\n") + 1);
  if (base === 0) return trimToTopLevelNode(text) !== text;
  return text.includes("\n") && !/^\s*[)\]}{]/.test(last) && indentationOf(last) < base;
}

/**
 * Whether the last line closes the bracket that was open at the cursor, while the same bracket follows the cursor already and the document
 * has no error: then the line's bracket is left out, whatever comes after it on the line.
 */
function closesFollowed(text: string, place: Place, draft: Draft | undefined): boolean {
  const at = closedAt(text, false, place, draft);
  if (at === undefined || !place.suffix.trimStart().startsWith(text[at]!)) return false;
  const tree = draft!.parse(place.pending + trimToClosedNode(text, at, false));
  return tree !== undefined && countErrors(tree).count === 0;
}

function closedAt(text: string, endsLine: boolean, place: Place, draft: Draft | undefined): number | undefined {
  const tree = draft?.parse(place.pending + text);
  if (!tree) return undefined;
  const from = place.offset + place.pending.length;
  return nodeEnd(tree, from, from + text.length, endsLine, inlineBrackets(place)).closedAt;
}
