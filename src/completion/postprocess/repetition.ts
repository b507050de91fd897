// Tells whether text repeats itself, as small models do when they have nothing to say. Pure.

import { bracketsOf } from "../text/brackets.ts";

const LINES_IN_A_ROW = 3; // the same line, or the same two lines alternating
const TIMES_IN_A_LINE = 4;
const LONGEST_PERIOD = 32;

export function repeats(text: string): boolean {
  return repeatsLines(text) || text.split("\n").some(repeatsInLine) || endsInCycle(text);
}

/**
 * Cuts a multi-line text before a line that repeats the line before it. Text that goes on repeating is rejected altogether (`repeats`);
 * a single repetition may just mark the end of what the model had to say.
 */
export function cutAtDoubledLine(text: string): string {
  const lines = text.split("\n");
  for (let i = 1; i < lines.length; i++) {
    if (!/\p{L}/u.test(lines[i]!) || lines[i]!.trim() !== lines[i - 1]!.trim()) continue;
    const once = lines.slice(0, i).join("\n");
    return bracketsOf(once).open.length === 0 ? once : text; // the entries of a list may well be the same
  }
  return text;
}

/** How many of the last words and marks of a text are compared, and the longest cycle sought in them: the windows of Copilot's filter. */
const WINDOWS = [
  { last: 30, period: 10 },
  { last: 45, period: 20 },
  { last: 60, period: 30 },
] as const;

/** Whether the last words repeat a shorter sequence, by the failure function of Knuth, Morris and Pratt (1977). */
function endsInCycle(text: string): boolean {
  const words = text.match(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu) ?? [];
  return WINDOWS.some(({ last, period }) => {
    if (words.length < last) return false;
    const window = words.slice(-last).reverse();
    if (window.filter((word) => /\p{L}/u.test(word)).length * 4 < last) return false; // a table of numbers, a rule of dashes
    return last - longestBorder(window) <= period;
  });
}

/** The length of the longest beginning that is also the end. */
function longestBorder(words: readonly string[]): number {
  const borders = [0];
  for (let i = 1; i < words.length; i++) {
    let length = borders[i - 1]!;
    while (length > 0 && words[i] !== words[length]) length = borders[length - 1]!;
    borders.push(words[i] === words[length] ? length + 1 : length);
  }
  return borders.at(-1)!;
}

/** The same line three times in a row, or the same pair of lines. Brackets alone do not count. */
function repeatsLines(text: string): boolean {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  for (const period of [1, 2]) {
    for (let start = 0; start + period * LINES_IN_A_ROW <= lines.length; start++) {
      const run = lines.slice(start, start + period * LINES_IN_A_ROW);
      if (run.some((line) => /[\p{L}\p{N}]/u.test(line)) && run.every((line, i) => line === run[i % period]))
        return true;
    }
  }
  return false;
}

/** A piece of up to 32 units that ends the line four times over and is more than half of it: `a, a, a, a, `. */
function repeatsInLine(line: string): boolean {
  const text = line.trim().slice(-400);
  for (let period = 3; period <= LONGEST_PERIOD; period++) {
    const piece = text.slice(-period);
    if (!/[\p{L}]/u.test(piece)) continue;
    let from = text.length;
    while (from >= period && text.slice(from - period, from) === piece) from -= period;
    const length = text.length - from;
    if (length >= period * TIMES_IN_A_LINE && length * 2 > text.length) return true;
  }
  return false;
}
