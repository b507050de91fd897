// Fits the first line to white space that stands before the cursor but was kept from the model. Pure.

import { indentationOf } from "../../../common/syntax/lines.ts";

/**
 * The prompt ends before the white space at its end (`held`): tokens of white space join the word after them, so a model
 * that has seen it goes on badly. It writes the white space again, and here that is taken off.
 * @param blank whether `held` is all that stands on the line: then it is its indentation
 * @returns undefined where the model's line belongs to an outer block
 */
export function withoutHeld(text: string, held: string, blank: boolean): string | undefined {
  if (held === "") return text;
  if (!blank) return text.replace(/^[ \t]+/, "");
  if (text.startsWith(held)) return text.slice(held.length);
  const own = /^[ \t]*/.exec(text)![0];
  return indentationOf(own) < indentationOf(held) && text.trim() !== "" ? undefined : text.slice(own.length);
}
