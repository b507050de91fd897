// A decoder on a device that may disappear: when a run fails there, the processor takes its place, reads again what the cache held, and does
// the run. Whoever asked notices nothing but the time. Knows the tokens of each cache for that; knows no device.

import { Cancelled, runtimeFailed, UserError } from "../../../common/errors.ts";
import type { ModelConfig } from "../models/config.ts";
import { checkRun } from "../runtime/checkRun.ts";
import { CHUNK_TOKENS, type Decoder, type KvCache } from "../runtime/decoder.ts";

interface FallbackOptions {
  /** Loads the decoder that takes over. @throws UserError when that cannot be loaded either */
  load: () => Promise<Decoder>;
  onFallback: (reason: string) => void;
}

/** @param device runs until it fails for the first time, and is disposed then */
export const withFallback = (device: Decoder, options: FallbackOptions): Decoder =>
  new FallbackDecoder(device, options);

class FallbackCache implements KvCache {
  readonly capacity: number;
  tokens: number[] = []; // what it stands for, by position
  decoder: Decoder; // that `inner` belongs to
  inner: KvCache;
  held = 0; // so many of the tokens are in `inner`
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
  readonly #caches = new Set<KvCache>(); // those that are not disposed
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
      own.tokens.length = Math.min(own.tokens.length, past); // a run that fails leaves nothing dependable behind this
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

  /** The run on the decoder that serves now, after what its cache lacks of the tokens before. */
  async #runOn(
    cache: FallbackCache,
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    if (cache.decoder !== this.#decoder) {
      cache.decoder = this.#decoder;
      cache.inner = this.#decoder.createCache(); // the one before went with its decoder
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
    } catch {} // it is gone anyway
    this.#options.onFallback(this.fallbackReason);
  }
}

/** What a device says that is gone or out of memory; not a run that was cancelled, and not a caller's mistake. */
const isDeviceFailure = (error: unknown): error is UserError =>
  !(error instanceof Cancelled) && error instanceof UserError && error.code === "runtimeFailed";
