// Ends a multi-line text before a line that is indented less than the cursor's block. Pure; reads no tree, so it ends Python's blocks too.

import { indentationOf } from "../../../common/syntax/lines.ts";
import { bracketsOf } from "../text/brackets.ts";

/**
 * @param base the least indentation of lines after the first
 * @returns the text before the first line that leaves the block, without the empty lines before it;
 *   a line that closes what the text itself opened stays, and so does the "{" of a header
 */
export function dedent(text: string, base: number): string {
  let start = text.indexOf("\n") + 1;
  if (text.slice(0, start).trim() === "") start = nextCodeLine(text, start); // the first line that says something
  while (start > 0 && start < text.length) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? text.length : end);
    if (line.trim() !== "" && indentationOf(line) < base && !belongs(text.slice(0, start), line, base)) {
      return text.slice(0, start).trimEnd();
    }
    start = end + 1;
  }
  return text;
}

/** Whether a line closes a bracket of the text, or is the "{" of the header that ends the text (the style of C#, and of many in C++). */
function belongs(before: string, line: string, base: number): boolean {
  if (/^\s*[)\]}]/.test(line)) return bracketsOf(before).open.length > 0;
  return /^\s*\{\s*$/.test(line) && indentationOf(line) === base - 1 && /[\w)>\]]\s*$/.test(before);
}

/** Where the next non-empty line after the first line begins; 0 where there is none. */
function nextCodeLine(text: string, from: number): number {
  const first = /\S/.exec(text.slice(from));
  return first ? text.indexOf("\n", from + first.index) + 1 : 0;
}
