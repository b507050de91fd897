// What most often makes a line of Python not parse, put right: a colon or a bracket that is missing, one equals sign too few.
// Pure; whether it helps is for the checker to say.

import { lineEndOf, lineStartOf } from "../../../../common/syntax/lines.ts";
import type { TextChange } from "../../../typescript/problems.ts";

const OPENS_BLOCK = /^[ \t]*(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b/;
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** Lines above the place where the parser gives up in which the cause may lie. */
const LINES_ABOVE = 2;

/** Nearest to where the parser gave up first: that is the end of what it could not make sense of. */
export function syntaxCandidates(text: string, { start, end }: { start: number; end: number }): TextChange[][] {
  const lineStarts = new Set([...linesUpTo(text, end), ...linesUpTo(text, start)]);
  return [...lineStarts].flatMap((lineStart) => lineCandidates(text, lineStart, lineEndOf(text, lineStart)));
}

/** Where the line of `offset` and the lines above it begin. */
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

/** Up to the "#" that stands in no string. */
function withoutComment(line: string): string {
  for (const { at, char } of outsideStrings(line)) if (char === "#") return line.slice(0, at);
  return line;
}

/** Brackets of the line that nothing closes in it, outermost first. */
function openBrackets(code: string): string[] {
  const open: string[] = [];
  for (const { char } of outsideStrings(code)) {
    if (char in CLOSING) open.push(char);
    else if (open.length > 0 && char === CLOSING[open.at(-1)!]) open.pop();
  }
  return open;
}

/** The characters of a line that stand in no string; strings of several lines are not told. */
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
