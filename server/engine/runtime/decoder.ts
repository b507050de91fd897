// The runtime's interface: a loaded decoder, and KV caches of a fixed capacity as values. Implementations: C API (koffi), stock binding.

import type { LowRankChange } from "../graph/lowRank.ts";
import type { ModelConfig } from "../models/config.ts";

/**
 * How many tokens of a prompt run at once. Twice as many are 9 % faster; but a cancelled chunk is lost, other requests wait for the chunk, and
 * its attention scores and logits take memory.
 */
export const CHUNK_TOKENS = 128;

/**
 * The same for a command while somebody types: a key waits for the chunk that is under way. A prompt then takes 1.4 times as long as in whole chunks.
 */
export const CHUNK_TOKENS_BESIDE_KEYS = 32;

/** Keys and values of one sequence of tokens. Its memory becomes resident as it is written: an empty cache costs almost nothing. */
export interface KvCache {
  readonly capacity: number; // positions
  /**
   * Copies keys and values of the first `length` positions. `other` may be in a run, as long as that run began at `length` or later.
   * @throws Error when `other` belongs to another decoder, or one of the two is disposed, or this one is in a run
   */
  copyFrom(other: KvCache, length: number): void;
  /** Releases the memory: at once, or after the run that is using it. */
  dispose(): void;
}

export interface Decoder {
  readonly config: ModelConfig;
  readonly capacity: number; // positions in each KV cache
  readonly device: string; // "cpu", "webgpu", …
  readonly runtime: string; // "c-api 1.30.0" or "binding 1.30.0"
  readonly fallbackReason?: string; // why the best or the requested way is not used; undefined where nothing fell back
  /** @throws UserError when there is no memory for it */
  createCache(): KvCache;
  /**
   * Runs `tokens` at positions [past, past + tokens.length) of `cache`, and writes their keys and values there (what was there is
   * overwritten: rewinding is calling with a smaller `past`). One run at a time, whatever the cache.
   * @param logitPositions indices into `tokens` whose logits are wanted
   * @returns [logitPositions.length, vocabSize], row-major; valid until the next run
   * @throws Cancelled when `signal` fires; the cache is then intact below `past` only
   */
  run(
    cache: KvCache,
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array>;
  /** Frees the model and all caches; a run that is under way ends first. */
  dispose(): void;
}

/** A decoder whose linear layers take an adapter's factors as inputs, on top of their own weights. */
export interface AdaptableDecoder extends Decoder {
  /**
   * Sets the change: from the next run on the model is its weights with `change`, or the plain model without one. What the caches hold was
   * computed with the earlier change; the decoder does not detect that it no longer matches.
   * @throws Error when a run is under way, or when `change` has a matrix that the model lacks
   */
  setAdapter(change: LowRankChange | undefined): void;
}
