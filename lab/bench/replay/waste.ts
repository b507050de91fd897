// Which of the generated tokens were used. Pure.

import { commonPrefixUnits } from "../../../common/util/differingPart.ts";
import type { ModelCall } from "./hostTap.ts";
import type { HunkRecord, ShownAnswer } from "./record.ts";

const COMPARED_UNITS = 80; // before the place of a call, by which it is found again

export interface TokenUse {
  generated: number;
  thrownAway: number; // all that came to nothing:
  unanswered: number; // no answer in time came of their call
  withheld: number; // one did, and it was to show nothing
  beyond: number; // after the end of what was shown
}

/**
 * A token counts as used where some ghost text came of its call and agrees with all that the call had written before it: it was shown, or it
 * was typed by hand until the answer was there. The end of text counts with the text that it ends. All others were thrown away.
 */
export function tokenUse({ calls, shownAnswers, emptyAnswers }: HunkRecord): TokenUse {
  const use = { generated: 0, thrownAway: 0, unanswered: 0, withheld: 0, beyond: 0 };
  for (const call of calls) {
    const generated = call.result?.tokens.generated ?? 0;
    const units = Math.max(0, ...shownAnswers.map((answer) => usedUnits(call, answer)));
    const thrownAway = generated - usedTokens(call, units);
    const isAnswered = emptyAnswers.some((text) => isPlaceOf(call, text));
    use.generated += generated;
    use.thrownAway += thrownAway;
    use[units > 0 ? "beyond" : isAnswered ? "withheld" : "unanswered"] += thrownAway;
  }
  return use;
}

/** Whether a text up to the cursor is a call's prompt and as much of what it wrote as was typed since. */
function isPlaceOf({ prefix, text }: ModelCall, upToCursor: string): boolean {
  const at = placeOf(prefix, upToCursor);
  return at !== undefined && text.startsWith(upToCursor.slice(at));
}

/** How much of a call's text, from its beginning, a shown suggestion agrees with; 0 where nothing of it reaches beyond the cursor. */
function usedUnits({ prefix, text }: ModelCall, { text: shown, cursor }: ShownAnswer): number {
  const at = placeOf(prefix, shown);
  if (at === undefined) return 0;
  const same = commonPrefixUnits(text, shown.slice(at));
  return at + same > cursor ? same : 0;
}

function usedTokens({ text, result }: ModelCall, units: number): number {
  if (!result || units === 0) return 0;
  const starts = [0, ...result.tokenEnds].slice(0, result.tokens.generated);
  return starts.filter((start) => start < units || units === text.length).length;
}

/** Where a prompt's end stands in a document's text; the prompt may have been cut at its beginning. */
function placeOf(prefix: string, text: string): number | undefined {
  const before = prefix.slice(-COMPARED_UNITS);
  if (text.startsWith(before, prefix.length - before.length)) return prefix.length;
  const at = text.lastIndexOf(before);
  return at === -1 ? undefined : at + before.length;
}
