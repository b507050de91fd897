// Results without a token: of calls that no model worked on, or whose text arrived without the rest. Values only.

import type { GenerateResult, StopReason, WarmResult } from "./messages.ts";

/** A result of which only its text, its end and its times are known. */
export const untold = (
  text: string,
  stop: StopReason,
  timingMs: Partial<GenerateResult["timingMs"]> = {},
): GenerateResult => ({
  text,
  stop,
  tokens: { prompt: 0, cached: 0, generated: 0 },
  timingMs: { queue: 0, prefill: 0, decode: 0, ...timingMs },
  logProbs: [],
  tokenEnds: [],
});

/** The result of a generation that ended before it began. */
export const nothing = (stop: StopReason, queueMs = 0): GenerateResult => untold("", stop, { queue: queueMs });

/** The result of a warm-up that did not finish. */
export const notRead = (stop: WarmResult["stop"], ms = 0): WarmResult => ({
  stop,
  tokens: { prompt: 0, cached: 0 },
  ms,
});
