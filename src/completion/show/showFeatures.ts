// The features of a suggestion for the show decision: the model's token probabilities, the suggestion's content and its place.
// Decides nothing, calls no model.

import type { Region } from "../../../common/syntax/syntax.ts";
import type { ContextPiece, GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { Completion } from "../outcome.ts";
import type { Place } from "../place.ts";
import { errorsWith, type Judged } from "../postprocess/syntaxErrors.ts";
import { bracketsOf } from "../text/brackets.ts";
import { historyShift, type ShowFeatures, type ShowHistory } from "./showDecision.ts";

/** A suggestion and its inputs. */
export interface Suggested {
  answer: Completion; // as the filters left it, with "\n" line ends
  generation: GenerateResult;
  place: Place;
  region: Region;
  pieces: readonly ContextPiece[]; // of the workspace, in the prompt
  judged: Judged | undefined; // undefined where syntax cannot be judged
}

/** How much text before the cursor is searched for names, in UTF-16 units. */
const NEAR_BEFORE_UNITS = 4_000;
const NEAR_AFTER_UNITS = 1_000;

const NAMES = /[\p{L}_$][\p{L}\p{N}_$]+/gu;

export function showFeatures(suggested: Suggested, history: ShowHistory | undefined): ShowFeatures {
  const { answer, generation, place, region, pieces } = suggested;
  const { shown, next } = shownLogProbs(answer.text, generation);
  const lines = answer.text.split("\n").filter((line) => line.trim() !== "").length;
  const logProb = shown.reduce((sum, value) => sum + value, 0);
  return {
    lineDoubt: Math.sqrt(-logProb / Math.max(1, lines)),
    endLogProb: next ?? 0,
    unknownNames: unknownNames(answer.text, place, pieces),
    onlyPunctuation: /[\p{L}\p{N}_$]/u.test(answer.text) ? 0 : 1,
    opensBlock: opensBlock(suggested) ? 1 : 0,
    inComment: region === "comment" ? 1 : 0,
    insideWord: /[\p{L}\p{N}_$]$/u.test(place.line) ? 1 : 0,
    historyShift: history ? historyShift(history) : 0,
  };
}

/**
 * The log probabilities of the tokens whose text is shown, and of the token after them. The filters may have cut off the end of the model's
 * text, dropped a space or line break at its beginning, or added brackets, which have no token.
 */
export function shownLogProbs(
  text: string,
  { text: written, logProbs, tokenEnds }: GenerateResult,
): { shown: number[]; next: number | undefined } {
  const [from, to] = shownPart(text, written);
  const start = tokenEnds.findIndex((end) => end > from);
  if (start === -1 || to === from) return { shown: [], next: undefined };
  let end = start + 1;
  while (end < tokenEnds.length && tokenEnds[end - 1]! < to) end++;
  return { shown: logProbs.slice(start, end), next: logProbs[end] };
}

/** Where the shown text stands in the model's text, as far as the two agree, in UTF-16 units. */
export function shownPart(text: string, written: string): [from: number, to: number] {
  const whole = written.indexOf(text);
  if (whole !== -1) return [whole, whole + text.length];
  const blank = /^\s*/.exec(written)![0].length;
  const from = text.startsWith(written.slice(0, blank)) ? 0 : blank;
  let same = 0;
  while (same < text.length && text[same] === written[from + same]) same++;
  return [from, from + same];
}

/** The share of the suggestion's names that stand neither near the cursor nor in the pieces, from 0 to 1; 0 where it names nothing. */
function unknownNames(text: string, { prefix, suffix, line }: Place, pieces: readonly ContextPiece[]): number {
  const begun = /(?<![\p{L}\p{N}_$])[\p{L}\p{N}_$]*$/u.exec(line)![0]; // a name that the suggestion goes on with
  const names = (begun + text).match(NAMES) ?? [];
  if (names.length === 0) return 0;
  const before = prefix.slice(0, prefix.length - begun.length).slice(-NEAR_BEFORE_UNITS);
  const texts = [before, suffix.slice(0, NEAR_AFTER_UNITS), ...pieces.map((piece) => piece.text)];
  const known = new Set(texts.flatMap((one) => one.match(NAMES) ?? []));
  return names.filter((name) => !known.has(name)).length / names.length;
}

/** Whether it opens a bracket that the text below closes: then the document lacks such a line. */
function opensBlock({ answer: { text, replaceAfter }, judged }: Suggested): boolean {
  if (!judged || bracketsOf(text).open.length === 0) return false;
  const errors = errorsWith(text, replaceAfter, judged);
  return errors !== undefined && errors.all <= judged.errorsBefore;
}
