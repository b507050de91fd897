// Keeps out of the document what nobody can see: half characters, control characters, and those that make text look like another
// (Boucher and Anderson, "Trojan Source: Invisible Vulnerabilities", CVE-2021-42574). Pure. Escapes (`\u202e`) are visible and stay.

/**
 * A text whose tokens were used up may end in half a character: as half a surrogate pair, or as the mark that a decoder puts
 * for bytes that are no character yet.
 * @param cutOff whether it ended because its tokens or its time were used up
 */
export function withoutHalfCharacter(text: string, cutOff: boolean): string {
  const whole = cutOff ? text.replace(/(?<!\ufffd)\ufffd+$/, "") : text;
  return /[\ud800-\udbff]$/.test(whole) ? whole.slice(0, -1) : whole;
}

/**
 * By Unicode's properties: controls but for tab and line feed, what is drawn as nothing (marks of direction, no width, Hangul's fillers,
 * tags and variation selectors, in which text can be smuggled), separators of lines that only some editors know, halves of pairs.
 */
const unseen =
  /(?!\t|\n|\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\ufff9-\ufffb]/u;

/** Joiners belong to the writing of many languages and to emoji, where they stand between two characters of these. */
const isJoiner = (unit: string): boolean => unit === "\u200c" || unit === "\u200d";
const joinsBefore = /(?:[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)$/u;
const joinsAfter = /^[\p{L}\p{M}\p{Extended_Pictographic}]/u;

/** The choice between the two looks of an emoji; after anything else it says nothing that could be seen. */
const isPresentation = (unit: string): boolean => unit === "\ufe0e" || unit === "\ufe0f";

/** @param prefix text before the cursor: what the suggestion begins with may belong to its last character */
export function hidesCharacters(text: string, prefix = ""): boolean {
  if (/^[\t\n\x20-\x7e]*$/.test(text)) return false;
  if (unseen.test(text)) return true;
  const before = prefix.slice(-4);
  const whole = before + text;
  for (let at = before.length; at < whole.length; at++) {
    const left = whole.slice(Math.max(0, at - 4), at);
    if (isPresentation(whole[at]!) && !/\p{Emoji}$/u.test(left)) return true;
    if (!isJoiner(whole[at]!)) continue;
    if (/[ -~]$/.test(left) || !joinsBefore.test(left) || !joinsAfter.test(whole.slice(at + 1, at + 5))) return true;
  }
  return false;
}
