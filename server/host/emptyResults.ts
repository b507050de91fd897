// Results of requests that no model worked on. Values only.

import type { GenerateResult, WarmResult } from "./protocol/messages.ts";
import type { EndReason } from "./scheduler.ts";

/** The result of a generation that ended before it began. */
export function nothing(stop: EndReason | "noConversation", queueMs: number): GenerateResult {
  return {
    text: "",
    stop,
    tokens: { prompt: 0, cached: 0, generated: 0 },
    timingMs: { queue: queueMs, prefill: 0, decode: 0 },
    logProbs: [],
    tokenEnds: [],
  };
}

/** The result of a warm-up that did not finish. */
export const notRead = (stop: WarmResult["stop"], ms = 0): WarmResult => ({
  stop,
  tokens: { prompt: 0, cached: 0 },
  ms,
});
