// A decoder over the stock onnxruntime-node binding, for machines where the C API cannot be called, and for devices without a decoder of their
// own (CUDA, DirectML, Core ML). The binding copies every output, so the graph outputs only the rows that a run adds to the KV cache; they are
// written into the cache here. A run blocks the event loop: `signal` is checked between runs only.

import type { InferenceSession, Tensor } from "onnxruntime-node";
import { Cancelled, runtimeFailed } from "../../../common/errors.ts";
import type { ComputeForm } from "../graph/computeForm.ts";
import { GraphNames } from "../graph/decoderGraph.ts";
import { KernelProbe } from "../graph/kernelProbe.ts";
import { type FactorTensor, factorTensors, type LowRankChange } from "../graph/lowRank.ts";
import type { ModelConfig } from "../models/config.ts";
import { SPIN_MICROSECONDS } from "./cApi.ts";
import { checkRun } from "./checkRun.ts";
import type { AdaptableDecoder, KvCache } from "./decoder.ts";
import type { Device } from "./device.ts";
import { type OnnxRuntime, onnxRuntime } from "./environment.ts";
import { KvBuffers } from "./kvBuffers.ts";

interface SessionOptions {
  threads: number;
  device?: Device; // default: the processor; whatever another device cannot compute, the processor does
  capacity: number;
  exactBytes?: boolean; // slower kernels for byte products, which do not saturate on processors without VNNI
}

export async function loadBindingDecoder(
  form: ComputeForm,
  config: ModelConfig,
  options: { threads: number; capacity: number; device?: Device; smoothing?: Float32Array; fallbackReason?: string },
): Promise<AdaptableDecoder> {
  const exactBytes = await bytesSaturate(form.probePath);
  const graphPath = options.smoothing ? form.lowRank.rowsGraphPath : form.rowsGraphPath;
  const session = await BindingSession.load(graphPath, config, { ...options, exactBytes });
  return new BindingDecoder(session, config, options);
}

/** Whether the fast kernels for byte products are wrong on this processor. */
export async function bytesSaturate(probePath: string): Promise<boolean> {
  const ort = await onnxRuntime();
  const session = await ort.InferenceSession.create(probePath, { logSeverityLevel: 3 });
  const [rows, depth] = KernelProbe.inputShape;
  const bytes = new Uint8Array(rows * depth).fill(KernelProbe.inputValue);
  const results = await session.run({ [KernelProbe.input]: new ort.Tensor("uint8", bytes, [rows, depth]) });
  await session.release();
  return (results[KernelProbe.output].data as Float32Array).some((sum) => sum !== KernelProbe.outputValue);
}

/** The memory of a KV cache, and the feeds that pass it to a run. */
export interface BindingBuffers {
  readonly buffers: KvBuffers;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** A loaded graph that reads a KV cache and returns the outputs asked for, such as the new rows. */
export class BindingSession {
  readonly version: string;
  readonly #ort: OnnxRuntime;
  readonly #session: InferenceSession;
  readonly #config: ModelConfig;
  readonly #capacity: number;

  private constructor(ort: OnnxRuntime, session: InferenceSession, config: ModelConfig, capacity: number) {
    this.#ort = ort;
    this.#session = session;
    this.#config = config;
    this.#capacity = capacity;
    this.version = ort.env.versions.node ?? "";
  }

  static async load(graphPath: string, config: ModelConfig, options: SessionOptions): Promise<BindingSession> {
    const ort = await onnxRuntime();
    const session = await ort.InferenceSession.create(graphPath, {
      executionProviders: [options.device ?? "cpu"],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      enableMemPattern: false, // shapes differ from run to run
      logSeverityLevel: 3,
      extra: {
        session: {
          x64quantprecision: options.exactBytes ? "1" : "0",
          intra_op: { spin_duration_us: String(SPIN_MICROSECONDS) },
        },
      },
    });
    return new BindingSession(ort, session, config, options.capacity);
  }

