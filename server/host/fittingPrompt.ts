// How much context a request gets on a busy machine: as much as can be read before its deadline, so that less context is used and never all of the
// time for nothing. What the KV cache holds costs nothing. Packs nothing itself.

import type { PackedPrompt } from "../engine/prompt/packPrompt.ts";

/** Shares of the usual budget that are tried, the largest first. Few, so that the prompts of a machine that is busy now and then stay the same. */
const SHARES = [1, 0.5, 0.25];

/** The part of its deadline that a request may spend on reading: a person who has asked waits longer than one who types. */
const READING_SHARE = { typing: 1 / 6, asked: 1 / 2 };

export interface FittingOptions {
  budgetTokens: number;
  asked: boolean;
  deadlineMs: number | undefined; // what is left of it; undefined: nobody waits
  msPerToken: number | undefined; // undefined: nothing was read yet
  /** How many tokens of a prompt need not be read. */
  cached: (tokens: readonly number[]) => number;
  pack: (budgetTokens: number) => PackedPrompt;
}

/** The prompt with the largest budget that can be read in time, or with the smallest one. */
export function fittingPrompt({
  budgetTokens,
  asked,
  deadlineMs,
  msPerToken,
  cached,
  pack,
}: FittingOptions): PackedPrompt {
  const whole = pack(budgetTokens);
  if (deadlineMs === undefined || msPerToken === undefined) return whole;
  const readingMs = deadlineMs * (asked ? READING_SHARE.asked : READING_SHARE.typing);
  const fits = ({ tokens }: PackedPrompt) => (tokens.length - cached(tokens)) * msPerToken <= readingMs;
  let packed = whole;
  for (const share of SHARES) {
    if (share < 1) packed = pack(Math.floor(budgetTokens * share));
    if (fits(packed)) break;
  }
  return packed;
}
