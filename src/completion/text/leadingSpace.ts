// Keeps a space before the cursor from being doubled. Pure.

/** @param line the current line before the cursor; where that is white space alone, more of it is indentation */
export function withoutDoubledSpace(text: string, line: string): string {
  return /\S[ \t]+$/.test(line) ? text.replace(/^[ \t]+/, "") : text;
}
