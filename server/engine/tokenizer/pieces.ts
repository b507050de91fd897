// Cuts text into the pieces within which tokens are merged, by the steps of a tokenizer's file, one after the other. Owns the cutting; knows no
// vocabulary and no file.

/** Cuts a text into pieces that together are the whole text. */
export type Splitter = (text: string) => string[];

/*
 * SmolLM2 cuts in two stages: first it isolates every number character, then it applies GPT-2's pattern to the text between. One pattern does
 * the same: a space before a digit stays alone, because digits come first and a run of white space may end before a digit as it may at the end.
 * \p{White_Space} and not \s: the reference (Unicode's property) has U+0085 and lacks U+FEFF.
 */
const PIECE =
  /\p{N}|'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?![^\p{White_Space}\p{N}])|\p{White_Space}+/gu;

/** The pieces of `text` as SmolLM2 and StarCoder cut it, in order; together they are the whole text. */
export function splitPieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/**
 * Cuts by each of the patterns in turn: each match becomes a piece, and so does the text between two matches. Each pattern sees one piece at a
 * time.
 */
export function splitByPatterns(patterns: readonly RegExp[]): Splitter {
  return (text) => {
    let pieces = text === "" ? [] : [text];
    for (const pattern of patterns) {
      const finer: string[] = [];
      for (const piece of pieces) isolate(piece, pattern, finer);
      pieces = finer;
    }
    return pieces;
  };
}

/** @param pattern with the flag g */
function isolate(text: string, pattern: RegExp, pieces: string[]): void {
  const matches = text.match(pattern) ?? [];
  let matched = 0;
  for (const match of matches) matched += match.length;
  if (matched === text.length) {
    for (const match of matches) if (match !== "") pieces.push(match);
    return;
  }
  let at = 0; // offset up to which `text` has been cut
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (match === "") continue;
    if (index > at) pieces.push(text.slice(at, index));
    pieces.push(match);
    at = index + match.length;
  }
  if (at < text.length) pieces.push(text.slice(at));
}
