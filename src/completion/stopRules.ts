// Tells while text streams in that a suggestion is complete, so that no token is generated for nothing.
// Looks at whole lines only; the filters cut exactly afterwards. The suffix serves here too: a model may have seen only its
// beginning, or nothing of it.

import { indentationOf } from "../../common/syntax/lines.ts";
import { nodeEnd } from "../../common/syntax/nodeEnd.ts";
import type { StopReason } from "../../server/protocol/messages.ts";
import type { Draft } from "../context/draft.ts";
import type { LineMode } from "./classify.ts";
import { baseIndentation, inlineBrackets, onBlankLine, type Place } from "./place.ts";
import { cutAtSuffixLine } from "./postprocess/duplicateOfSuffix.ts";
import { repeats } from "./postprocess/repetition.ts";
import { trimToTopLevelNode } from "./postprocess/trimToNode.ts";

/** Of all that was written so far: why generation may stop after it, or undefined. */
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
  return (text) => {
    const lines = text.split("\n").length - 1;
    if (lines === judgedLines) return undefined; // no line has become whole
    judgedLines = lines;
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (cutAtSuffixLine(whole, place.suffix) !== whole) return "stopSequence";
    if (repeats(whole)) return "repetition";
    if (lines > maxLines) return "stopSequence"; // `enoughLines` looks at no more
    const base = baseIndentation(place, whole);
    if (leavesBlock(whole, base) || (base === 0 && trimToTopLevelNode(whole) !== whole)) return "scopeClosed";
    const tree = draft?.parse(place.pending + whole);
    if (!tree) return undefined;
    const from = place.offset + place.pending.length;
    return nodeEnd(tree, from, from + whole.length, true, inlineBrackets(place)).closedAt === undefined
      ? undefined
      : "scopeClosed";
  };
}

/** Whether the last whole line is indented less than the block of the cursor, and closes no bracket. */
function leavesBlock(whole: string, base: number): boolean {
  const lines = whole.trimEnd().split("\n");
  const last = lines.at(-1)!;
  return lines.length > 1 && !/^\s*[)\]}]/.test(last) && indentationOf(last) < base;
}
