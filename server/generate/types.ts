// Types of the token loop. `generate.ts` implements them.

import type { Sampling, StopReason } from "../protocol/messages.ts";

export interface GenerationRequest {
  promptTokens: readonly number[];
  maxTokens: number;
  sampling: Sampling;
  stop: readonly string[];
  deadlineMs?: number;
  healing?: boolean; // default true: the prompt's last token may be taken back and written again as a part of a longer one
}

export interface GenerationResult {
  text: string;
  tokens: number[]; // generated ids, the end-of-text token not among them
  stop: StopReason;
  cachedTokens: number; // prompt tokens found in the KV cache
  prefillMs: number;
  decodeMs: number;
  logProbs: number[];
}
