// What a text says about its file: too large, binary, written by a generator, minified. Pure, one pass over the text each.

import type { Refusal } from "./refusal.ts";

/** Maximum size of a file that is read as context. */
export const MAX_FILE_BYTES = 1_000_000;

/** How many characters are examined to tell binary from text. */
const SNIFFED_UNITS = 8_000;

/** How many characters at the top of a file are searched for a generator's mark. */
const HEADER_UNITS = 1_500;

/** Maximum length of a line in a file written by a person. Generous, because a literal may hold data. */
const MAX_LINE_UNITS = 5_000;
const MAX_MEAN_LINE_UNITS = 250;
/** Minimum length of a text that can count as minified: a shorter one may well be one long line. */
const MIN_MINIFIED_UNITS = 1_000;

/** `@generated` is Meta's mark, "Code generated … DO NOT EDIT." the one that Go defines (golang.org/s/generatedcode). */
const GENERATED =
  /@generated\b|\bdo not (edit|modify)\b|\bcode generated (by|from)\b|\bauto-?generated (by|from|file|code)\b|\b(is|was|been) (auto-?|automatically )generated\b/i;
const COMMENT_LINE = /^\s*(\/\/|\/?\*|#|--|;|<!--|"""|%)/;

export function refusalOfText(text: string): Refusal | undefined {
  if (text.length > MAX_FILE_BYTES) return "tooLarge";
  if (text.slice(0, SNIFFED_UNITS).includes("\0")) return "binary";
  if (saysGenerated(text)) return "generated";
  return looksMinified(text) ? "minified" : undefined;
}

/** Whether a comment at its top says that it is generated. */
export function saysGenerated(text: string): boolean {
  const header = text.slice(0, HEADER_UNITS);
  return GENERATED.test(header) && header.split("\n").some((line) => COMMENT_LINE.test(line) && GENERATED.test(line));
}

function looksMinified(text: string): boolean {
  if (text.length < MIN_MINIFIED_UNITS) return false;
  let lines = 1;
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
    if (end - start > MAX_LINE_UNITS) return true;
    lines++;
    start = end + 1;
  }
  return text.length - start > MAX_LINE_UNITS || text.length / lines > MAX_MEAN_LINE_UNITS;
}
