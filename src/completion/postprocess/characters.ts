// Keeps invisible characters out of the document: half characters, control characters, and characters that make text look like other text
// (Boucher and Anderson, "Trojan Source: Invisible Vulnerabilities", CVE-2021-42574). Pure. Escapes (`\u202e`) are visible and stay.

/**
 * Drops half a character at the end of a text that was cut off: half a surrogate pair, or the replacement character that a decoder
 * puts for an incomplete byte sequence.
 * @param cutOff whether it ended because its tokens or its time were used up
 */
export function withoutHalfCharacter(text: string, cutOff: boolean): string {
  const whole = cutOff ? text.replace(/(?<!\ufffd)\ufffd+$/, "") : text;
  return /[\ud800-\udbff]$/.test(whole) ? whole.slice(0, -1) : whole;
}

/**
 * By Unicode's properties: controls except tab and line feed; characters drawn as nothing (direction marks, zero width, Hangul fillers,
 * tags and variation selectors, which can smuggle text); line separators that only some editors know; lone surrogates.
 */
const unseen =
  /(?!\t|\n|\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\ufff9-\ufffb]/u;

/** Joiners are part of many scripts and of emoji, between two of their characters. */
const isJoiner = (unit: string): boolean => unit === "\u200c" || unit === "\u200d";
const joinsBefore = /(?:[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)$/u;
const joinsAfter = /^[\p{L}\p{M}\p{Extended_Pictographic}]/u;

/** A variation selector chooses between the two looks of an emoji; after any other character it is invisible. */
const isPresentation = (unit: string): boolean => unit === "\ufe0e" || unit === "\ufe0f";

/** @param prefix text before the cursor: the suggestion's first character may belong to its last one */
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
