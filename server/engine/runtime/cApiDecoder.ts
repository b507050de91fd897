// A decoder over the C API. A KV cache is JavaScript memory that is passed to onnxruntime both as past and as present, so it is updated in
// place. Each cache has its own binding, so switching between caches costs nothing. Knows nothing of koffi.

import { Cancelled, runtimeFailed } from "../../../common/errors.ts";
import type { ComputeForm } from "../graph/computeForm.ts";
import { GraphNames } from "../graph/decoderGraph.ts";
import { KernelProbe } from "../graph/kernelProbe.ts";
import { type FactorTensor, factorTensors, type LowRankChange } from "../graph/lowRank.ts";
import type { ModelConfig } from "../models/config.ts";
import type { CApi, CApiBinding, CApiSession } from "./cApi.ts";
import { checkRun } from "./checkRun.ts";
import type { AdaptableDecoder, KvCache } from "./decoder.ts";
import { KvBuffers } from "./kvBuffers.ts";

export async function loadCApiDecoder(
  api: CApi,
  form: ComputeForm,
  config: ModelConfig,
  { threads, capacity, smoothing }: { threads: number; capacity: number; smoothing?: Float32Array },
): Promise<AdaptableDecoder> {
  const exactBytes = await bytesSaturate(api, form.probePath);
  const graphPath = smoothing ? form.lowRank.graphPath : form.graphPath;
  const session = await api.createSession(graphPath, { threads, exactBytes });
  return new CApiDecoder(api.version, session, config, capacity, smoothing);
}

/** Whether the fast kernels for byte products are wrong on this processor. */
async function bytesSaturate(api: CApi, probePath: string): Promise<boolean> {
  const session = await api.createSession(probePath, { threads: 1, exactBytes: false });
  const [rows, depth] = KernelProbe.inputShape;
  const sums = new Float32Array(KernelProbe.outputShape[0] * KernelProbe.outputShape[1]);
  const bytes = new Uint8Array(rows * depth).fill(KernelProbe.inputValue);
  try {
    const binding = session.createBinding();
    session.bindInput(binding, KernelProbe.input, bytes, KernelProbe.inputShape);
    session.bindOutput(binding, KernelProbe.output, sums, KernelProbe.outputShape);
    await session.run(binding);
  } finally {
    session.dispose();
  }
  return sums.some((sum) => sum !== KernelProbe.outputValue);
}

/** A cache with the inputs and outputs of its runs: its buffers are bound once, as past and as present. */
class CApiCache implements KvCache {
  readonly capacity: number;
  readonly buffers: KvBuffers;
  readonly binding: CApiBinding;
  shaped: ShapedTensors | undefined; // the tensors bound in addition to the buffers
  readonly #decoder: CApiDecoder;

  constructor(decoder: CApiDecoder, buffers: KvBuffers, binding: CApiBinding) {
    this.capacity = buffers.capacity;
    this.buffers = buffers;
    this.binding = binding;
    this.#decoder = decoder;
  }

  copyFrom(other: KvCache, length: number): void {
    this.#decoder.copy(other, this, length);
  }

  dispose(): void {
    this.#decoder.disposeCache(this);
  }
}

/** The tensors of a run whose shapes vary. All caches share them, since only one run is under way at a time. */
interface ShapedTensors {
  time: number; // tokens in the run
  asked: number; // logit positions
  logits: Float32Array; // [1, asked, vocab]
}

/** How many rows of logits stay allocated; memory for a longer list of positions is released with the next shorter one. */
const KEPT_LOGIT_ROWS = 16;

