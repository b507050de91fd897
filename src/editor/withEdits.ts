// A text with edits made. Pure; must not import `vscode`.

import type { NamedEdit, Position } from "../protocol/docstring.ts";

/** @param edits do not overlap; in any order, all by the places of `text` */
export function withEdits(text: string, edits: readonly NamedEdit[]): string {
  const lineStarts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map(({ index, 0: end }) => index + end.length)];
  const offset = ({ line, character }: Position) => lineStarts[line] + character;
  let after = text;
  for (const { start, end, newText } of edits.toSorted((a, b) => offset(b.start) - offset(a.start)))
    after = after.slice(0, offset(start)) + newText + after.slice(offset(end));
  return after;
}
