// A suggestion that ends a statement which the next line goes on with: `a = undefined;` before `? b : c`. The document has an error there either
// way, so the tree's errors do not tell. For languages with a grammar: in others a line may begin so (a selector of a style sheet).

import type { Place } from "../place.ts";

/** Signs that go on with an expression and begin no statement. */
const GOES_ON = /^(\?|&&|\|\||=>|\.[\p{L}_])/u;

/** `||` begins a closure there. */
const CLOSURE = "rust";

export function orphansNextLine(text: string, replaceAfter: number, { rest, suffix, document }: Place): boolean {
  if (!text.trimEnd().endsWith(";") || rest.slice(replaceAfter).trim() !== "") return false;
  const next = suffix.slice(rest.length).trimStart();
  return GOES_ON.test(next) && !(document.languageId === CLOSURE && next.startsWith("||"));
}
