// The difference of two texts as one change, and how places before it lie after it. Pure.

import type { TextChange } from "../problems.ts";
import { Snapshot } from "../snapshot.ts";
import type { Range } from "../unresolved.ts";

/** The change between two texts: what is common at the beginning and at the end is left out. */
export function changeBetween(before: string, now: string): TextChange {
  const { span, newLength } = new Snapshot(now).getChangeRange(new Snapshot(before))!;
  return {
    start: span.start,
    end: span.start + span.length,
    newText: now.slice(span.start, span.start + newLength),
  };
}

/** A range of the text before a change in the text after it; undefined where the change touches it. */
export function moved({ start, end }: Range, change: TextChange): Range | undefined {
  if (end <= change.start && (start < change.start || change.start !== change.end)) return { start, end };
  const shift = change.newText.length - (change.end - change.start);
  return start >= change.end ? { start: start + shift, end: end + shift } : undefined;
}
