// Whether an offered place is what a commit did later: on a shortest way, in tokens, from the text as it stood to the text as it became; or, since
// there are several shortest ways, its lines are lines of the text as it became. Pure.

import { differences, tokensOf } from "../../../src/actions/nextEdit/tokens.ts";
import type { Place } from "../../../src/actions/nextEdit/types.ts";
import type { Range } from "../../../src/typescript/unresolved.ts";
import type { CommitFile, CommitHunk } from "./commits.ts";

/** A file in the middle of a commit: its first `done` hunks are applied. */
export interface FileState {
  file: CommitFile;
  done: number;
}

export function textOf({ file: { before, after, hunks }, done }: FileState): string {
  const last = hunks[done - 1];
  return last ? after.slice(0, last.after.end) + before.slice(last.before.end) : before;
}

export interface Verdict {
  key: string; // the same for the same change of the same place, whatever has been done above it
  hunks: number[]; // later ones that the place lies in
  right: boolean;
  reversal: boolean; // it leads back to the text before the commit
}

export function judge(state: FileState, place: Place): Verdict {
  const { file, done } = state;
  const last = file.hunks[done - 1];
  const shift = last ? last.before.end - last.after.end : 0;
  if (last && place.range.start < last.after.end) {
    const key = `${file.path} done ${place.range.start} ${place.newText}`;
    return { key, hunks: [], right: false, reversal: isReversal(state, place) };
  }
  const range = { start: place.range.start + shift, end: place.range.end + shift };
  const key = `${file.path} ${range.start} ${range.end} ${place.newText}`;
  const hunks = file.hunks.flatMap((hunk, index) => (index >= done && touches(hunk.before, range) ? [index] : []));
  if (hunks.length === 0) return { key, hunks, right: false, reversal: false };
  const [first, final] = [file.hunks[hunks[0]], file.hunks[hunks.at(-1)!]];
  const start = Math.min(range.start, first.before.start);
  const end = Math.max(range.end, final.before.end);
  const was = file.before.slice(start, end);
  const became = file.after.slice(
    first.after.start - (first.before.start - start),
    final.after.end + (end - final.before.end),
  );
  const offered = was.slice(0, range.start - start) + place.newText + was.slice(range.end - start);
  const isOnTheWay = distance(offered, became) === distance(was, became) - distance(was, offered);
  const right = isOnTheWay || hasNewLines(offered, { start: range.start - start, newText: place.newText }, was, became);
  return { key, hunks, right, reversal: false };
}

/** Whether the lines that the place makes were not there before, and are there in the end. */
function hasNewLines(
  offered: string,
  { start, newText }: { start: number; newText: string },
  was: string,
  became: string,
): boolean {
  const from = offered.lastIndexOf("\n", start - 1) + 1;
  const to = offered.indexOf("\n", start + newText.length);
  const made = linesOf(offered.slice(from, to === -1 ? offered.length : to));
  const [before, after] = [linesOf(was), linesOf(became)];
  const count = (lines: readonly string[], line: string) => lines.filter((one) => one === line).length;
  const isNew = made.some((line) => !before.includes(line));
  return (
    isNew &&
    made.every((line) => count(after, line) > 0 && (before.includes(line) || count(after, line) > count(before, line)))
  );
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => wordsOf(line).join(" "))
    .filter((line) => line !== "");

const touches = (a: Range, b: Range): boolean =>
  a.start <= b.end && b.start <= a.end && !(a.end === b.start && a.start < a.end);

/** Whether a hunk is as the commit made it once these places of the text before are changed. */
export function isWhole(
  { before, after }: CommitFile,
  hunk: CommitHunk,
  places: readonly Omit<Place, "uri" | "oldText">[],
): boolean {
  let text = before.slice(hunk.before.start, hunk.before.end);
  for (const { range, newText } of places.toSorted((a, b) => b.range.start - a.range.start)) {
    const [start, end] = [range.start - hunk.before.start, range.end - hunk.before.start];
    if (start < 0) continue;
    text = text.slice(0, start) + newText + text.slice(end);
  }
  return wordsOf(text).join(" ") === wordsOf(after.slice(hunk.after.start, hunk.after.end)).join(" ");
}

function isReversal({ file, done }: FileState, { range, newText }: Place): boolean {
  const hunk = file.hunks.slice(0, done).find(({ after }) => touches(after, range));
  if (!hunk) return false;
  const now = file.after.slice(hunk.after.start, hunk.after.end);
  const [start, end] = [range.start - hunk.after.start, range.end - hunk.after.start];
  const offered = now.slice(0, Math.max(0, start)) + newText + now.slice(end);
  const was = file.before.slice(hunk.before.start, hunk.before.end);
  return distance(offered, was) < distance(now, was);
}

export const wordsOf = (text: string): string[] => tokensOf(text).map((token) => token.text);

/** How many tokens are taken away or added. */
function distance(from: string, to: string): number {
  let count = 0;
  for (const { start, end, newStart, newEnd } of differences(wordsOf(from), wordsOf(to)))
    count += end - start + newEnd - newStart;
  return count;
}
