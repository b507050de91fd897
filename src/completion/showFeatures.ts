// The features of a suggestion for the show decision: what the model thought of its tokens, what the suggestion is and where it stands.
// Pure; decides nothing.

import type { Region } from "../../common/syntax/syntax.ts";
import type { GenerateResult } from "../../server/protocol/messages.ts";
import type { LineMode } from "./classify.ts";
import type { Completion } from "./outcome.ts";
import { onBlankLine, type Place } from "./place.ts";
import { bracketsOf } from "./postprocess/brackets.ts";
import { errorsWith, type Judged } from "./postprocess/syntaxErrors.ts";
import { historyShift, type ShowFeatures, type ShowHistory } from "./showDecision.ts";

/** What a suggestion was made of. */
export interface Suggested {
  answer: Completion; // as the filters left it, with "\n" line ends
  generation: GenerateResult;
  place: Place;
  mode: LineMode;
  region: Region;
  judged: Judged | undefined; // undefined where nothing can be said about syntax
}

/** Text around the cursor in which names are looked for, in UTF-16 units. */
const NEAR_BEFORE_UNITS = 4_000;
const NEAR_AFTER_UNITS = 1_000;

export function showFeatures(
  { answer, generation, place, mode, region, judged }: Suggested,
  history: ShowHistory | undefined,
): ShowFeatures {
  const { text } = answer;
  const { line, rest, language } = place;
  const tokens = shownLogProbs(text, generation);
  const lines = Math.max(1, text.split("\n").filter((one) => one.trim() !== "").length);
  const sum = tokens.shown.reduce((total, value) => total + value, 0);
  const is = (condition: boolean) => (condition ? 1 : 0);
  return {
    lineLogProb: sum / lines,
    meanLogProb: tokens.shown.length === 0 ? 0 : sum / tokens.shown.length,
    leastLogProb: Math.min(0, ...tokens.shown),
    firstLogProb: tokens.shown[0] ?? 0,
    endLogProb: tokens.next ?? 0,
    cut: is(tokens.cut),
    cutOff: is(generation.stop === "maxTokens" || generation.stop === "deadline"),
    logChars: Math.log(text.trim().length),
    severalLines: is(lines > 1),
    logTokens: Math.log(Math.max(1, tokens.shown.length)),
    multi: is(mode === "multi"),
    comment: is(region === "comment"),
    string: is(region === "string"),
    blankLine: is(onBlankLine(place)),
    afterDot: is(/\.\s*$/.test(line)),
    insideWord: is(/\w$/.test(line)),
    inBrackets: is(bracketsOf(line).open.length > 0),
    restFollows: is(rest.trim() !== ""),
    logLine: Math.log(1 + line.trim().length),
    depth: Math.min(8, /^\s*/.exec(line)![0].replaceAll("\t", "  ").length / 2),
    python: is(language.indented),
    unknownNames: unknownNames(place, text),
    words: is(/\w/.test(text)),
    closers: is(/^[)\]};,\s]*$/.test(text)),
    opens: is(bracketsOf(text).open.length > 0),
    newErrors: is(judged !== undefined && leavesErrors(answer, judged)),
    historyShift: history ? historyShift(history) : 0,
  };
}

/** Whether the document, as it is, would have more errors than before: most of all a block that is opened and not closed below. */
function leavesErrors({ text, replaceAfter }: Completion, judged: Judged): boolean {
  const errors = errorsWith(text, replaceAfter, judged);
  return errors !== undefined && errors.all > judged.errorsBefore;
}

/** The share of the suggestion's names that stand nowhere near the cursor; 0 where it names nothing. */
function unknownNames({ prefix, suffix, line }: Place, text: string): number {
  const begun = /[\p{L}\p{N}_$]*$/u.exec(line)![0]; // a name that the suggestion goes on with
  const names = (begun + text).match(/[\p{L}_$][\p{L}\p{N}_$]+/gu) ?? [];
  if (names.length === 0) return 0;
  const near = `${prefix.slice(-NEAR_BEFORE_UNITS, begun === "" ? undefined : -begun.length)}\n${suffix.slice(0, NEAR_AFTER_UNITS)}`;
  const known = new Set(near.match(/[\p{L}_$][\p{L}\p{N}_$]+/gu));
  return names.filter((name) => !known.has(name)).length / names.length;
}

/**
 * The log probabilities of the tokens whose text is shown: filters cut the end off what was written, drop a space or line break at its
 * beginning, and add brackets, which no token stands for. `next` is that of the token after them, in most cases the one that ends the line.
 */
export function shownLogProbs(
  text: string,
  { text: written, logProbs, tokenEnds }: GenerateResult,
): { shown: number[]; next: number | undefined; cut: boolean } {
  const [from, to] = shownPart(text, written);
  const first = tokenEnds.findIndex((end) => end > from);
  if (first === -1) return { shown: [], next: undefined, cut: false };
  let end = first;
  while (end < tokenEnds.length && (tokenEnds[end - 1] ?? 0) < to) end++;
  return { shown: logProbs.slice(first, end), next: logProbs[end], cut: written.slice(to).trim() !== "" };
}

/** Where the text stands in what was written, as far as it does, in UTF-16 units. */
function shownPart(text: string, written: string): [from: number, to: number] {
  const whole = written.indexOf(text);
  if (whole !== -1) return [whole, whole + text.length];
  const blank = /^\s*/.exec(written)![0].length;
  const from = text.startsWith(written.slice(0, blank)) ? 0 : blank;
  let same = 0;
  while (same < text.length && text[same] === written[from + same]) same++;
  return [from, from + same];
}
