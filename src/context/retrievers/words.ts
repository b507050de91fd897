// Words of code, and how much those of a text matter at a place. Pure.

/** An identifier in any language. */
export const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

const TYPE_NAME = /(?<![\p{L}\p{N}_$])\p{Lu}[\p{L}\p{N}_$]*/gu;

/** The greatest weight among the words; 0 for none. */
export function weightOf(words: Iterable<string>, near: ReadonlyMap<string, number>): number {
  let most = 0;
  for (const word of words) most = Math.max(most, near.get(word) ?? 0);
  return most;
}

/** Words that look like names of types in most languages: they begin with a capital letter. */
export function typeNames(text: string): Set<string> {
  return new Set(text.match(TYPE_NAME));
}
