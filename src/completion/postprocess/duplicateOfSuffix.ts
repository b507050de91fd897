// Keeps text from saying again what already follows the cursor. Pure.

import { bracketsOf } from "./brackets.ts";

/** A line that says something: not only brackets and punctuation, which repeat in all code. */
const hasWord = (line: string): boolean => /[\p{L}\p{N}]/u.test(line);

/** The first line of `text` that is not empty. */
function firstCodeLine(text: string): string | undefined {
  return text.split("\n", 100).find((line) => line.trim() !== "");
}

/**
 * Cuts text where it comes to the rest of the cursor's line and would write it again: `return │a;` with "b + a;" is "b + ".
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
  return text;
}

/** Cuts several lines before the one that follows the cursor anyway. The first line is `duplicatesSuffix`' business. */
export function cutAtSuffixLine(text: string, suffix: string): string {
  const next = firstCodeLine(suffix.slice(suffix.indexOf("\n") + 1))?.trimEnd();
  if (next === undefined || !suffix.includes("\n") || !hasWord(next)) return text;
  for (let start = text.indexOf("\n") + 1; start > 0; start = text.indexOf("\n", start) + 1) {
    const end = text.indexOf("\n", start);
    if (text.slice(start, end === -1 ? text.length : end).trimEnd() === next) return text.slice(0, start).trimEnd();
  }
  return text;
}

/**
 * Whether the suggestion, as the line that it makes, is the line that follows, or all that follows.
 * @param line the current line before the cursor
 */
export function duplicatesSuffix(line: string, text: string, suffix: string): boolean {
  const rest = suffix.slice(0, (suffix.indexOf("\n") + 1 || suffix.length + 1) - 1);
  if (rest.trim() !== "" && text.trim() === rest.trim()) return true;
  const below = firstCodeLine(suffix.slice(rest.length));
  const made = firstCodeLine(line + text);
  if (below === undefined || made === undefined || rest.trim() !== "") return false;
  return made.trimEnd() === below.trimEnd();
}
