// Which runs of a suggestion's words stand in the prompt as they are, and where. The longest first; a word by itself only where it is long. Pure.

import type { CopiedText } from "./explanation.ts";
import type { PromptPart } from "./promptParts.ts";

const LEXEME = /[\p{L}_$][\p{L}\p{N}_$]*|\p{N}+|[^\s\p{L}\p{N}_$]/gu;

/** Fewer lexemes are no copy unless they are a long name: `x)` stands everywhere. */
const LEAST_LEXEMES = 4;
const LONG_NAME_UNITS = 5;
const MOST_COPIES = 5;

export function copiedTexts(text: string, parts: readonly PromptPart[]): Omit<CopiedText, "line">[] {
  const lexemes = [...text.matchAll(LEXEME)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const found: { at: number; end: number; lexemes: number; part: PromptPart }[] = [];
  for (let from = 0; from < lexemes.length; ) {
    let best: (typeof found)[number] | undefined;
    for (let to = from; to < lexemes.length; to++) {
      const run = text.slice(lexemes[from]!.start, lexemes[to]!.end);
      const part = parts.findLast((one) => one.kind !== "header" && standsIn(run, one.text));
      if (!part) break;
      best = { at: lexemes[from]!.start, end: lexemes[to]!.end, lexemes: to - from + 1, part };
    }
    if (best) found.push(best);
    from += best?.lexemes ?? 1;
  }
  return found
    .filter(({ at, end, lexemes: count }) => count >= LEAST_LEXEMES || hasLongName(text.slice(at, end)))
    .sort((a, b) => b.end - b.at - (a.end - a.at))
    .slice(0, MOST_COPIES)
    .map(({ at, end, part }) => ({ text: text.slice(at, end), at, path: part.path, where: part.title }));
}

/** Whether a text holds `run`, not as a part of longer words. */
function standsIn(run: string, text: string): boolean {
  for (let at = text.indexOf(run); at >= 0; at = text.indexOf(run, at + 1)) if (isWhole(run, text, at)) return true;
  return false;
}

const WORD_SIGN = /[\p{L}\p{N}_$]/u;

function isWhole(run: string, text: string, at: number): boolean {
  const joins = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && WORD_SIGN.test(a) && WORD_SIGN.test(b);
  return !joins(text[at - 1], run[0]) && !joins(run.at(-1), text[at + run.length]);
}

const hasLongName = (run: string): boolean => (run.match(LEXEME) ?? []).some((name) => name.length >= LONG_NAME_UNITS);
