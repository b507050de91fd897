// The features of a suggestion for the show decision: what the model thought of its tokens, what the suggestion is and where it stands.
// Pure; decides nothing.

import type { GenerateResult } from "../../server/protocol/messages.ts";
import type { Completion } from "./outcome.ts";
import { historyShift, type ShowFeatures, type ShowHistory } from "./showDecision.ts";

/** What a suggestion was made of. */
export interface Suggested {
  answer: Completion; // as the filters left it, with "\n" line ends
  generation: GenerateResult;
}

export function showFeatures({ answer, generation }: Suggested, history: ShowHistory | undefined): ShowFeatures {
  const shown = shownLogProbs(answer.text, generation);
  const sum = shown.reduce((total, value) => total + value, 0);
  const lines = answer.text.split("\n").filter((line) => line.trim() !== "").length;
  return {
    lineLogProb: sum / Math.max(1, lines),
    meanLogProb: shown.length === 0 ? 0 : sum / shown.length,
    historyShift: history ? historyShift(history) : 0,
  };
}

/**
 * The log probabilities of the tokens whose text is shown: filters cut the end off what was written, drop a space or line break at its
 * beginning, and add brackets, which no token stands for.
 */
export function shownLogProbs(text: string, { text: written, logProbs, tokenEnds }: GenerateResult): number[] {
  const [from, to] = shownPart(text, written);
  return logProbs.filter((_, index) => tokenEnds[index] > from && (tokenEnds[index - 1] ?? 0) < to);
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
