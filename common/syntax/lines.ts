// Lines, columns and line ends of a text, without making an array of its lines. Lines end at "\n" (a "\r" before it belongs to the end).
// Owns no state.

import type { Point } from "./syntax.ts";

/** Maximum length of a line. A text with a longer one is generated or packed: it gets no tree, and no suggestion on that line. */
export const MAX_LINE_UNITS = 20_000;

/** Whether a line of `text` is longer than `limit`. Looks from a line's start for the last line end within the limit: few steps in any text. */
export function hasLongLine(text: string, limit = MAX_LINE_UNITS): boolean {
  let start = 0;
  while (text.length - start > limit) {
    const end = text.lastIndexOf("\n", start + limit);
    if (end < start) return true;
    start = end + 1;
  }
  return false;
}

/** Whether a "\r" in [start, end) stands without a "\n". */
export function hasLoneReturn(text: string, start = 0, end = text.length): boolean {
  const part = text.slice(start, end);
  for (let at = part.indexOf("\r"); at !== -1; at = part.indexOf("\r", at + 1)) {
    if (text[start + at + 1] !== "\n") return true;
  }
  return false;
}

/** The most white space that is looked through. */
const MAX_INDENT_UNITS = 400;

/** Where the text of a line begins, for an offset in the white space before it; else the offset. */
export const afterIndent = (text: string, offset: number): number =>
  offset + /^[ \t]*/.exec(text.slice(offset, offset + MAX_INDENT_UNITS))![0].length;

/** Where the line that holds `offset` begins. */
export function lineStartOf(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the line that holds `offset` ends, before its line break. */
export function lineEndOf(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  if (end === -1) return text.length;
  return end > offset && text[end - 1] === "\r" ? end - 1 : end;
}

/** The point that `text` leads to when it begins at `from`. */
export function advancePoint(from: Point, text: string): Point {
  let { row } = from;
  let lineStart = -1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: lineStart === -1 ? from.column + text.length : text.length - lineStart };
}

/** Width of the white space that a line begins with; a tab counts as four. */
export function indentationOf(line: string): number {
  let width = 0;
  for (const char of line) {
    if (char === " ") width++;
    else if (char === "\t") width += 4;
    else break;
  }
  return width;
}
