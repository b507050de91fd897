// Tells an accept from typing by what one change has inserted. Pure; knows nothing of documents or time.
// VS Code tells nobody of a partial accept, so its own rules for where the next word and the next line end are what gives one away.

/** "unclear": a key may have done it as well as an accept. It counts as typed until the item's command says otherwise. */
export type Insertion = "accepted" | "typed" | "unclear";

export interface InsertionFacts {
  gained: string; // of the suggestion, by this change; its line ends are "\n"
  remaining: string; // of the suggestion, before this change
  inserted: string; // by the change, without what was there before; longer than `gained` where the editor closed a bracket
  replaced: boolean; // the change took away what had been typed of the suggestion: a composition, an item of the suggest widget
  rest: string; // what stood after the cursor and was to be replaced; `gained` may end with a part of it
}

/** Patterns of words: VS Code's default, and that of its TypeScript and JavaScript, for which "#" belongs to a word. */
const WORDS = [
  /(-?\d*\.\d\w*)|([^`~!@#%^&*()\-=+[{\]}\\|;:'",.<>/?\s]+)/,
  /(-?\d*\.\d\w*)|([^`~!@%^&*()\-=+[{\]}\\|;:'",.<>/?\s]+)/,
];

/** Keys that bring more than one character: a closed pair; a line break and Tab with their indentation, in a comment with its mark. */
const BY_ONE_KEY = /^(\s*|\n\s*(\*|\/\/+|#) ?|\(\)|\[\]|\{\}|<>|""|''|``|\/\*\*? ?\*\/)$/;

/** Written by way of an input method, which commits several characters at once. */
const BY_INPUT_METHOD = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]+$/u;

/**
 * What an insertion that agrees with the suggestion was.
 * A paste of exactly the next word cannot be told from an accept of it, and counts as one: the same text comes to stand there.
 */
export function insertionOf({ gained, remaining, inserted, replaced, rest }: InsertionFacts): Insertion {
  const whole = gained === remaining;
  const byKey =
    replaced || [...inserted].length < 2 || BY_ONE_KEY.test(inserted) || BY_INPUT_METHOD.test(inserted.trim());
  if (whole) return byKey ? "unclear" : "accepted";
  if (byKey || (!gained.startsWith(inserted) && !gained.endsWith(inserted))) return "typed";
  const end = gained.startsWith(inserted) ? inserted.length : gained.length;
  const beforeRest = rest !== "" && remaining.startsWith(rest, end); // ghost text ends where something stands already
  return beforeRest || partialAcceptEnds(remaining).includes(end) ? "accepted" : "typed";
}

/** Where VS Code's "accept next word" and "accept next line" end in a text that is suggested, in UTF-16 units from its beginning. */
export function partialAcceptEnds(text: string): number[] {
  return [...WORDS.map((word) => nextWordEnd(text, word)), nextLineEnd(text)];
}

/** Up to the end of a word that the text begins with, else to the beginning of its first one; the first white space ends it sooner. */
function nextWordEnd(text: string, word: RegExp): number {
  const first = word.exec(text);
  const end = first ? first.index || first[0].length : text.length;
  const space = /\s+/.exec(text);
  return space ? Math.min(end, space.index + space[0].length) : end;
}

function nextLineEnd(text: string): number {
  const lineBreak = text.indexOf("\n");
  return lineBreak < 0 ? text.length : lineBreak + 1;
}
