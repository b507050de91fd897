// What of a model's call goes to an engine elsewhere. Pure.

import { nothing } from "../../../server/host/protocol/emptyResults.ts";
import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { ModelCall } from "../completionModel.ts";

/**
 * Without what only the local model understands: nothing goes out that a server has no use for.
 * @param contextTokens of the server's model, half of which is the most that it can write
 */
export function sentOf(call: ModelCall, contextTokens: number): ModelCall {
  const { prompt, class: kind, editor, asked, maxTokens, sampling, stop, deadlineMs } = call;
  return {
    prompt,
    ...(kind && { class: kind }),
    ...(editor !== undefined && { editor }), // ends an older call; it stays here
    ...(asked && { asked }),
    maxTokens: Math.min(maxTokens, contextTokens >> 1),
    sampling,
    stop,
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}

/** Whether the text has to begin with given tokens or words. No server can be held to them, so such a call gets `NOTHING_WRITTEN`. */
export const isHeldTo = ({ forced, words }: ModelCall): boolean => forced !== undefined || words !== undefined;

export const NOTHING_WRITTEN: GenerateResult = nothing("endOfText");
