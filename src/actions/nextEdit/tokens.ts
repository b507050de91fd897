// The words and signs of a text, in strings and comments, too, and what differs between two rows of them. Pure; knows no grammar.

import { differingPart } from "../../../common/util/differingPart.ts";
import type { Range } from "../../typescript/unresolved.ts";

/** A word, a number or one other character; white space belongs to none. */
export interface Token extends Range {
  text: string;
}

const TOKEN = /[\p{L}_$][\p{L}\p{N}\p{M}_$]*|\p{N}[\p{L}\p{N}_]*|[^\s]/gu;
const WORD = /^[\p{L}_$]/u;

export const isWord = (text: string): boolean => WORD.test(text);

/** The tokens of [start, end), with places in the whole text. */
export function tokensOf(text: string, start = 0, end = text.length): Token[] {
  return [...text.slice(start, end).matchAll(TOKEN)].map(({ 0: token, index }) => ({
    start: start + index,
    end: start + index + token.length,
    text: token,
  }));
}

/** Tokens [start, end) of the first row became tokens [newStart, newEnd) of the second. */
export interface Difference {
  start: number;
  end: number;
  newStart: number;
  newEnd: number;
}

/** The most pairs of tokens that are compared, beyond equal ends: about 5 ms. Longer rows differ as a whole. */
const MAX_PAIRS = 250_000;

/** What differs, in order: a longest common subsequence stays. */
export function differences(before: readonly string[], after: readonly string[]): Difference[] {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const [rows, columns] = [before.length - head - tail, after.length - head - tail];
  if (rows === 0 && columns === 0) return [];
  if (rows === 0 || columns === 0 || rows * columns > MAX_PAIRS)
    return [{ start: head, end: head + rows, newStart: head, newEnd: head + columns }];
  const width = columns + 1;
  const common = new Uint16Array((rows + 1) * width); // of what follows: the length of the longest common subsequence
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      common[i * width + j] =
        before[head + i] === after[head + j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  const found: Difference[] = [];
  let [i, j] = [0, 0];
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[head + i] === after[head + j]) {
      i++;
      j++;
      continue;
    }
    const [start, newStart] = [head + i, head + j];
    while ((i < rows || j < columns) && !(i < rows && j < columns && before[head + i] === after[head + j])) {
      if (i < rows && (j === columns || common[(i + 1) * width + j] >= common[i * width + j + 1])) i++;
      else j++;
    }
    found.push({ start, end: head + i, newStart, newEnd: head + j });
  }
  return found;
}

/** The smallest part that differs between two texts; undefined where they are equal. */
export function changedPart(before: string, after: string): { before: Range; after: Range } | undefined {
  if (before === after) return undefined;
  const { start, beforeEnd, afterEnd } = differingPart(before, after);
  return { before: { start, end: beforeEnd }, after: { start, end: afterEnd } };
}
