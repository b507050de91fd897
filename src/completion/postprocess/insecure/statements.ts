// Finds the statement and the function that a place in a piece of code belongs to, and reads names as words. By the text alone. Pure.

import type { Span } from "./lexemes.ts";

const STATEMENT_UNITS = 300;
/** Lines that a statement's first line may stand above a place, if each of them ends with what must go on. */
const LINES_BEFORE = 3;
const goesOn = /(?:[=(+?[]|\breturn)\s{0,4}$/;

/** The lines of a place from the beginning of its statement, and those that go on with it. */
export function statementAround(text: string, at: number): Span {
  const rest = text.slice(at, at + STATEMENT_UNITS);
  const end = /\n(?!\s*[.?)\]}])|;/.exec(rest)?.index ?? rest.length;
  return { start: text.lastIndexOf("\n", at) + 1, end: at + end };
}

/** Where the statement begins whose line a place stands on: above, if the lines there end with `=`, `(`, `+` or `return`. */
export function statementStart(text: string, at: number): number {
  let start = text.lastIndexOf("\n", at) + 1;
  for (let lines = 0; lines < LINES_BEFORE && start > 0; lines++) {
    const above = text.lastIndexOf("\n", start - 2) + 1;
    if (!goesOn.test(text.slice(above, start - 1).slice(-80))) break;
    start = above;
  }
  return start;
}

const keyword = /\b(?:def|function\*?|func|fun|fn|sub)\s{1,4}(?:\([^()\n]{0,80}\)\s{0,4})?(\w{1,60})/;
const assigned =
  /(?<![\w.])(?:[\w$]{1,40}\.){0,3}([\w$]{1,60})\s{0,4}[=:]\s{0,4}(?:async\s{1,4})?(?:function\b|\([^()\n]{0,200}\)[^=\n]{0,40}=>|\w{1,40}\s{0,4}=>)/;
const method =
  /(?<![\w.])(?!(?:if|for|foreach|while|switch|catch|return|else|do|try|with|using|lock|synchronized|match|new|await|throw)\b)~?([\w$]{1,60})\s{0,4}(?:<[^<>()\n]{0,40}>)?\([^()\n;]{0,200}\)[^;()=\n]{0,80}\{?\s{0,4}$/;
const handler =
  /\.(?:get|post|put|patch|delete|all|use|on|route|command|handle|GET|POST|PUT|HandleFunc|Map\w{1,10})\(\s{0,4}["'`]([^"'`\n]{1,80})["'`]/;
const LINE_UNITS = 240;
const FUNCTION_LINES = 40;

/** The name of the function around a place ("" without one), or the route that it answers, and where it begins. */
export function functionAround(text: string, at: number, languageId: string): { name: string; start: number } {
  const hasKeyword = /^(?:python|go|rust|kotlin|ruby|php|swift)$/.test(languageId);
  let end = at;
  for (let lines = 0; lines < FUNCTION_LINES && end > 0; lines++) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const line = text.slice(start, Math.min(end, start + LINE_UNITS));
    const isHead = lines > 0 || /\{|=>/.test(line);
    const name =
      keyword.exec(line)?.[1] ??
      (hasKeyword || !isHead ? undefined : assigned.exec(line)?.[1]) ??
      handler.exec(line)?.[1] ??
      (hasKeyword || !isHead || !opensBody(text, end, line) ? undefined : method.exec(line)?.[1]);
    if (name !== undefined) return { name, start };
    end = start - 1;
  }
  return { name: "", start: Math.max(0, end) };
}

const opensBody = (text: string, lineEnd: number, line: string): boolean =>
  /\{\s*$/.test(line) || /^\s{0,40}\{/.test(text.slice(lineEnd + 1, lineEnd + 42));

/** Names as words in lower case with "_" between them: "resetToken" is "reset_token". */
export const inWords = (text: string): string =>
  text
    .replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")
    .replaceAll("-", "_")
    .toLowerCase();
