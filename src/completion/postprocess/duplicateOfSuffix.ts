// Keeps text from repeating what already follows the cursor. Pure.

import { indentationOf } from "../../../common/syntax/lines.ts";
import { bracketsOf } from "../text/brackets.ts";

/** Whether a line holds more than brackets and punctuation, which repeat in all code. */
const hasWord = (line: string): boolean => /[\p{L}\p{N}]/u.test(line);

/** The shortest piece that counts as repeated, in UTF-16 units; shorter ones recur by chance. */
const LEAST_REST_UNITS = 4;
const LEAST_LINE_UNITS = 6;

/** Number of lines after the cursor that are compared. */
const SUFFIX_LINES = 20;

/** The share of their words that two lines must have in common to count as nearly the same. */
const ALIKE = 0.6;

/** The first line of `text` that is not empty. */
function firstCodeLine(text: string): string | undefined {
  return text.split("\n", 100).find((line) => line.trim() !== "");
}

/**
 * Cuts text where it would repeat the rest of the cursor's line: `return │a;` with "b + a;" is "b + ".
 * Where the rest is punctuation alone, brackets that the text opened must be closed there.
 * @param rest the line after the cursor
 */
export function cutAtRest(text: string, rest: string): string {
  const wanted = rest.trim();
  if (wanted === "") return text;
  let start = 0;
  for (const line of text.split("\n")) {
    const at = start + line.trimEnd().length - wanted.length;
    if (line.trimEnd().endsWith(wanted) && (hasWord(wanted) || bracketsOf(text.slice(0, at)).open.length === 0)) {
      return /^\s/.test(rest) ? text.slice(0, at).trimEnd() : text.slice(0, at);
    }
    start += line.length + 1;
  }
  return cutAtBegunRest(text, rest);
}

/** The text repeats the rest of the line, but adds something before the closing punctuation: `f(│, "b", )` with `"a", "b", c)` is `"a"`. */
function cutAtBegunRest(text: string, rest: string): string {
  const wanted = rest.trim().replace(/(?<![\s)\]}{;,])[\s)\]}{;,]+$/, "");
  const at = wanted.length < LEAST_REST_UNITS || !hasWord(wanted) ? -1 : text.indexOf(wanted);
  if (at <= 0 || text.slice(0, at).includes("\n") || bracketsOf(text.slice(0, at)).open.length > 0) return text;
  const splitsWord = /^\w/.test(wanted) && /\w$/.test(text.slice(0, at));
  return splitsWord ? text : /^\s/.test(rest) ? text.slice(0, at).trimEnd() : text.slice(0, at);
}

/**
 * Cuts a multi-line text where it repeats what follows the cursor: the next line, two consecutive lines further on, or a line whose
 * preceding lines are nearly the same too. The first line is left to `duplicatesSuffix`.
 */
export function cutAtSuffixLine(text: string, suffix: string): string {
  if (!suffix.includes("\n") || !text.includes("\n")) return text;
  const below = suffix
    .slice(suffix.indexOf("\n") + 1)
    .split("\n", 10 * SUFFIX_LINES)
    .filter((line) => line.trim() !== "")
    .slice(0, SUFFIX_LINES);
  const lines = linesWithStarts(text);
  for (const [i, { line, start }] of lines.entries()) {
    if (i === 0 || !hasWord(line)) continue;
    if (below[0] !== undefined && sameIn(line, below[0])) return text.slice(0, start).trimEnd();
    for (let j = 1; j < below.length; j++) {
      if (squeezed(line) !== squeezed(below[j]!) || squeezed(line).length < LEAST_LINE_UNITS) continue;
      const first = beginningOfRepeat(lines, i, below, j);
      if (first !== undefined) return text.slice(0, lines[first]!.start).trimEnd();
    }
  }
  return text;
}

interface Line {
  line: string;
  start: number;
}

/** The lines of a text that hold words, and always its first line. */
function linesWithStarts(text: string): Line[] {
  let start = 0;
  const lines = text.split("\n").map((line) => {
    start += line.length + 1;
    return { line, start: start - line.length - 1 };
  });
  return lines.filter(({ line }, i) => i === 0 || line.trim() !== "");
}

/** The line with which the repetition begins, given that line `i` equals line `j` below the cursor; undefined where that may be chance. */
function beginningOfRepeat(lines: Line[], i: number, below: string[], j: number): number | undefined {
  const before = lines[i - 1]!.line;
  if (i - 1 >= 1 && hasWord(before) && squeezed(before) === squeezed(below[j - 1]!)) return i - 1;
  if (i - j < 1) return undefined;
  for (let back = 1; back <= j; back++) if (!alike(lines[i - back]!.line, below[j - back]!)) return undefined;
  return i - j;
}

const squeezed = (line: string): string => line.replace(/\s+/g, "");

/** The same but for white space within; indentation counts, because it decides which block a line belongs to. */
const sameIn = (a: string, b: string): boolean =>
  indentationOf(a) === indentationOf(b) && squeezed(a) === squeezed(b) && hasWord(b);

function alike(a: string, b: string): boolean {
  const [left, right] = [a, b].map((line) => new Set(line.match(/[\p{L}\p{N}_$]+/gu) ?? []));
  const both = [...left!].filter((word) => right!.has(word)).length;
  const all = new Set([...left!, ...right!]).size;
  return all > 0 && both / all >= ALIKE;
}

/**
 * Whether the cursor's line with the suggestion in it equals the line that follows, or all the text that follows.
 * @param line the current line before the cursor
 */
export function duplicatesSuffix(line: string, text: string, suffix: string): boolean {
  const rest = suffix.slice(0, (suffix.indexOf("\n") + 1 || suffix.length + 1) - 1);
  if (rest.trim() !== "" && text.trim() === rest.trim()) return true;
  const below = firstCodeLine(suffix.slice(rest.length));
  const made = firstCodeLine(line + text);
  if (below === undefined || made === undefined || rest.trim() !== "") return false;
  return sameOrBrackets(made, below);
}

/** The same but for white space within; lines of brackets alone must have the same indentation. */
const sameOrBrackets = (a: string, b: string): boolean => a.trimEnd() === b.trimEnd() || sameIn(a, b);
