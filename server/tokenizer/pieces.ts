// Cuts text into the pieces inside which byte pairs are merged. Owns the rule; knows no vocabulary.

/*
 * SmolLM2 cuts in two stages: first every number character by itself, then GPT-2's pattern on what lies between. One pattern does the same:
 * a blank before a digit stays alone, because digits come first and the run of white space may end before a digit as it may at the end.
 * \p{White_Space} and not \s: the reference (Unicode's property) has U+0085 and lacks U+FEFF.
 */
const PIECE =
  /\p{N}|'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?![^\p{White_Space}\p{N}])|\p{White_Space}+/gu;

/** The pieces of `text`, in order; together they are the whole text. */
export function splitPieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}
