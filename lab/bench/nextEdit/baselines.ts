// What is simpler than next edits, to compare with: every other line with the text of a line that was changed, and every other place of the word
// that was replaced last.

import { differences, isWord, tokensOf } from "../../../src/actions/nextEdit/tokens.ts";
import type { Episode, Place } from "../../../src/actions/nextEdit/types.ts";

export type Baseline = (episode: Episode) => Place[];

/** Lines that were changed one by one: each identical line elsewhere in the file gets the same new text. */
export const identicalLines: Baseline = ({ uri, before, after, changed }) => {
  const lineAround = (text: string, { start, end }: { start: number; end: number }) => {
    const from = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
    const to = text.indexOf("\n", end);
    return text.slice(from, to === -1 ? text.length : to).split("\n");
  };
  const [was, is] = [lineAround(before, changed.before), lineAround(after, changed.after)];
  if (was.length !== is.length) return [];
  const replaced = new Map(was.flatMap((line, i) => (line !== is[i] && line.trim() !== "" ? [[line, is[i]]] : [])));
  const places: Place[] = [];
  let start = 0;
  for (const line of after.split("\n")) {
    const newText = replaced.get(line);
    if (newText !== undefined) places.push({ uri, range: { start, end: start + line.length }, oldText: line, newText });
    start += line.length + 1;
  }
  return places;
};

/** The last word that was replaced by another. */
export const replacedWord: Baseline = ({ uri, before, after, changed }) => {
  const wordsAround = (text: string, { start, end }: { start: number; end: number }) => {
    const lineEnd = text.indexOf("\n", end);
    return tokensOf(text, text.lastIndexOf("\n", start) + 1, lineEnd === -1 ? text.length : lineEnd).map(
      (token) => token.text,
    );
  };
  const [was, is] = [wordsAround(before, changed.before), wordsAround(after, changed.after)];
  const last = differences(was, is).findLast(
    ({ start, end, newStart, newEnd }) =>
      end - start === 1 && newEnd - newStart === 1 && isWord(was[start]) && isWord(is[newStart]),
  );
  if (!last) return [];
  const [oldText, newText] = [was[last.start], is[last.newStart]];
  return tokensOf(after).flatMap(({ start, end, text }) =>
    text === oldText ? [{ uri, range: { start, end }, oldText, newText }] : [],
  );
};
