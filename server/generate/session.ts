// A decoder together with the tokens that its KV cache holds: runs tokens in chunks and keeps that record true, whatever happens.
// Samples nothing.

import type { Decoder } from "../runtime/decoder.ts";
import { HealingTable } from "../tokenizer/healing.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** Serves one generation at a time. */
export interface GenerationSession {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly healing: HealingTable;
  cached: number[]; // ids whose keys and values are in the cache, by position
  busy: boolean;
}

export function createSession(decoder: Decoder, tokenizer: Tokenizer): GenerationSession {
  return { decoder, tokenizer, healing: new HealingTable(tokenizer), cached: [], busy: false };
}

const CHUNK_TOKENS = 256; // larger ones are not faster, and a cancelled one costs more

/** How many of `tokens` are in the cache already, from the first on. */
export function cachedLength(session: GenerationSession, tokens: readonly number[]): number {
  const end = Math.min(session.cached.length, tokens.length);
  let length = 0;
  while (length < end && session.cached[length] === tokens[length]) length++;
  return length;
}

/**
 * Runs `tokens` at the positions from `past` on, in chunks, and yields to the event loop after each.
 * @returns the logits after the last of them, [vocab]; valid until the next run
 * @throws Cancelled when `signal` fires
 */
export async function runTokens(
  session: GenerationSession,
  tokens: readonly number[],
  past: number,
  signal: AbortSignal,
): Promise<Float32Array> {
  let logits = new Float32Array();
  for (let start = 0; start < tokens.length; start += CHUNK_TOKENS) {
    const chunk = tokens.slice(start, start + CHUNK_TOKENS);
    const isLast = start + chunk.length === tokens.length;
    session.cached.length = past + start; // a run that fails leaves nothing dependable behind this
    logits = (await session.decoder.run(
      chunk,
      past + start,
      isLast ? [chunk.length - 1] : [],
      signal,
    )) as typeof logits;
    session.cached.push(...chunk);
    await new Promise(setImmediate); // a cancel that waits behind microtasks would never be seen
  }
  return logits;
}
