// Which of Sotto's two models writes while somebody types: the strong one where it was measured to be fast enough. Pure: measures nothing and
// remembers nothing.

import type { Tier } from "../../host/protocol/tiers.ts";

/** What the strong model takes on this machine. */
export interface TierTimes {
  keyMs: number; // a key: `KEY_PROMPT_TOKENS` are in the cache, `KEY_READ_TOKENS` more are read and `KEY_WRITTEN_TOKENS` written
  promptMs: number; // `PROMPT_TOKENS` are read into an empty cache
}

export const KEY_PROMPT_TOKENS = 1_000;
export const KEY_READ_TOKENS = 2;
/** What is written for a key on the mean, counted at typed places: 7.6 tokens; nine keys of ten have 15 at most, half of them 5 (LOG, 2026-12-01). */
export const KEY_WRITTEN_TOKENS = 8;
export const PROMPT_TOKENS = 1_400;

/** Beyond these somebody who types notices that the suggestion comes late. */
export const TIER_LIMITS: TierTimes = { keyMs: 250, promptMs: 1_500 };

/** The reason is a part of a sentence. */
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

/** Rounded up, so that what is too late never reads as if it were in time. */
const inMs = (ms: number): string => `${Math.ceil(ms)} ms`;
const inSeconds = (ms: number): string => (Math.ceil(ms / 100) / 10).toFixed(1);
