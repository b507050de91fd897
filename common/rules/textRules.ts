// What a text says about its file: too large, binary, written by a generator, minified. Pure, one pass over the text each.

import type { Refusal } from "./refusal.ts";

/** For those who can see a file's size before they read it. */
export const MAX_FILE_BYTES = 1_000_000;

/** Text looked at to tell binary from text. */
const SNIFFED_UNITS = 8_000;

/** Generators sign in the comment at the top. */
const HEADER_UNITS = 1_500;

/** No person writes longer lines; data in a literal may be longer than a person's, so the limit is generous. */
const MAX_LINE_UNITS = 5_000;
const MAX_MEAN_LINE_UNITS = 250;
/** A text shorter than this may well be one long line. */
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

function saysGenerated(text: string): boolean {
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
