// Which of the tokens that the model wrote came to anything. Pure.

import { commonPrefixUnits } from "./ghostText.ts";
import type { ModelCall } from "./hostTap.ts";
import type { ShownAnswer } from "./record.ts";

const COMPARED_UNITS = 80; // before the place of a call, by which it is found again

export interface TokenUse {
  generated: number;
  thrownAway: number;
}

/**
 * A token counts as used where some ghost text came of its call and agrees with all that the call had written before it: it was shown, or it
 * was typed by hand until the answer was there. The end of text counts with the text that it ends. All others were thrown away: those of calls
 * that came to nothing, and what was written beyond the part that was shown.
 */
export function tokenUse(calls: readonly ModelCall[], shownAnswers: readonly ShownAnswer[]): TokenUse {
  const use = { generated: 0, thrownAway: 0 };
  for (const call of calls) {
    const generated = call.result?.tokens.generated ?? 0;
    const units = Math.max(0, ...shownAnswers.map((answer) => usedUnits(call, answer)));
    use.generated += generated;
    use.thrownAway += generated - usedTokens(call, units);
  }
  return use;
}

/** How much of a call's text, from its beginning, a shown suggestion agrees with; 0 where nothing of it reaches beyond the cursor. */
function usedUnits({ prefix, text }: ModelCall, { text: shown, cursor }: ShownAnswer): number {
  const before = prefix.slice(-COMPARED_UNITS);
  const at = shown.startsWith(before, prefix.length - before.length)
    ? prefix.length
    : shown.lastIndexOf(before) + before.length;
  if (at < before.length) return 0;
  const same = commonPrefixUnits(text, shown.slice(at));
  return at + same > cursor ? same : 0;
}

function usedTokens({ text, result }: ModelCall, units: number): number {
  if (!result || units === 0) return 0;
  const starts = [0, ...result.tokenEnds].slice(0, result.tokens.generated);
  return starts.filter((start) => start < units || units === text.length).length;
}
