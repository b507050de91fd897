// The token loop: prefix reuse, prefill, sampling, stop rules, streaming. Knows nothing of prompts' meaning or of connections.

import type { Decoder } from "../runtime/decoder.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { GenerationRequest, GenerationResult } from "./types.ts";

/** A decoder together with the tokens that its KV cache holds. Serves one generation at a time. */
export interface GenerationSession {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  cached: number[]; // ids whose keys and values are in the cache, by position
  busy: boolean;
}

export function createSession(decoder: Decoder, tokenizer: Tokenizer): GenerationSession {
  return { decoder, tokenizer, cached: [], busy: false };
}

/**
 * Generates after `request.promptTokens`. `onText` sees the text as it comes: whole characters, never a part of a stop sequence.
 * When `signal` fires it ends with what there is (stop "cancelled"); it does not throw Cancelled.
 * @throws UserError when the prompt does not fit into the KV cache
 */
export async function generate(
  _session: GenerationSession,
  _request: GenerationRequest,
  _onText: (text: string) => void,
  _signal: AbortSignal,
): Promise<GenerationResult> {
  throw new Error("not built yet");
}
