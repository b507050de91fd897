// Tells whether text only repeats what the file holds already: the lines directly before it, an entry of the same list, or a definition.
// Pure. Lines of brackets and punctuation alone do not count: they repeat in all code.

import { indentationOf } from "../../../common/syntax/lines.ts";

const hasWord = (line: string): boolean => /[\p{L}\p{N}]/u.test(line);

/** How much text before the cursor is searched, in UTF-16 units. */
const LOOK_BACK_UNITS = 20_000;

/** @param prefix the text before the cursor */
export function duplicatesPrevious(prefix: string, text: string): boolean {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const made = linesOf(prefix.slice(lineStart) + text);
  if (!made.some(hasWord)) return false;
  const above = linesOf(prefix.slice(Math.max(0, lineStart - LOOK_BACK_UNITS), lineStart));
  return (
    repeatsLast(made, above) || (made.length === 1 && (standsInList(made[0]!, above) || definesAgain(made[0]!, above)))
  );
}

/** Whether all lines equal the lines directly above, ignoring indentation. */
function repeatsLast(made: string[], above: string[]): boolean {
  const last = above.slice(-made.length);
  return last.length === made.length && last.every((line, i) => line.trim() === made[i]!.trim());
}

/** Whether an entry that ends in a comma is in the same list already: `clientId,` in an object, an array, a parameter list. */
function standsInList(made: string, above: string[]): boolean {
  if (!made.trimEnd().endsWith(",")) return false;
  const depth = indentationOf(made);
  for (let i = above.length - 1; i >= 0 && indentationOf(above[i]!) >= depth; i--) {
    if (above[i]!.trimEnd() === made.trimEnd()) return true;
  }
  return false;
}

const definition = /^(export\s+)?(default\s+)?(async\s+)?(def|class|function|interface|enum)\s/;

/** Whether the file already has the same header of a top-level definition, word for word. */
function definesAgain(made: string, above: string[]): boolean {
  return definition.test(made) && above.some((line) => line.trimEnd() === made.trimEnd());
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
