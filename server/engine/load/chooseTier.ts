// Decides which of Sotto's two models writes suggestions while you type: the strong one if it was measured to be fast enough. Pure: measures
// nothing and remembers nothing.

import type { Tier } from "../../host/protocol/tiers.ts";

/** How long the strong model takes on this machine. */
export interface TierTimes {
  keyMs: number; // time for a key: `KEY_PROMPT_TOKENS` are in the cache, `KEY_READ_TOKENS` more are read and `KEY_WRITTEN_TOKENS` written
  promptMs: number; // time to read `PROMPT_TOKENS` into an empty cache
}

export const KEY_PROMPT_TOKENS = 1_000;
export const KEY_READ_TOKENS = 2;
/** Tokens written for a key: the mean counted at typed places is 7.6; nine keys of ten have 15 at most, half of them 5 (LOG, 2026-12-01). */
export const KEY_WRITTEN_TOKENS = 8;
export const PROMPT_TOKENS = 1_400;

/** Beyond these times a person who types notices that the suggestion is late. */
export const TIER_LIMITS: TierTimes = { keyMs: 250, promptMs: 1_500 };

/** The reason is a sentence fragment. */
export interface TierDecision {
  tier: Tier;
  reason: string;
}

export function chooseTier(times: TierTimes, limits: TierTimes = TIER_LIMITS): TierDecision {
  const { keyMs, promptMs } = times;
  const late = [
    ...(keyMs <= limits.keyMs ? [] : [`takes ${inMs(keyMs)} for a key here, more than ${limits.keyMs}`]),
    ...(promptMs <= limits.promptMs
      ? []
      : [`reads a new place in ${inSeconds(promptMs)} s here, more than ${inSeconds(limits.promptMs)}`]),
  ];
  if (late.length > 0) return { tier: "quick", reason: `strong ${late.join(", and ")}` };
  return {
    tier: "strong",
    reason: `it takes ${inMs(keyMs)} for a key here, and ${inSeconds(promptMs)} s for a new place`,
  };
}

/** Rounded up, so that a time over the limit never reads as if it were within. */
const inMs = (ms: number): string => `${Math.ceil(ms)} ms`;
const inSeconds = (ms: number): string => (Math.ceil(ms / 100) / 10).toFixed(1);