class CApiDecoder implements AdaptableDecoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  readonly device = "cpu";
  readonly runtime: string;
  readonly #session: CApiSession;
  readonly #caches = new Set<CApiCache>(); // the caches that are not disposed
  readonly #ids: BigInt64Array; // [capacity]
  readonly #positions: BigInt64Array; // [capacity]
  readonly #lastPosition = new Int32Array(new ArrayBuffer(4));
  readonly #totalLength = new Int32Array(new ArrayBuffer(4));
  readonly #smoothing: Float32Array | undefined; // for a graph that takes factors
  #factors: readonly FactorTensor[]; // the factors that all caches are bound to
  #logits = new Float32Array(); // [asked, vocab]; grows
  #running: CApiCache | undefined;
  #disposed = false;

  constructor(
    version: string,
    session: CApiSession,
    config: ModelConfig,
    capacity: number,
    smoothing: Float32Array | undefined,
  ) {
    this.config = config;
    this.capacity = capacity;
    this.runtime = `c-api ${version}`;
    this.#session = session;
    this.#ids = new BigInt64Array(new ArrayBuffer(8 * capacity));
    this.#positions = new BigInt64Array(new ArrayBuffer(8 * capacity));
    this.#smoothing = smoothing;
    this.#factors = smoothing ? factorTensors(config, undefined, smoothing) : [];
  }

  setAdapter(change: LowRankChange | undefined): void {
    if (!this.#smoothing) throw new Error("the graph takes no factors");
    if (this.#running) throw new Error("a run is under way");
    this.#factors = factorTensors(this.config, change, this.#smoothing);
    for (const cache of this.#caches) this.#bindFactors(cache.binding);
  }

  #bindFactors(binding: CApiBinding): void {
    for (const { name, data, shape } of this.#factors) this.#session.bindInput(binding, name, data, shape);
  }

  createCache(): KvCache {
    if (this.#disposed) throw runtimeFailed("the model is not loaded any more");
    const buffers = new KvBuffers(this.config, this.capacity);
    const session = this.#session;
    const binding = session.createBinding();
    session.bindInput(binding, GraphNames.lastPosition, this.#lastPosition, [1]);
    session.bindInput(binding, GraphNames.totalLength, this.#totalLength, []);
    for (let layer = 0; layer < this.config.layers; layer++) {
      session.bindInput(binding, GraphNames.pastKey(layer), buffers.keys(layer), buffers.shape);
      session.bindOutput(binding, GraphNames.presentKey(layer), buffers.keys(layer), buffers.shape);
      session.bindInput(binding, GraphNames.pastValue(layer), buffers.values(layer), buffers.shape);
      session.bindOutput(binding, GraphNames.presentValue(layer), buffers.values(layer), buffers.shape);
    }
    this.#bindFactors(binding);
    const cache = new CApiCache(this, buffers, binding);
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
    const asked = Math.max(1, logitPositions.length); // the head has no kernel for zero rows
    this.#running = own;
    try {
      this.#bindShapes(own, tokens.length, asked);
      for (let i = 0; i < tokens.length; i++) this.#ids[i] = BigInt(tokens[i]);
      for (let i = 0; i < asked; i++) this.#positions[i] = BigInt(logitPositions[i] ?? 0);
      this.#lastPosition[0] = past + tokens.length - 1;
      this.#totalLength[0] = past + tokens.length;
      await this.#session.run(own.binding, signal);
    } catch (error) {
      if (signal?.aborted) throw new Cancelled();
      throw runtimeFailed((error as Error).message);
    } finally {
      this.#running = undefined;
    }
    if (signal?.aborted) throw new Cancelled();
    return this.#logits.subarray(0, logitPositions.length * this.config.vocabSize);
  }

  /** Implements `KvCache.copyFrom`. */
  copy(from: KvCache, to: KvCache, length: number): void {
    if (this.#running === to) throw new Error("the cache is in a run");
    this.#own(to).buffers.copyFrom(this.#own(from).buffers, length);
  }

  disposeCache(cache: CApiCache): void {
    if (!this.#caches.delete(cache)) return;
    this.#session.freeBinding(cache.binding, () => cache.buffers.free());
  }

  dispose(): void {
    this.#disposed = true;
    for (const cache of this.#caches) cache.dispose();
    this.#session.dispose();
  }

  #own(cache: KvCache): CApiCache {
    if (cache instanceof CApiCache && this.#caches.has(cache)) return cache;
    throw new Error("the cache is disposed, or of another decoder");
  }

  /** Binds ids [1, time], positions [asked] and logits [1, asked, vocab], unless the cache's last run bound the same. */
  #bindShapes(cache: CApiCache, time: number, asked: number): void {
    const { vocabSize } = this.config;
    const rows = this.#logits.length / vocabSize;
    if (rows < asked || (rows > KEPT_LOGIT_ROWS && asked <= KEPT_LOGIT_ROWS)) {
      this.#logits = new Float32Array(new ArrayBuffer(4 * asked * vocabSize));
    }
    const logits = this.#logits;
    const bound = cache.shaped;
    if (bound?.time === time && bound.asked === asked && bound.logits === logits) return;
    cache.shaped = undefined; // if one of the three bindings fails, the state is unknown
    const session = this.#session;
    session.bindInput(cache.binding, GraphNames.inputIds, this.#ids.subarray(0, time), [1, time]);
    session.bindInput(cache.binding, GraphNames.logitPositions, this.#positions.subarray(0, asked), [asked]);
    session.bindOutput(cache.binding, GraphNames.logits, logits.subarray(0, asked * vocabSize), [1, asked, vocabSize]);
    cache.shaped = { time, asked, logits };
  }
}
