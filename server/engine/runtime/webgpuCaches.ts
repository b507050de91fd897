// The KV caches of a decoder on WebGPU: device buffers, which are copied and freed on the device. Copies are deferred to the next run, since the
// device can only be awaited. Knows no tokens and no model's graph.

import { CacheGraphNames, cacheParts } from "../graph/cacheGraphs.ts";
import type { ModelConfig } from "../models/config.ts";
import type { KvCache } from "./decoder.ts";
import type { GraphSession, GraphTensor } from "./graphSession.ts";

/** The graphs that create and copy buffers on the device. */
export interface CacheGraphs {
  empty: GraphSession; // creates the keys or the values of a layer's cache
  copy: GraphSession; // copies a whole cache
  tensors: { float32(data: Float32Array, shape: readonly number[]): GraphTensor };
}

/** A requested copy. Until it is carried out, nothing has changed on the device. */
interface PendingCopy {
  from: WebGpuCache;
  to: WebGpuCache;
}

export class WebGpuCache implements KvCache {
  readonly capacity: number;
  buffers: GraphTensor[] | undefined; // on the device, keys of layer 0, values of layer 0, …; none before the first run
  readonly #caches: WebGpuCaches;

  constructor(caches: WebGpuCaches) {
    this.capacity = caches.capacity;
    this.#caches = caches;
  }

  copyFrom(other: KvCache, length: number): void {
    this.#caches.copy(other, this, length);
  }

  dispose(): void {
    this.#caches.dispose(this);
  }
}

export class WebGpuCaches {
  readonly capacity: number; // positions in each buffer
  running: WebGpuCache | undefined; // the cache that a run is using
  readonly #config: ModelConfig;
  readonly #graphs: CacheGraphs;
  readonly #caches = new Set<KvCache>(); // the caches that are not disposed
  readonly #doomed = new Set<WebGpuCache>(); // caches that are disposed, but not freed yet
  #copies: PendingCopy[] = [];
  #copying: PendingCopy | undefined; // the copy being carried out

  constructor(graphs: CacheGraphs, config: ModelConfig, capacity: number) {
    this.#graphs = graphs;
    this.#config = config;
    this.capacity = capacity;
  }

  create(): WebGpuCache {
    const cache = new WebGpuCache(this);
    this.#caches.add(cache);
    return cache;
  }

  /** @throws Error when the cache is disposed, or belongs to another decoder */
  own(cache: KvCache): WebGpuCache {
    if (!this.#caches.has(cache)) throw new Error("the cache is disposed, or of another decoder");
    return cache as WebGpuCache;
  }

  /** Implements `KvCache.copyFrom`; always copies all positions. */
  copy(from: KvCache, to: KvCache, length: number): void {
    if (this.running === to) throw new Error("the cache is in a run");
    const copy = { from: this.own(from), to: this.own(to) };
    if (!Number.isInteger(length) || length < 0 || length > this.capacity) {
      throw new RangeError(`${length} positions cannot be copied between caches of ${this.capacity}`);
    }
    this.#copies.push(copy);
  }

  dispose(cache: WebGpuCache): void {
    if (!this.#caches.delete(cache)) return;
    this.#doomed.add(cache);
    this.#dropCopies();
    this.sweep();
  }

  disposeAll(): void {
    for (const cache of this.#caches) cache.dispose();
  }

  /** The cache's buffers, after all pending copies into it. To be called only in a run. */
  async settle(cache: WebGpuCache): Promise<readonly GraphTensor[]> {
    for (let copy = this.#copies.shift(); copy; copy = this.#copies.shift()) {
      this.#copying = copy;
      try {
        await this.#doCopy(copy);
      } catch (error) {
        this.#copies.unshift(copy); // the copy stays pending
        throw error;
      } finally {
        this.#copying = undefined;
      }
      this.sweep();
    }
    cache.buffers ??= await this.#emptyBuffers();
    return cache.buffers;
  }

  /** Frees disposed caches, unless a run or a copy is using them or something must still be copied from them. */
  sweep(): void {
    for (const cache of this.#doomed) {
      if (this.running === cache || this.#copying?.from === cache || this.#copying?.to === cache) continue;
      if (this.#copies.some(({ from }) => from === cache)) continue;
      this.#doomed.delete(cache);
      for (const buffer of cache.buffers ?? []) buffer.dispose();
      cache.buffers = undefined;
    }
  }

  /** Drops copies into disposed caches, unless something must still be copied from those. */
  #dropCopies(): void {
    const wanted: PendingCopy[] = [];
    for (const copy of this.#copies.toReversed()) {
      if (this.#caches.has(copy.to) || wanted.some(({ from }) => from === copy.to)) wanted.unshift(copy);
    }
    this.#copies = wanted;
  }

  async #doCopy({ from, to }: PendingCopy): Promise<void> {
    if (!from.buffers) return; // no run has used it: it is empty
    to.buffers ??= await this.#emptyBuffers();
    const inputs = from.buffers.map((buffer, part) => [CacheGraphNames.from(part), buffer]);
    const outputs = to.buffers.map((buffer, part) => [CacheGraphNames.to(part), buffer]);
    await this.#graphs.copy.run(Object.fromEntries(inputs), Object.fromEntries(outputs));
  }

  async #emptyBuffers(): Promise<GraphTensor[]> {
    const inputs = { [CacheGraphNames.zero]: this.#graphs.tensors.float32(new Float32Array(1), [1, 1, 1, 1]) };
    const buffers: GraphTensor[] = [];
    try {
      for (const _ of cacheParts(this.#config)) {
        buffers.push((await this.#graphs.empty.run(inputs, { [CacheGraphNames.empty]: null }))[CacheGraphNames.empty]);
      }
      return buffers;
    } catch (error) {
      for (const buffer of buffers) buffer.dispose(); // there was memory for these only
      throw error;
    }
  }
}