  /** Feeds that pass `tensors` to a run; the data is not copied. */
  feedsOf(tensors: readonly FactorTensor[]): Record<string, Tensor> {
    return Object.fromEntries(
      tensors.map(({ name, data, shape }) => [name, new this.#ort.Tensor("float32", data, shape)]),
    );
  }

  createBuffers(): BindingBuffers {
    const buffers = new KvBuffers(this.#config, this.#capacity);
    const feeds: Record<string, Tensor> = {};
    for (let layer = 0; layer < this.#config.layers; layer++) {
      feeds[GraphNames.pastKey(layer)] = new this.#ort.Tensor("float32", buffers.keys(layer), buffers.shape);
      feeds[GraphNames.pastValue(layer)] = new this.#ort.Tensor("float32", buffers.values(layer), buffers.shape);
    }
    return { buffers, feeds };
  }

  /** Runs `tokens` at the positions from `past` on, and returns `outputs`. Blocks the event loop meanwhile; the cache is only read. */
  async run(
    cache: BindingBuffers,
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    outputs: readonly string[],
  ): Promise<InferenceSession.ReturnType> {
    const { Tensor } = this.#ort;
    const end = past + tokens.length;
    const int64 = (values: readonly number[], shape: number[]) =>
      new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
    const int32 = (value: number, shape: number[]) => new Tensor("int32", Int32Array.of(value), shape);
    const feeds = {
      ...cache.feeds,
      [GraphNames.inputIds]: int64(tokens, [1, tokens.length]),
      [GraphNames.logitPositions]: int64(logitPositions, [logitPositions.length]),
      [GraphNames.lastPosition]: int32(end - 1, [1]),
      [GraphNames.totalLength]: int32(end, []),
      [GraphNames.rowsStart]: int64([past], [1]),
      [GraphNames.rowsEnd]: int64([end], [1]),
    };
    return this.#session.run(feeds, outputs);
  }

  /** Writes the rows that a run from position `past` on put out into the cache. */
  keepRows(buffers: KvBuffers, results: InferenceSession.ReturnType, past: number): void {
    const rows = (name: string) => results[name].data as Float32Array;
    for (let layer = 0; layer < this.#config.layers; layer++) {
      this.#keep(buffers.keys(layer), rows(GraphNames.keyRows(layer)), past);
      this.#keep(buffers.values(layer), rows(GraphNames.valueRows(layer)), past);
    }
  }

  release(): void {
    void this.#session.release();
  }

  /** Writes `rows`, [1, kvHeads, time, headDim], into the keys or values of a layer's cache. */
  #keep(cache: Float32Array, rows: Float32Array, past: number): void {
    const { kvHeads, headDim } = this.#config;
    const rowsPerHead = rows.length / kvHeads;
    for (let head = 0; head < kvHeads; head++) {
      cache.set(rows.subarray(head * rowsPerHead, (head + 1) * rowsPerHead), (head * this.#capacity + past) * headDim);
    }
  }
}

/** Names of the outputs that `keepRows` needs. */
export const rowNames = ({ layers }: ModelConfig): string[] =>
  Array.from({ length: layers }, (_, layer) => [GraphNames.keyRows(layer), GraphNames.valueRows(layer)]).flat();

class BindingCache implements KvCache {
  readonly capacity: number;
  readonly memory: BindingBuffers;
  readonly #decoder: BindingDecoder;

  constructor(decoder: BindingDecoder, memory: BindingBuffers) {
    this.capacity = decoder.capacity;
    this.memory = memory;
    this.#decoder = decoder;
  }

  copyFrom(other: KvCache, length: number): void {
    this.#decoder.copy(other, this, length);
  }

  dispose(): void {
    this.#decoder.disposeCache(this);
  }
}

class BindingDecoder implements AdaptableDecoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  readonly device: string;
  readonly runtime: string;
  readonly fallbackReason?: string;
  readonly #session: BindingSession;
  readonly #outputs: string[];
  readonly #caches = new Set<KvCache>(); // the caches that are not disposed
  readonly #smoothing: Float32Array | undefined; // for a graph that takes factors
  #factorFeeds: Readonly<Record<string, Tensor>> = {};
  #running: BindingCache | undefined;
  #disposed = false;

  constructor(
    session: BindingSession,
    config: ModelConfig,
    options: { capacity: number; device?: Device; smoothing?: Float32Array; fallbackReason?: string },
  ) {
    const { capacity, device = "cpu", smoothing, fallbackReason } = options;
    this.config = config;
    this.capacity = capacity;
    this.device = device;
    this.runtime = `binding ${session.version}`;
    this.fallbackReason = fallbackReason;
    this.#smoothing = smoothing;
    this.#session = session;
    this.#outputs = [GraphNames.logits, ...rowNames(config)];
    if (smoothing) this.setAdapter(undefined);
  }

  setAdapter(change: LowRankChange | undefined): void {
    if (!this.#smoothing) throw new Error("the graph takes no factors");
    if (this.#running) throw new Error("a run is under way");
    this.#factorFeeds = this.#session.feedsOf(factorTensors(this.config, change, this.#smoothing));
  }

  createCache(): KvCache {
    if (this.#disposed) throw runtimeFailed("the model is not loaded any more");
    const cache = new BindingCache(this, this.#session.createBuffers());
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
      const asked = logitPositions.length > 0 ? logitPositions : [0]; // the head has no kernel for zero rows
      const { buffers, feeds } = own.memory;
      const inputs = { buffers, feeds: { ...feeds, ...this.#factorFeeds } };
      const results = await this.#session.run(inputs, tokens, past, asked, this.#outputs);
      this.#session.keepRows(buffers, results, past);
      if (signal?.aborted) throw new Cancelled();
      return (results[GraphNames.logits].data as Float32Array).subarray(
        0,
        logitPositions.length * this.config.vocabSize,
      );
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      throw runtimeFailed((error as Error).message);
    } finally {
      this.#running = undefined;
      if (!this.#caches.has(own)) own.memory.buffers.free();
      if (this.#disposed) this.#session.release();
    }
  }

  /** Implements `KvCache.copyFrom`. */
  copy(from: KvCache, to: KvCache, length: number): void {
    if (this.#running === to) throw new Error("the cache is in a run");
    this.#own(to).memory.buffers.copyFrom(this.#own(from).memory.buffers, length);
  }

  disposeCache(cache: BindingCache): void {
    if (this.#caches.delete(cache) && this.#running !== cache) cache.memory.buffers.free();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const cache of this.#caches) cache.dispose();
    if (!this.#running) this.#session.release();
  }

  #own(cache: KvCache): BindingCache {
    if (!this.#caches.has(cache)) throw new Error("the cache is disposed, or of another decoder");
    return cache as BindingCache;
  }
}
