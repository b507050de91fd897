// What of a model's call goes to an engine elsewhere. Pure.

import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { ModelCall } from "../completionModel.ts";

/** Without what only the local model understands: nothing goes out that a server has no use for. */
export const sentOf = ({
  prompt,
  class: kind,
  asked,
  maxTokens,
  sampling,
  stop,
  deadlineMs,
}: ModelCall): ModelCall => ({
  prompt,
  ...(kind && { class: kind }),
  ...(asked && { asked }),
  maxTokens,
  sampling,
  stop,
  ...(deadlineMs !== undefined && { deadlineMs }),
});

/** Whether the text has to begin with given tokens or words. No server can be held to them, so such a call gets `NOTHING_WRITTEN`. */
export const isHeldTo = ({ forced, words }: ModelCall): boolean => forced !== undefined || words !== undefined;

export const NOTHING_WRITTEN: GenerateResult = {
  text: "",
  stop: "endOfText",
  tokens: { prompt: 0, cached: 0, generated: 0 },
  timingMs: { queue: 0, prefill: 0, decode: 0 },
  logProbs: [],
  tokenEnds: [],
};
