// The tokens of a suggestion as a person reads them: words, and the places where the model hesitated. Pure.

import type { ScoredToken } from "../../server/host/protocol/messages.ts";
import type { ExplainedToken, ExplainedWord } from "./explanation.ts";

const ENDS_IN_WORD = /[\p{L}\p{N}_$]$/u;
const BEGINS_IN_WORD = /^[\p{L}\p{N}_$]/u;

/** Words with the white space before them; what adds no text (it spells again what the prompt ended with) is left out. */
export function wordsOf(tokens: readonly ScoredToken[]): ExplainedWord[] {
  const words: ExplainedWord[] = [];
  for (const [index, { text, logProb, rank, entropy, alternatives }] of tokens.entries()) {
    const isHeld = text === ""; // the beginning of a character, or bytes that were owed
    if (isHeld && words.length === 0) continue;
    const token: ExplainedToken = { index, text, logProb, rank, entropy, alternatives };
    const last = words.at(-1);
    if (last && (isHeld || (ENDS_IN_WORD.test(last.text) && BEGINS_IN_WORD.test(text)))) {
      last.text += text;
      last.logProb += logProb;
      last.tokens.push(token);
    } else words.push({ text, logProb, tokens: [token] });
  }
  return words;
}

const MOST_HESITATIONS = 3;

/** A token at least this likely, or with less entropy, was no hesitation: highlights that are too many say nothing. */
const SURE = 0.8;
const LEAST_ENTROPY_NATS = 0.5;

/** The up to three tokens about which the model was least sure, in their order. */
export function hesitations(words: readonly ExplainedWord[]): ExplainedToken[] {
  return words
    .flatMap(({ tokens }) => tokens)
    .filter(
      ({ text, logProb, entropy }) => text.trim() !== "" && Math.exp(logProb) < SURE && entropy >= LEAST_ENTROPY_NATS,
    )
    .sort((a, b) => b.entropy - a.entropy)
    .slice(0, MOST_HESITATIONS)
    .sort((a, b) => a.index - b.index);
}

/** Whether a text ends within a word, so that it is no word yet. */
export const endsInWord = (text: string): boolean => ENDS_IN_WORD.test(text);

/** The beginning of a text up to the end of its first word. */
export const firstWord = (text: string): string => /^\s*(?:[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$\s]+)?/u.exec(text)![0];
