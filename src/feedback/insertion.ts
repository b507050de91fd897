// Tells an accept from typing by the text that one change inserts. Pure; knows nothing of documents or time.
// VS Code does not report partial accepts, so this uses VS Code's own rules for the ends of the next word and the next line.

/** "unclear": a key may have done it as well as an accept. It counts as typed until the item's command says otherwise. */
export type Insertion = "accepted" | "typed" | "unclear";

export interface InsertionFacts {
  gained: string; // the part of the suggestion that this change added; with "\n" line ends
  remaining: string; // the rest of the suggestion before this change
  inserted: string; // the change's new text; longer than `gained` where the editor closed a bracket
  replaced: boolean; // the change replaced typed text of the suggestion: a composition, an item of the suggest widget
  rest: string; // the text after the cursor that was to be replaced; `gained` may end with a part of it
}

/** Word patterns: VS Code's default, and that of TypeScript and JavaScript, where "#" belongs to a word. */
const WORDS = [
  /(-?\d*\.\d\w*)|([^`~!@#%^&*()\-=+[{\]}\\|;:'",.<>/?\s]+)/,
  /(-?\d*\.\d\w*)|([^`~!@%^&*()\-=+[{\]}\\|;:'",.<>/?\s]+)/,
];

/** Insertions by one key of more than one character: a closed pair; a line break or Tab with indentation, in a comment with its mark. */
const BY_ONE_KEY = /^(\s*|\n\s*(\*|\/\/+|#) ?|\(\)|\[\]|\{\}|<>|""|''|``|\/\*\*? ?\*\/)$/;

/** Text from an input method, which commits several characters at once. */
const BY_INPUT_METHOD = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]+$/u;

/**
 * Classifies an insertion that agrees with the suggestion.
 * A paste of exactly the next word cannot be told from an accept and counts as one: the resulting text is the same.
 */
export function insertionOf({ gained, remaining, inserted, replaced, rest }: InsertionFacts): Insertion {
  const whole = gained === remaining;
  const byKey =
    replaced || [...inserted].length < 2 || BY_ONE_KEY.test(inserted) || BY_INPUT_METHOD.test(inserted.trim());
  if (whole) return byKey ? "unclear" : "accepted";
  if (byKey || (!gained.startsWith(inserted) && !gained.endsWith(inserted))) return "typed";
  const end = gained.startsWith(inserted) ? inserted.length : gained.length;
  const beforeRest = rest !== "" && remaining.startsWith(rest, end); // ghost text ends before existing text
  return beforeRest || partialAcceptEnds(remaining).includes(end) ? "accepted" : "typed";
}

/** Where VS Code's "accept next word" and "accept next line" end in a suggested text, in UTF-16 units from its beginning. */
export function partialAcceptEnds(text: string): number[] {
  return [...WORDS.map((word) => nextWordEnd(text, word)), nextLineEnd(text)];
}

/** The end of a word at the text's beginning, otherwise the beginning of the first word; the first white space ends it sooner. */
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
