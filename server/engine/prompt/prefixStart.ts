// Chooses where the prefix begins when it is too long as a whole: as far back as fits, but only at a few possible places, so that typing does
// not move the start and the KV cache survives. Pure.

/**
 * Step sizes in lines: the start lies at a multiple of the step from the text's beginning. Smaller steps are used only where no such start fits.
 */
const LINE_STEPS = [16, 4, 1];
/** Step sizes in UTF-16 units from the line's beginning, for a single line that is too long. */
const CHAR_STEPS = [256, 16];
/** UTF-16 units per token beyond which nothing can fit; bounds the work on huge texts. */
const MAX_CHARS_PER_TOKEN = 16;

/**
 * Offset in `prefix` from which on it has at most `limitTokens` tokens.
 * @param encode ids of a text; called on parts of the prefix, then on the chosen text
 */
export function prefixStart(prefix: string, limitTokens: number, encode: (text: string) => number[]): number {
  const reach = Math.max(0, prefix.length - limitTokens * MAX_CHARS_PER_TOKEN);
  const fits = (start: number) => encode(prefix.slice(start)).length <= limitTokens;
  if (reach === 0 && fits(0)) return 0;
  for (const starts of candidates(prefix, reach)) {
    const found = furthestBack(prefix, starts, limitTokens, encode);
    const start = starts.slice(found).find(fits); // the sum over the parts may be a token or two less than the whole has
    if (start !== undefined) return start;
  }
  return prefix.length;
}

/** Lists of allowed starts at or after `reach`, ascending; the coarse lists first. */
function* candidates(prefix: string, reach: number): Generator<number[]> {
  const lines = [0];
  for (let at = prefix.indexOf("\n"); at >= 0; at = prefix.indexOf("\n", at + 1)) lines.push(at + 1);
  // The end of the text is not a start, even if a line begins there: a smaller step keeps more than nothing.
  const open = (start: number) => start >= reach && start < prefix.length;
  for (const step of LINE_STEPS) yield lines.filter((start, line) => line % step === 0 && open(start));
  const lastLine = lines[lines.length - 1];
  for (const step of CHAR_STEPS) {
    const starts: number[] = [];
    const first = lastLine + Math.ceil(Math.max(0, reach - lastLine) / step) * step;
    for (let start = first; start < prefix.length; start += step) starts.push(afterPair(prefix, start));
    yield starts;
  }
}

/** Index of the first of `starts` from which on the parts between them have at most `limitTokens` tokens in total. */
function furthestBack(
  prefix: string,
  starts: readonly number[],
  limitTokens: number,
  encode: (text: string) => number[],
): number {
  let sum = 0;
  let index = starts.length;
  while (index > 0) {
    sum += encode(prefix.slice(starts[index - 1], starts[index] ?? prefix.length)).length;
    if (sum > limitTokens) break;
    index--;
  }
  return index;
}

/** `at`, or the next offset where `at` would split a surrogate pair. */
function afterPair(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
}
