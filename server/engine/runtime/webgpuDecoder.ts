// A decoder on a graphics processor, over the stock binding's WebGPU provider. The KV caches live on the device: each run gets their buffers as
// past and returns them as present, so only tokens go there and only logits come back. A run blocks the event loop: `signal` is checked between
// runs only. The device's kernels sum in another order for one row than for many, so logits differ by rounding from chunk to chunk.

import { Cancelled, runtimeFailed, UserError } from "../../../common/errors.ts";
import { CacheGraphNames, copyCacheGraph, emptyCacheGraph } from "../graph/cacheGraphs.ts";
import type { ComputeForm } from "../graph/computeForm.ts";
import { type GpuForm, GraphNames } from "../graph/decoderGraph.ts";
import type { ModelConfig } from "../models/config.ts";
import { SUPPORTED_VERSION } from "./cApi.ts";
import { checkRun } from "./checkRun.ts";
import type { Decoder, KvCache } from "./decoder.ts";
import { createGraphSession, type GraphSession, type GraphTensor, tensorFactory } from "./graphSession.ts";
import { type CacheGraphs, WebGpuCaches } from "./webgpuCaches.ts";

/** What the decoder runs, and how it makes its inputs; tests use others. */
export interface DeviceGraphs extends CacheGraphs {
  decoder: GraphSession;
  tensors: Awaited<ReturnType<typeof tensorFactory>>;
}

interface WebGpuOptions {
  form: GpuForm;
  capacity: number;
  mostRows?: number; // most tokens in one run of the graph; longer inputs run in pieces. Default: no limit
  gpuName?: string; // for the status
}

/** @throws UserError when there is no WebGPU device, or it cannot run one of the graphs */
export async function loadWebGpuDecoder(
  computed: ComputeForm,
  config: ModelConfig,
  options: WebGpuOptions,
): Promise<Decoder> {
  const { form, capacity } = options;
  const opened: GraphSession[] = [];
  const open = async (graph: Uint8Array | string, onDevice: string[] = []) => {
    const session = await createGraphSession(graph, { device: "webgpu", threads: 1, onDevice });
    opened.push(session);
    return session;
  };
  try {
    const decoder = await open(computed.graphPath);
    const empty = await open(emptyCacheGraph(config, form, capacity), [CacheGraphNames.empty]);
    const copy = await open(copyCacheGraph(config, form, capacity));
    return new WebGpuDecoder({ decoder, empty, copy, tensors: await tensorFactory() }, config, options);
  } catch (error) {
    for (const session of opened) await session.release();
    throw error;
  }
}

export class WebGpuDecoder implements Decoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  readonly device = "webgpu";
  readonly runtime: string;
  readonly #graphs: DeviceGraphs;
  readonly #mostRows: number;
  readonly #caches: WebGpuCaches;
  #disposed = false;

  constructor(graphs: DeviceGraphs, config: ModelConfig, options: WebGpuOptions) {
    const { form, capacity, mostRows = capacity, gpuName } = options;
    this.config = config;
    this.capacity = capacity;
    this.runtime = [`binding ${SUPPORTED_VERSION}`, form, ...(gpuName ? [gpuName] : [])].join(", ");
    this.#graphs = graphs;
    this.#mostRows = mostRows;
    this.#caches = new WebGpuCaches(graphs, config, capacity);
  }

  createCache(): KvCache {
    if (this.#disposed) throw runtimeFailed("the model is not loaded any more");
    return this.#caches.create();
  }

  async run(
    cache: KvCache,
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    if (this.#disposed) throw runtimeFailed("the model is not loaded any more");
    if (this.#caches.running) throw new Error("a run is under way");
    const own = this.#caches.own(cache);
    checkRun(this, tokens, past, logitPositions);
    if (signal?.aborted) throw new Cancelled();
    this.#caches.running = own;
    try {
      const buffers = await this.#caches.settle(own);
      const logits = await this.#runPieces(buffers, tokens, past, logitPositions, signal);
      if (signal?.aborted) throw new Cancelled();
      return logits;
    } catch (error) {
      throw error instanceof Cancelled || error instanceof UserError ? error : runtimeFailed((error as Error).message);
    } finally {
      this.#caches.running = undefined;
      this.#caches.sweep();
      if (this.#disposed) this.#release();
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#caches.disposeAll();
    if (!this.#caches.running) this.#release();
  }

  #release(): void {
    const { decoder, empty, copy } = this.#graphs;
    for (const session of [copy, empty, decoder]) void session.release().catch(() => {}); // the device may be gone
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
    const asked = logitPositions.length > 0 ? logitPositions : [0]; // the head has no kernel for zero rows
    const end = past + tokens.length;
    const inputs: Record<string, GraphTensor> = {
      [GraphNames.inputIds]: int64(BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
      [GraphNames.logitPositions]: int64(BigInt64Array.from(asked, BigInt), [asked.length]),
      [GraphNames.lastPosition]: int32(Int32Array.of(end - 1), [1]),
      [GraphNames.totalLength]: int32(Int32Array.of(end), []),
    };
    const outputs: Record<string, GraphTensor | null> = { [GraphNames.logits]: null };
    for (let layer = 0; layer < this.config.layers; layer++) {
      const [keys, values] = [buffers[2 * layer], buffers[2 * layer + 1]];
      inputs[GraphNames.pastKey(layer)] = outputs[GraphNames.presentKey(layer)] = keys;
      inputs[GraphNames.pastValue(layer)] = outputs[GraphNames.presentValue(layer)] = values;
    }
    const results = await this.#graphs.decoder.run(inputs, outputs);
    const logits = results[GraphNames.logits].data as Float32Array;
    return logits.subarray(0, logitPositions.length * this.config.vocabSize);
  }
}
