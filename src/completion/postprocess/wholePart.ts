// Cuts what a person asked for back to its longest part that leaves the document as sound as it was: whole lines, the blocks that the text itself
// opened closed behind them, and of a single line as much as is an expression. Must not change what is sound already.

import type { Completion } from "../outcome.ts";
import type { Place } from "../place.ts";
import { bracketsOf, closerOf, fitBrackets } from "../text/brackets.ts";
import { lineCount } from "./blockSize.ts";
import { endsInOperator } from "./operatorEnd.ts";
import { errorsWith, type Judged } from "./syntaxErrors.ts";

/** Time limit for finding the part, in milliseconds: the person has waited for the model much longer. */
const CUT_BUDGET_MS = 200;

/** How many places within a line are tried. */
const MOST_WITHIN_LINE = 12;

/** @returns undefined where no part of the text, of at most `maxLines` lines, leaves the document sound */
export function wholePart(text: string, { prefix }: Place, judged: Judged, maxLines: number): Completion | undefined {
  const endMs = performance.now() + CUT_BUDGET_MS;
  const isWhole = wholeAt(prefix, judged);
  for (const part of parts(text, judged)) {
    if (lineCount(part) > maxLines) continue;
    const fitted = fitBrackets(part, judged.line, judged.rest);
    if (fitted && fitted.text.trim() !== "" && isWhole(fitted)) return fitted;
    if (performance.now() > endMs) return undefined;
  }
  return undefined;
}

/** Judges texts by the errors that remain; without a verdict in time a text counts as whole. */
function wholeAt(prefix: string, judged: Judged): (written: Completion) => boolean {
  const { errorsBefore } = judged;
  const errors = (text: string, replaceAfter = 0) => errorsWith(text, replaceAfter, judged)?.all ?? 0;
  // what the document would have if somebody finished the line and closed what is open there
  const least =
    errorsBefore === 0 ? 0 : Math.min(errorsBefore, ...["", " 0"].map((operand) => errors(closed(operand, prefix))));
  return ({ text, replaceAfter }) => {
    if (endsInOperator(text, replaceAfter, judged)) return false;
    const after = errors(text, replaceAfter);
    if (after <= least && (after === 0 || after < errorsBefore)) return true;
    if (errorsBefore === 0 || bracketsOf(text).open.length > 0) return false;
    return after <= least || errors(closed(text, prefix), replaceAfter) <= least;
  };
}

/** The text and ever shorter parts of it. */
function* parts(text: string, { line, language }: Judged): Generator<string> {
  const lines = text.split("\n");
  for (let count = lines.length; count > 0; count--) {
    const head = count === lines.length ? text : lines.slice(0, count).join("\n").trimEnd();
    if (head.trim() === "" || (language.indented && head.endsWith(":"))) continue;
    yield head;
    if (!/[{([:]$/.test(head) && !endsInArguments(head)) yield* withClosers(head, line);
  }
  const start = text.length - text.trimStart().length;
  const first = text.slice(0, (text.indexOf("\n", start) + 1 || text.length + 1) - 1).trimEnd();
  if (first.endsWith("{")) yield* withClosers(first, line); // an empty block, rather than nothing
  for (const at of endsWithin(first)) {
    const head = first.slice(0, at).trimEnd();
    yield head;
    if (!endsInArguments(head)) yield* withClosers(head, line);
  }
  yield first; // in a language of indentation: a header
}

/** Whether a call's arguments end in a comma: there would be more. */
const endsInArguments = (text: string): boolean => text.endsWith(",") && bracketsOf(text).open.at(-1) === "(";

/** The text with what it leaves open closed. */
function* withClosers(text: string, line: string): Generator<string> {
  const ends = closers(text, line);
  if (ends !== "") yield text + ends;
}

/** Where a line may end within: before what joins conditions, the last first, then before its other operators and commas. */
function endsWithin(line: string): number[] {
  const before = (pattern: RegExp) => [...line.matchAll(pattern)].map(({ index }) => index).reverse();
  const joins = before(/&&|\|\||\?\?|(?<=\s)(?:and|or)(?=\s)/g);
  const others = before(/(?<=\s)[-+*/%<>=!?:|&^]+(?=\s|$)|,|\.(?=\s*$)/g);
  return [...joins, ...others].filter((at) => at > 0).slice(0, MOST_WITHIN_LINE);
}

/** The text with what is open in it closed, for the parser alone. */
const closed = (text: string, prefix: string): string =>
  [
    text,
    ...bracketsOf(prefix + text)
      .open.reverse()
      .map((bracket) => closerOf[bracket]),
  ].join("\n");

/** What closes the brackets that a text leaves open: those of a line above its last one on a new line, as far in as that one. */
function closers(text: string, line: string): string {
  const { open } = bracketsOf(text);
  const lines = text.split("\n");
  let at = lines.length - 1; // the line that the bracket stands on
  let ends = "";
  for (const [i, bracket] of [...open.entries()].reverse()) {
    const before = at;
    while (at > 0 && bracketsOf(lines.slice(0, at).join("\n")).open.length > i) at--;
    const isOwn = at < before || (ends === "" && bracket === "{");
    ends += (isOwn ? `\n${/^[ \t]*/.exec(at === 0 ? line + lines[0] : lines[at]!)![0]}` : "") + closerOf[bracket];
  }
  return ends;
}
