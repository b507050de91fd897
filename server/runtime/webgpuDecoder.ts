// A decoder on a graphics processor, over the stock binding's WebGPU provider. The KV caches live on the device: their buffers are fed to each
// run as past and taken from it as present, so only tokens go there and only logits come back. A run holds the event loop: `signal` is seen
// between runs only. The device's kernels sum in another order for one row than for many, so logits differ by rounding from chunk to chunk.

import type { ComputeForm } from "../graph/computeForm.ts";
import { CacheGraphNames, cacheParts, copyCacheGraph, emptyCacheGraph } from "../graph/cacheGraphs.ts";
import { type GpuForm, GraphNames } from "../graph/decoderGraph.ts";
import type { ModelConfig } from "../models/config.ts";
import { Cancelled, runtimeFailed, UserError } from "../protocol/errors.ts";
import { SUPPORTED_VERSION } from "./cApi.ts";
import { checkRun } from "./checkRun.ts";
import type { Decoder, KvCache } from "./decoder.ts";
import { createGraphSession, type GraphSession, type GraphTensor, tensorFactory } from "./graphSession.ts";

/** What the decoder runs, and how it makes its inputs; tests have others. */
export interface DeviceGraphs {
  decoder: GraphSession;
  empty: GraphSession; // makes half of a layer's cache
  copy: GraphSession; // copies a whole cache
  tensors: Awaited<ReturnType<typeof tensorFactory>>;
}

interface WebGpuOptions {
  form: GpuForm;
  capacity: number;
  mostRows?: number; // tokens in one run of the graph; more are run in pieces. Default: as many as are asked for
  adapter?: string; // the graphics processor's name, for the status
}

/** @throws UserError when there is no WebGPU device, or it cannot run one of the graphs */
export async function loadWebGpuDecoder(
  computed: ComputeForm,
  config: ModelConfig,
  options: WebGpuOptions,
): Promise<Decoder> {
  const { form, capacity } = options;
  const open = (graph: Uint8Array | string, onDevice: string[] = []) =>
    createGraphSession(graph, { device: "webgpu", threads: 1, onDevice });
  const opened: GraphSession[] = [];
  try {
    opened.push(await open(computed.graphPath));
    opened.push(await open(emptyCacheGraph(config, form, capacity), [CacheGraphNames.empty]));
    opened.push(await open(copyCacheGraph(config, form, capacity)));
    const [decoder, empty, copy] = opened;
    return new WebGpuDecoder({ decoder, empty, copy, tensors: await tensorFactory() }, config, options);
  } catch (error) {
    for (const session of opened) await session.release();
    throw error;
  }
}

const pastName = (part: number) => (part % 2 === 0 ? GraphNames.pastKey : GraphNames.pastValue)(part >> 1);
const presentName = (part: number) => (part % 2 === 0 ? GraphNames.presentKey : GraphNames.presentValue)(part >> 1);

class WebGpuCache implements KvCache {
  readonly capacity: number;
  buffers: GraphTensor[] | undefined; // on the device, one for each part; none before the first run
  readonly #decoder: WebGpuDecoder;

  constructor(decoder: WebGpuDecoder) {
    this.capacity = decoder.capacity;
    this.#decoder = decoder;
  }

  copyFrom(other: KvCache, length: number): void {
    this.#decoder.copy(other, this, length);
  }

  dispose(): void {
    this.#decoder.disposeCache(this);
  }

  /** Gives the device its memory back. */
  free(): void {
    for (const buffer of this.buffers ?? []) buffer.dispose();
    this.buffers = undefined;
  }
}

/** A copy that was asked for. It is done before the next run, since the device can only be waited for; until then nothing has changed there. */
interface PendingCopy {
  from: WebGpuCache;
  to: WebGpuCache;
}

