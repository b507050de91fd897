// The KV caches of a decoder on WebGPU: buffers of the device, copied and freed there. Copies are done before the next run, since the device
// can only be waited for. Knows no tokens and no model's graph.

import { CacheGraphNames, cacheParts } from "../graph/cacheGraphs.ts";
import type { ModelConfig } from "../models/config.ts";
import type { KvCache } from "./decoder.ts";
import type { GraphSession, GraphTensor } from "./graphSession.ts";

/** What makes and copies buffers on the device. */
export interface CacheGraphs {
  empty: GraphSession; // makes half of a layer's cache
  copy: GraphSession; // copies a whole cache
  tensors: { float32(data: Float32Array, shape: readonly number[]): GraphTensor };
}

/** A copy that was asked for. Until it is done, nothing has changed on the device. */
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
  readonly capacity: number; // positions in each
  running: WebGpuCache | undefined; // that a run is using
  readonly #config: ModelConfig;
  readonly #graphs: CacheGraphs;
  readonly #caches = new Set<KvCache>(); // those that are not disposed
  readonly #doomed = new Set<WebGpuCache>(); // those that are disposed, and not freed yet
  #copies: PendingCopy[] = [];
  #copying: PendingCopy | undefined; // the one that is being made

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

  /** @throws Error when it is disposed, or of another decoder */
  own(cache: KvCache): WebGpuCache {
    if (!this.#caches.has(cache)) throw new Error("the cache is disposed, or of another decoder");
    return cache as WebGpuCache;
  }

  /** What `KvCache.copyFrom` says; all positions are copied. */
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

  /** The cache's buffers, with all that was to be copied. Only in a run. */
  async settle(cache: WebGpuCache): Promise<readonly GraphTensor[]> {
    for (let copy = this.#copies.shift(); copy; copy = this.#copies.shift()) {
      this.#copying = copy;
      try {
        await this.#doCopy(copy);
      } catch (error) {
        this.#copies.unshift(copy); // it is still owed
        throw error;
      } finally {
        this.#copying = undefined;
      }
      this.sweep();
    }
    cache.buffers ??= await this.#emptyBuffers();
    return cache.buffers;
  }

  /** Frees what is disposed, unless a run or a copy is using it or something has still to be copied from it. */
  sweep(): void {
    for (const cache of this.#doomed) {
      if (this.running === cache || this.#copying?.from === cache || this.#copying?.to === cache) continue;
      if (this.#copies.some(({ from }) => from === cache)) continue;
      this.#doomed.delete(cache);
      for (const buffer of cache.buffers ?? []) buffer.dispose();
      cache.buffers = undefined;
    }
  }

  /** Those into what is disposed, unless something is still to be copied from there. */
  #dropCopies(): void {
    const wanted: PendingCopy[] = [];
    for (const copy of this.#copies.toReversed()) {
      if (this.#caches.has(copy.to) || wanted.some(({ from }) => from === copy.to)) wanted.unshift(copy);
    }
    this.#copies = wanted;
  }

  async #doCopy({ from, to }: PendingCopy): Promise<void> {
    if (!from.buffers) return; // it was never run in: there is nothing in it
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
      for (const buffer of buffers) buffer.dispose(); // there was memory for some
      throw error;
    }
  }
}
