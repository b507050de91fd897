// Keeps the first line of a text, for single-line suggestions. Pure.

/**
 * @param blank whether nothing stands before the cursor on its line: then empty lines before the text are skipped
 * @param cutOff whether the text ended in the middle, because its tokens or its time were used up
 */
export function firstLine(text: string, blank: boolean, cutOff: boolean): string {
  const begun = blank ? text.replace(/^(?:[ \t]*\n)+/, "") : text;
  const end = begun.indexOf("\n");
  if (end !== -1) return begun.slice(0, end);
  return cutOff ? begun.replace(/(?<=[^\w$])[\w$]+$/, "") : begun; // no half word
}

/** The first line that says something, with the line breaks before it: of a text that begins below the cursor. */
export function firstLineBelow(text: string, cutOff: boolean): string {
  const below = /^\s*\n/.exec(text)?.[0] ?? "";
  return below + firstLine(text.slice(below.length), false, cutOff);
}
