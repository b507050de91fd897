// Whether the text in a document agrees with a suggestion, and how much of it. Pure; knows nothing of changes or time.

import { type Stretch, withPlainLineEnds } from "./edits.ts";

/** Brackets, quotes and line breaks that an editor inserts after the cursor during typing. */
const CLOSED_BY_EDITOR = /^(?:\n[ \t]*)?(?:[)\]}>"'`]|\*\/)*$/;
const MAX_CLOSED_UNITS = 200; // includes the indentation of a closing bracket's line

/**
 * How much of the suggestion is in a stretch, and the text after that. Takes the longest part for which the remainder is the earlier text after
 * the cursor, an end of that text (a bracket was typed over), or auto-closed brackets followed by that text.
 * @returns undefined where the stretch contradicts the suggestion
 */
export function fitted(
  text: string,
  content: string,
  rest: string,
  takenBefore: number,
): { taken: number; rest: string } | undefined {
  const plain = withPlainLineEnds(content);
  const plainRest = withPlainLineEnds(rest);
  let taken = 0;
  while (taken < Math.min(text.length, plain.length) && text[taken] === plain[taken]) taken++;
  for (; taken >= 0; taken--) {
    const left = plain.slice(taken);
    const isEnd = plainRest.endsWith(left);
    const isClosed =
      taken > takenBefore &&
      left.endsWith(plainRest) &&
      left.length - plainRest.length <= MAX_CLOSED_UNITS &&
      CLOSED_BY_EDITOR.test(left.slice(0, left.length - plainRest.length));
    if (isEnd || isClosed) return { taken, rest: content.slice(content.length - rawLength(left, content)) };
  }
  return undefined;
}

/**
 * Whether the suggestion shown now is the rest of the watched one: together with the text before the cursor, and possibly with auto-closed
 * brackets after it, it gives the same text.
 * @returns how much of it is in the document, and where in the document it will end
 */
export function goingOn(
  suggested: string,
  stretch: Stretch,
  text: string,
  { offset, end, wanted }: { offset: number; end: number; wanted: string },
): { standing: number; endsAt: number } | undefined {
  if (stretch.start > offset) return undefined;
  const standing = withPlainLineEnds(text.slice(stretch.start, offset));
  if (standing + wanted === suggested) return { standing: standing.length, endsAt: end };
  const closedAt = stretch.start + stretch.content.length;
  const closed = withPlainLineEnds(text.slice(end, closedAt));
  if (closed === "" || standing + wanted + closed !== suggested) return undefined;
  return { standing: standing.length, endsAt: closedAt };
}

/** The length of a text with "\n" line ends in a document whose stretch is `content`. */
export function rawLength(text: string, content: string): number {
  return content.includes("\r\n") ? text.replaceAll("\n", "\r\n").length : text.length;
}
