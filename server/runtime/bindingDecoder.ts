// A decoder over the stock onnxruntime-node binding, for machines where the C API cannot be called. The binding copies every output,
// so the graph hands out only the rows that a run adds to the KV cache, and they are written into the cache here.
// A run holds the event loop: `signal` is seen between runs only.

import type { InferenceSession, Tensor } from "onnxruntime-node";
import { GraphNames } from "../graph/decoderGraph.ts";
import type { ModelConfig } from "../models/config.ts";
import { Cancelled, runtimeFailed } from "../protocol/errors.ts";
import { checkRun } from "./checkRun.ts";
import type { Decoder } from "./decoder.ts";

type OnnxRuntime = typeof import("onnxruntime-node");

/** One half (keys or values) of a layer's cache: [1, kvHeads, capacity, headDim]. */
interface Cache {
  past: string; // name of the input
  rows: string; // name of the output
  tensor: Tensor;
  data: Float32Array;
}

export async function loadBindingDecoder(
  rowsGraphPath: string,
  config: ModelConfig,
  options: { threads: number; capacity: number; fallbackReason?: string },
): Promise<Decoder> {
  const ort = (await import("onnxruntime-node")).default as OnnxRuntime;
  const session = await ort.InferenceSession.create(rowsGraphPath, {
    executionProviders: ["cpu"],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    enableMemPattern: false, // shapes differ from run to run
    logSeverityLevel: 3,
    extra: { session: { x64quantprecision: "1" } }, // exact kernels on processors without VNNI
  });
  return new BindingDecoder(ort, session, config, options.capacity, options.fallbackReason);
}

class BindingDecoder implements Decoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  readonly device = "cpu";
  readonly runtime: string;
  readonly fallbackReason?: string;
  readonly #ort: OnnxRuntime;
  readonly #session: InferenceSession;
  readonly #caches: Cache[] = [];
  readonly #outputs: string[];
  #running = false;

  constructor(ort: OnnxRuntime, session: InferenceSession, config: ModelConfig, capacity: number, reason?: string) {
    this.config = config;
    this.capacity = capacity;
    this.runtime = `binding ${ort.env.versions.node ?? ""}`.trim();
    this.fallbackReason = reason;
    this.#ort = ort;
    this.#session = session;
    const { kvHeads, headDim } = config;
    const addCache = (past: string, rows: string) => {
      const data = new Float32Array(kvHeads * capacity * headDim);
      const tensor = new ort.Tensor("float32", data, [1, kvHeads, capacity, headDim]);
      this.#caches.push({ past, rows, tensor, data });
    };
    for (let layer = 0; layer < config.layers; layer++) {
      addCache(GraphNames.pastKey(layer), GraphNames.keyRows(layer));
      addCache(GraphNames.pastValue(layer), GraphNames.valueRows(layer));
    }
    this.#outputs = [GraphNames.logits, ...this.#caches.map(({ rows }) => rows)];
  }

  async run(
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    if (this.#running) throw new Error("a run is under way");
    checkRun(this, tokens, past, logitPositions);
    if (signal?.aborted) throw new Cancelled();
    this.#running = true;
    try {
      const results = await this.#session.run(this.#feeds(tokens, past, logitPositions), this.#outputs);
      for (const cache of this.#caches) this.#store(cache, results[cache.rows].data as Float32Array, past);
      if (signal?.aborted) throw new Cancelled();
      const logits = results[GraphNames.logits].data as Float32Array;
      return logits.subarray(0, logitPositions.length * this.config.vocabSize);
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      throw runtimeFailed((error as Error).message);
    } finally {
      this.#running = false;
    }
  }

  dispose(): void {
    void this.#session.release();
  }

  #feeds(tokens: readonly number[], past: number, logitPositions: readonly number[]): Record<string, Tensor> {
    const end = past + tokens.length;
    const positions = logitPositions.length > 0 ? logitPositions : [0]; // the head has no kernel for nothing
    const int64 = (values: readonly number[], shape: number[]) =>
      new this.#ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);
    const int32 = (value: number, shape: number[]) => new this.#ort.Tensor("int32", Int32Array.of(value), shape);
    const feeds: Record<string, Tensor> = {
      [GraphNames.inputIds]: int64(tokens, [1, tokens.length]),
      [GraphNames.logitPositions]: int64(positions, [positions.length]),
      [GraphNames.lastPosition]: int32(end - 1, [1]),
      [GraphNames.totalLength]: int32(end, []),
      [GraphNames.rowsStart]: int64([past], [1]),
      [GraphNames.rowsEnd]: int64([end], [1]),
    };
    for (const cache of this.#caches) feeds[cache.past] = cache.tensor;
    return feeds;
  }

  /** Writes `rows`, [1, kvHeads, time, headDim], into the cache from position `past` on. */
  #store({ data }: Cache, rows: Float32Array, past: number): void {
    const { kvHeads, headDim } = this.config;
    const rowsPerHead = rows.length / kvHeads;
    for (let head = 0; head < kvHeads; head++) {
      data.set(rows.subarray(head * rowsPerHead, (head + 1) * rowsPerHead), (head * this.capacity + past) * headDim);
    }
  }
}