export class WebGpuDecoder implements Decoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  readonly device = "webgpu";
  readonly runtime: string;
  readonly #graphs: DeviceGraphs;
  readonly #mostRows: number;
  readonly #caches = new Set<KvCache>(); // those that are not disposed
  readonly #doomed = new Set<WebGpuCache>(); // those that are disposed, and not freed yet
  #copies: PendingCopy[] = [];
  #copying: PendingCopy | undefined; // the one that is being made
  #running: WebGpuCache | undefined;
  #disposed = false;

  constructor(graphs: DeviceGraphs, config: ModelConfig, options: WebGpuOptions) {
    const { form, capacity, mostRows = capacity, adapter } = options;
    this.config = config;
    this.capacity = capacity;
    this.runtime = [`binding ${SUPPORTED_VERSION}`, form, ...(adapter ? [adapter] : [])].join(", ");
    this.#graphs = graphs;
    this.#mostRows = mostRows;
  }

  createCache(): KvCache {
    if (this.#disposed) throw runtimeFailed("the model is not loaded any more");
    const cache = new WebGpuCache(this);
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
    if (this.#disposed) throw runtimeFailed("the model is not loaded any more");
    if (this.#running) throw new Error("a run is under way");
    const own = this.#own(cache);
    checkRun(this, tokens, past, logitPositions);
    if (signal?.aborted) throw new Cancelled();
    this.#running = own;
    try {
      await this.#doCopies();
      own.buffers ??= await this.#emptyBuffers();
      const logits = await this.#runPieces(own.buffers, tokens, past, logitPositions, signal);
      if (signal?.aborted) throw new Cancelled();
      return logits;
    } catch (error) {
      throw error instanceof Cancelled || error instanceof UserError ? error : runtimeFailed((error as Error).message);
    } finally {
      this.#running = undefined;
      this.#sweep();
      if (this.#disposed) this.#release();
    }
  }

  /** What `KvCache.copyFrom` says; all positions are copied. */
  copy(from: KvCache, to: KvCache, length: number): void {
    if (this.#running === to) throw new Error("the cache is in a run");
    const copy = { from: this.#own(from), to: this.#own(to) };
    if (!Number.isInteger(length) || length < 0 || length > this.capacity) {
      throw new RangeError(`${length} positions cannot be copied between caches of ${this.capacity}`);
    }
    this.#copies.push(copy);
  }

  disposeCache(cache: WebGpuCache): void {
    if (!this.#caches.delete(cache)) return;
    this.#doomed.add(cache);
    this.#dropCopies();
    this.#sweep();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#copies = [];
    for (const cache of this.#caches) (cache as WebGpuCache).dispose();
    if (!this.#running) this.#release();
  }

  #release(): void {
    const { decoder, empty, copy } = this.#graphs;
    for (const session of [copy, empty, decoder]) void session.release();
  }

  #own(cache: KvCache): WebGpuCache {
    if (!this.#caches.has(cache)) throw new Error("the cache is disposed, or of another decoder");
    return cache as WebGpuCache;
  }

  /** Those into what is disposed, unless something is still to be copied from there. */
  #dropCopies(): void {
    const wanted: PendingCopy[] = [];
    for (const copy of this.#copies.toReversed()) {
      if (this.#caches.has(copy.to) || wanted.some(({ from }) => from === copy.to)) wanted.unshift(copy);
    }
    this.#copies = wanted;
  }

  /** Frees what is disposed, unless a run or a copy is using it or something has still to be copied from it. */
  #sweep(): void {
    for (const cache of this.#doomed) {
      if (this.#running === cache || this.#copying?.from === cache || this.#copying?.to === cache) continue;
      if (this.#copies.some(({ from }) => from === cache)) continue;
      this.#doomed.delete(cache);
      cache.free();
    }
  }

  /** In their order. */
  async #doCopies(): Promise<void> {
    for (let copy = this.#copies.shift(); copy; copy = this.#copies.shift()) {
      const { from, to } = copy;
      this.#copying = copy;
      try {
        if (from.buffers) {
          to.buffers ??= await this.#emptyBuffers();
          await this.#copyBuffers(from.buffers, to.buffers);
        }
      } catch (error) {
        this.#copies.unshift(copy); // it is still owed
        throw error;
      } finally {
        this.#copying = undefined;
      }
      this.#sweep();
    }
  }

  async #copyBuffers(source: readonly GraphTensor[], target: readonly GraphTensor[]): Promise<void> {
    const inputs = source.map((buffer, part) => [CacheGraphNames.from(part), buffer]);
    const outputs = target.map((buffer, part) => [CacheGraphNames.to(part), buffer]);
    await this.#graphs.copy.run(Object.fromEntries(inputs), Object.fromEntries(outputs));
  }

  async #emptyBuffers(): Promise<GraphTensor[]> {
    const zero = this.#graphs.tensors.float32(new Float32Array(1), [1, 1, 1, 1]);
    const buffers: GraphTensor[] = [];
    try {
      for (const _ of cacheParts(this.config)) {
        const results = await this.#graphs.empty.run({ [CacheGraphNames.zero]: zero }, { [CacheGraphNames.empty]: null });
        buffers.push(results[CacheGraphNames.empty]);
      }
      return buffers;
    } catch (error) {
      for (const buffer of buffers) buffer.dispose(); // there was memory for some
      throw error;
    }
  }

  /** @returns [logitPositions.length, vocab] */
  async #runPieces(
    buffers: readonly GraphTensor[],
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const { vocabSize } = this.config;
    const logits = new Float32Array(logitPositions.length * vocabSize);
    for (let start = 0; start < tokens.length; start += this.#mostRows) {
      if (signal?.aborted) throw new Cancelled();
      const piece = tokens.slice(start, start + this.#mostRows);
      const rows = [...logitPositions.keys()].filter((row) => {
        const position = logitPositions[row] - start;
        return position >= 0 && position < piece.length;
      });
      const asked = rows.map((row) => logitPositions[row] - start);
      const found = await this.#runGraph(buffers, piece, past + start, asked);
      if (piece.length === tokens.length) return found;
      for (const [index, row] of rows.entries())
        logits.set(found.subarray(index * vocabSize, (index + 1) * vocabSize), row * vocabSize);
    }
    return logits;
  }

  /** @returns [logitPositions.length, vocab] */
  async #runGraph(
    buffers: readonly GraphTensor[],
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
  ): Promise<Float32Array> {
    const { int32, int64 } = this.#graphs.tensors;
    const asked = logitPositions.length > 0 ? logitPositions : [0]; // the head has no kernel for nothing
    const end = past + tokens.length;
    const inputs: Record<string, GraphTensor> = {
      [GraphNames.inputIds]: int64(BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
      [GraphNames.logitPositions]: int64(BigInt64Array.from(asked, BigInt), [asked.length]),
      [GraphNames.lastPosition]: int32(Int32Array.of(end - 1), [1]),
      [GraphNames.totalLength]: int32(Int32Array.of(end), []),
    };
    const outputs: Record<string, GraphTensor | null> = { [GraphNames.logits]: null };
    for (const [part, buffer] of buffers.entries()) {
      inputs[pastName(part)] = buffer;
      outputs[presentName(part)] = buffer;
    }
    const results = await this.#graphs.decoder.run(inputs, outputs);
    const logits = results[GraphNames.logits].data as Float32Array;
    return logits.subarray(0, logitPositions.length * this.config.vocabSize);
  }
}
