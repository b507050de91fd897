// Chooses where the suffix ends when it is too long as a whole: after as many blocks of lines as fit, so that the end seldom changes and the KV
// cache of what follows in the prompt survives. Pure.

/** Step sizes in lines: the end lies at a multiple of the step from the cursor. Smaller steps are used only where no such end fits. */
const LINE_STEPS = [8, 4, 2, 1];
/** Step sizes in UTF-16 units, for a first line that is too long by itself. */
const CHAR_STEPS = [256, 16];

/**
 * Offset in `suffix` up to which it has at most `limitTokens` tokens; 0 where nothing fits.
 * @param encode ids of a text; called on beginnings of the suffix, at most about twice as long as what fits
 */
export function suffixEnd(suffix: string, limitTokens: number, encode: (text: string) => number[]): number {
  if (limitTokens <= 0) return 0;
  const fits = (end: number) => encode(suffix.slice(0, end)).length <= limitTokens;
  for (const step of LINE_STEPS) {
    const end = furthest(lineEnds(suffix, step), fits);
    if (end > 0) return end;
  }
  for (const step of CHAR_STEPS) {
    const end = furthest(charEnds(suffix, step), fits);
    if (end > 0) return end;
  }
  return 0;
}

/** The last of the ascending `ends` before the first that does not fit. */
function furthest(ends: Iterable<number>, fits: (end: number) => boolean): number {
  let last = 0;
  for (const end of ends) {
    if (!fits(end)) break;
    last = end;
  }
  return last;
}

/** Ends after each `step` lines, and the end of the text. */
function* lineEnds(text: string, step: number): Generator<number> {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    if (++lines % step === 0) yield at + 1;
  }
  yield text.length;
}

function* charEnds(text: string, step: number): Generator<number> {
  for (let end = step; end < text.length; end += step) {
    const unit = text.charCodeAt(end);
    yield unit >= 0xdc00 && unit <= 0xdfff ? end - 1 : end; // never between the two halves of a pair
  }
}
