// A decoder on a device that may disappear. When a run fails there, the processor takes over: it reads again what the cache held, and repeats
// the run. The caller notices only the time. Keeps the tokens of each cache for that; knows no device.

import { Cancelled, runtimeFailed, UserError } from "../../../common/errors.ts";
import type { ModelConfig } from "../models/config.ts";
import { checkRun } from "../runtime/checkRun.ts";
import { CHUNK_TOKENS, type Decoder, type KvCache } from "../runtime/decoder.ts";

interface FallbackOptions {
  /** Loads the decoder that takes over. @throws UserError when that cannot be loaded either */
  load: () => Promise<Decoder>;
  onFallback: (reason: string) => void;
}

/** @param device runs until it fails for the first time, and is then disposed */
export const withFallback = (device: Decoder, options: FallbackOptions): Decoder =>
  new FallbackDecoder(device, options);

class FallbackCache implements KvCache {
  readonly capacity: number;
  tokens: number[] = []; // the tokens that the cache stands for, by position
  decoder: Decoder; // the decoder that `inner` belongs to
  inner: KvCache;
  held = 0; // how many of the tokens are in `inner`
  readonly #owner: FallbackDecoder;

  constructor(owner: FallbackDecoder, decoder: Decoder) {
    this.capacity = owner.capacity;
    this.#owner = owner;
    this.decoder = decoder;
    this.inner = decoder.createCache();
  }

  copyFrom(other: KvCache, length: number): void {
    const from = this.#owner.own(other);
    this.#owner.own(this);
    if (!Number.isInteger(length) || length < 0 || length > this.capacity) {
      throw new RangeError(`${length} positions cannot be copied between caches of ${this.capacity}`);
    }
    const isInner = from.decoder === this.decoder && from.held >= length;
    if (isInner) this.inner.copyFrom(from.inner, length);
    this.tokens = from.tokens.slice(0, length);
    this.held = isInner ? length : 0;
  }

  dispose(): void {
    this.#owner.disposeCache(this);
  }
}

class FallbackDecoder implements Decoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  fallbackReason?: string;
  readonly #options: FallbackOptions;
  readonly #caches = new Set<KvCache>(); // the caches that are not disposed
  #decoder: Decoder;
  #hasFallenBack = false;
  #running: FallbackCache | undefined;
  #disposed = false;

  constructor(device: Decoder, options: FallbackOptions) {
    this.config = device.config;
    this.capacity = device.capacity;
    this.#decoder = device;
    this.#options = options;
  }

  get device(): string {
    return this.#decoder.device;
  }

  get runtime(): string {
    return this.#decoder.runtime;
  }

  createCache(): KvCache {
    if (this.#disposed) throw runtimeFailed("the model is not loaded any more");
    const cache = new FallbackCache(this, this.#decoder);
    this.#caches.add(cache);
    return cache;
  }

  async run(
    cache: KvCache,
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    if (this.#running) throw new Error("a run is under way");
    const own = this.own(cache);
    checkRun(this, tokens, past, logitPositions);
    this.#running = own;
    try {
      own.tokens.length = Math.min(own.tokens.length, past); // after a failed run, only the positions before this one are reliable
      own.held = Math.min(own.held, past);
      try {
        return await this.#runOn(own, tokens, past, logitPositions, signal);
      } catch (error) {
        if (this.#hasFallenBack || this.#disposed || !isDeviceFailure(error)) throw error;
        await this.#fallBack(error.message);
        return await this.#runOn(own, tokens, past, logitPositions, signal);
      }
    } finally {
      this.#running = undefined;
      if (!this.#caches.has(own)) own.inner.dispose();
      if (this.#disposed) this.#decoder.dispose();
    }
  }

  disposeCache(cache: FallbackCache): void {
    if (this.#caches.delete(cache) && this.#running !== cache) cache.inner.dispose();
  }

  dispose(): void {
    this.#disposed = true;
    if (!this.#running) this.#decoder.dispose();
  }

  own(cache: KvCache): FallbackCache {
    if (!this.#caches.has(cache)) throw new Error("the cache is disposed, or of another decoder");
    return cache as FallbackCache;
  }

  /** Does the run on the current decoder, after the earlier tokens that its cache lacks. */
  async #runOn(
    cache: FallbackCache,
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    if (cache.decoder !== this.#decoder) {
      cache.decoder = this.#decoder;
      cache.inner = this.#decoder.createCache(); // the cache before was disposed with its decoder
      cache.held = 0;
    }
    while (cache.held < Math.min(past, cache.tokens.length)) {
      const chunk = cache.tokens.slice(cache.held, Math.min(past, cache.held + CHUNK_TOKENS));
      await this.#decoder.run(cache.inner, chunk, cache.held, [], signal);
      cache.held += chunk.length;
    }
    const logits = await this.#decoder.run(cache.inner, tokens, past, logitPositions, signal);
    cache.tokens.push(...tokens);
    cache.held = cache.tokens.length;
    return logits;
  }

  async #fallBack(reason: string): Promise<void> {
    const { device } = this.#decoder;
    const processor = await this.#options.load();
    this.#hasFallenBack = true;
    this.fallbackReason = `${device} failed in a run (${reason})`;
    const lost = this.#decoder;
    this.#decoder = processor;
    try {
      lost.dispose();
    } catch {} // the device is gone anyway
    this.#options.onFallback(this.fallbackReason);
  }
}

/** Whether an error means that the device is gone or out of memory, rather than a cancelled run or a caller's mistake. */
const isDeviceFailure = (error: unknown): error is UserError =>
  !(error instanceof Cancelled) && error instanceof UserError && error.code === "runtimeFailed";
