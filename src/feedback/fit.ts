// Whether what stands in a document agrees with a suggestion, and how much of it does. Pure; knows nothing of changes or time.

import { type Stretch, withPlainLineEnds } from "./edits.ts";

/** Brackets, quotes and line breaks that an editor puts behind the cursor while one types. */
const CLOSED_BY_EDITOR = /^(?:\n[ \t]*)?(?:[)\]}>"'`]|\*\/)*$/;
const MAX_CLOSED_UNITS = 200; // the indentation of a closing bracket's line is among them

/**
 * How much of the suggestion stands in a stretch, and what after that. The most that leaves what stood after the cursor before, an end of that
 * (a bracket that was typed over), or what an editor has closed by itself and that.
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
 * Whether what is shown now is the rest of what is watched: with what stands before the cursor, and maybe with what the editor has closed behind
 * it, the same text.
 * @returns how much of it stands, and where in the document it will end
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

/** How long a text with "\n" line ends is in a document whose stretch is `content`. */
export function rawLength(text: string, content: string): number {
  return content.includes("\r\n") ? text.replaceAll("\n", "\r\n").length : text.length;
}
