// Ends several lines where one is indented less than the block of the cursor. Pure; reads no tree, so that Python's blocks end here too.

import { indentationOf } from "../../../common/syntax/lines.ts";
import { bracketsOf } from "./brackets.ts";

/**
 * @param base the least indentation of lines after the first
 * @returns the text before the first line that leaves the block, without the empty lines before it;
 *   a line that closes what the text itself opened stays
 */
export function dedent(text: string, base: number): string {
  let start = text.indexOf("\n") + 1;
  if (text.slice(0, start).trim() === "") start = nextCodeLine(text, start); // the first line that says something
  while (start > 0 && start < text.length) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? text.length : end);
    if (line.trim() !== "" && indentationOf(line) < base && !closesOwn(text.slice(0, start), line)) {
      return text.slice(0, start).trimEnd();
    }
    start = end + 1;
  }
  return text;
}

function closesOwn(before: string, line: string): boolean {
  return /^\s*[)\]}]/.test(line) && bracketsOf(before).open.length > 0;
}

/** Where the line after the first that is not empty begins; 0 where there is none. */
function nextCodeLine(text: string, from: number): number {
  const first = /\S/.exec(text.slice(from));
  return first ? text.indexOf("\n", from + first.index) + 1 : 0;
}
