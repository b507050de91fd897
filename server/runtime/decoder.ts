// The runtime's interface: a loaded decoder with a KV cache of fixed capacity. Implementations: C API (koffi), stock binding.

import type { ModelConfig } from "../models/config.ts";

export interface Decoder {
  readonly config: ModelConfig;
  readonly capacity: number; // positions in the KV cache
  readonly device: string; // "cpu", "webgpu", …
  readonly runtime: string; // "c-api 1.30.0" or "binding 1.30.0"
  readonly fallbackReason?: string; // why the stock binding serves instead of the C API; undefined where nothing fell back
  /**
   * Runs `tokens` at positions [past, past + tokens.length), writing their keys and values into the cache (what was there is overwritten:
   * rewinding is calling with a smaller `past`).
   * @param logitPositions indices into `tokens` whose logits are wanted
   * @returns [logitPositions.length, vocabSize], row-major; valid until the next run
   * @throws Cancelled when `signal` fires; the cache is then intact below `past` only
   */
  run(
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array>;
  dispose(): void;
}
