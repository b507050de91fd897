// Types of the token loop. `generate.ts` implements them.

import type { RequestClass, Sampling, StopReason } from "../../host/protocol/messages.ts";

export interface GenerationRequest {
  promptTokens: readonly number[];
  maxTokens: number;
  sampling: Sampling; // without a seed, a completion's is made from its prompt
  stop: readonly string[];
  kind?: RequestClass; // default "completion"; decides which slots of the KV cache may be given up for it
  /**
   * The caller's permission to use the decoder, awaited before each run; it lasts until the next call, or until the generation ends. So
   * several can be under way at a time. It throws Cancelled where waiting on is pointless. Without it, one generation is under way at a time.
   */
  turn?: () => Promise<void>;
  lookup?: readonly (readonly number[])[]; // texts that the answer may repeat: guesses are taken from them, as from the prompt
  speculation?: boolean; // default true: guessed tokens run along, which changes the speed and nothing else
  healing?: boolean; // default true: the prompt's last tokens may be taken back and written again as parts of others
}

export interface GenerationResult {
  text: string;
  tokens: number[]; // generated ids, the end-of-text token not among them
  stop: StopReason;
  cachedTokens: number; // prompt tokens found in the KV cache
  prefillMs: number;
  decodeMs: number;
  logProbs: number[];
  tokenEnds: number[]; // one for each token: UTF-16 units of `text` that were certain after it
  speculation: SpeculationCounts;
}

export interface SpeculationCounts {
  runs: number; // of the decoder from the one that gives the first token on
  guessed: number; // tokens that ran along on trial
  accepted: number; // of these, those that were right
}
