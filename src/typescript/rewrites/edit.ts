// The difference of two texts as one change, and how places before it lie after it. Pure.

import { differingPart } from "../../../common/util/differingPart.ts";
import type { TextChange } from "../problems.ts";
import type { Range } from "../unresolved.ts";

/** The change between two texts: what is common at the beginning and at the end is left out. */
export function changeBetween(before: string, now: string): TextChange {
  const { start, beforeEnd, afterEnd } = differingPart(before, now);
  return { start, end: beforeEnd, newText: now.slice(start, afterEnd) };
}

/** A range of the text before a change in the text after it; undefined where the change touches it. */
export function moved({ start, end }: Range, change: TextChange): Range | undefined {
  if (end <= change.start && (start < change.start || change.start !== change.end)) return { start, end };
  const shift = change.newText.length - (change.end - change.start);
  return start >= change.end ? { start: start + shift, end: end + shift } : undefined;
}
