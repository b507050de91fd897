// Changes of a text in the form that feedback tracks: only the part that differs. Pure.

import { differingPart } from "../../common/util/differingPart.ts";
import type { TextEdit } from "../completion/suggestionObserver.ts";

/** A change, without the text that it merely repeats. */
export interface Edit {
  start: number; // UTF-16 units of the text before the change
  removed: string;
  inserted: string;
}

/** The text with each line end as one character, the way characters are counted. */
export const withPlainLineEnds = (text: string): string => text.replace(/\r\n?/g, "\n");

export function applyEdit(text: string, { start, end, text: inserted }: TextEdit): string {
  return text.slice(0, start) + inserted + text.slice(end);
}

/** The minimal edit of `text`: a formatter, or an editor that sends the whole document, changes only a few characters. */
export function minimalEdit(text: string, { start, end, text: inserted }: TextEdit): Edit {
  const removed = text.slice(start, end);
  const part = differingPart(removed, inserted);
  return {
    start: start + part.start,
    removed: removed.slice(part.start, part.beforeEnd),
    inserted: inserted.slice(part.start, part.afterEnd),
  };
}

/** A stretch of a text that is tracked through edits. It holds its content, so that the whole text need not be kept. */
export interface Stretch {
  start: number; // UTF-16 units of the text as it is now
  content: string;
}

/**
 * A stretch after an edit.
 * @param edges whether text inserted exactly at its beginning or end belongs to it
 * @returns undefined where the edit removes more than the stretch, or a part of it together with text beside it
 */
export function movedStretch({ start, content }: Stretch, edit: Edit, edges: boolean): Stretch | undefined {
  const end = start + content.length;
  const editEnd = edit.start + edit.removed.length;
  const atEdge = edit.removed === "" && (edit.start === start || edit.start === end);
  if (atEdge ? !edges && edit.start === start : editEnd <= start && edit.start < start)
    return { start: start + edit.inserted.length - edit.removed.length, content };
  if (atEdge ? !edges : edit.start >= end) return { start, content };
  if (edit.start < start || editEnd > end) return undefined;
  const at = edit.start - start;
  return { start, content: content.slice(0, at) + edit.inserted + content.slice(at + edit.removed.length) };
}
