// Candidate fixes for the most frequent syntax errors of Python: a missing colon or bracket, one equals sign too few.
// Pure; the checker decides whether a candidate helps.

import { lineEndOf, lineStartOf } from "../../../../common/syntax/lines.ts";
import type { TextChange } from "../../../typescript/problems.ts";

const OPENS_BLOCK = /^[ \t]*(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b/;
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** How many lines above the place where the parser gives up are tried. */
const LINES_ABOVE = 2;

/** The candidates nearest to the place where the parser gave up first: that is the end of the text that it could not parse. */
export function syntaxCandidates(text: string, { start, end }: { start: number; end: number }): TextChange[][] {
  const lineStarts = new Set([...linesUpTo(text, end), ...linesUpTo(text, start)]);
  return [...lineStarts].flatMap((lineStart) => lineCandidates(text, lineStart, lineEndOf(text, lineStart)));
}

/** The beginnings of the line of `offset` and of the lines above it. */
function linesUpTo(text: string, offset: number): number[] {
  const starts = [lineStartOf(text, offset)];
  while (starts.length <= LINES_ABOVE && starts.at(-1)! > 0) starts.push(lineStartOf(text, starts.at(-1)! - 1));
  return starts;
}

function lineCandidates(text: string, lineStart: number, lineEnd: number): TextChange[][] {
  const line = text.slice(lineStart, lineEnd);
  const code = withoutComment(line);
  const end = lineStart + code.trimEnd().length;
  const insert = (at: number, newText: string): TextChange[] => [{ start: at, end: at, newText }];
  const found: TextChange[][] = [];
  const open = openBrackets(code);
  const closing = open
    .map((bracket) => CLOSING[bracket])
    .reverse()
    .join("");
  const opensBlock = OPENS_BLOCK.test(code) && !code.trimEnd().endsWith(":");
  if (opensBlock && closing !== "") found.push(insert(end, `${closing}:`));
  else if (opensBlock) found.push(insert(end, ":"));
  if (closing !== "") {
    const isBlock = OPENS_BLOCK.test(code) && code.trimEnd().endsWith(":");
    found.push(insert(isBlock ? end - 1 : end, closing));
  }
  const assigned = /^[ \t]*(?:if|elif|while|assert|return)\b[^=]*[^=!<>](=)(?!=)/.exec(code);
  if (assigned) found.push(insert(lineStart + assigned[0].length, "="));
  return found;
}

/** The line up to a "#" outside of strings. */
function withoutComment(line: string): string {
  for (const { at, char } of outsideStrings(line)) if (char === "#") return line.slice(0, at);
  return line;
}

/** Brackets that stay open in the line, outermost first. */
function openBrackets(code: string): string[] {
  const open: string[] = [];
  for (const { char } of outsideStrings(code)) {
    if (char in CLOSING) open.push(char);
    else if (open.length > 0 && char === CLOSING[open.at(-1)!]) open.pop();
  }
  return open;
}

/** The characters of a line outside of strings; strings of several lines are not recognised. */
function* outsideStrings(line: string): Generator<{ at: number; char: string }> {
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (quote === "" && char !== '"' && char !== "'") yield { at, char };
    else if (quote === "") quote = char;
    else if (char === "\\") at++;
    else if (char === quote) quote = "";
  }
}
