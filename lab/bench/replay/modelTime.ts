// The part of the model's time that could have been saved. Pure.

import type { ModelCall } from "./hostTap.ts";

/** A prompt with more tokens that the KV cache lacks was changed before its end, or is the first one of its place. */
const READ_ANEW_TOKENS = 300;

export interface ModelTime {
  ms: number; // in the decoder, by the host's clock
  readAnewCalls: number;
  readAnewMs: number; // of their reading
  repeatedCalls: number; // that wrote again what the one before had written after what was typed since
  repeatedTokens: number; // that these generated
}

/** @param calls of one hunk, in their order */
export function modelTime(calls: readonly ModelCall[]): ModelTime {
  const time: ModelTime = { ms: 0, readAnewCalls: 0, readAnewMs: 0, repeatedCalls: 0, repeatedTokens: 0 };
  let before: ModelCall | undefined;
  for (const call of calls) {
    if (!call.result) continue;
    const { tokens, timingMs } = call.result;
    time.ms += timingMs.prefill + timingMs.decode;
    if (tokens.prompt - tokens.cached > READ_ANEW_TOKENS) {
      time.readAnewCalls++;
      time.readAnewMs += timingMs.prefill;
    }
    if (tokens.generated === 0) continue;
    if (before && isRepeated(before, call)) {
      time.repeatedCalls++;
      time.repeatedTokens += tokens.generated;
    }
    before = call;
  }
  return time;
}

function isRepeated(before: ModelCall, { prefix, text }: ModelCall): boolean {
  const typed = prefix.length - before.prefix.length;
  if (typed <= 0 || typed >= before.text.length || !prefix.endsWith(before.text.slice(0, typed))) return false;
  const rest = before.text.slice(typed);
  return text !== "" && (rest.startsWith(text) || text.startsWith(rest));
}
