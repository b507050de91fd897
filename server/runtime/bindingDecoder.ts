// A decoder over the stock onnxruntime-node binding, for machines where the C API cannot be called. The binding copies every output,
// so the graph hands out only the rows that a run adds to the KV cache, and they are written into the cache here.
// A run holds the event loop: `signal` is seen between runs only.

import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { ComputeForm } from "../graph/computeForm.ts";
import { GraphNames } from "../graph/decoderGraph.ts";
import { KernelProbe } from "../graph/kernelProbe.ts";
import type { ModelConfig } from "../models/config.ts";
import { Cancelled, runtimeFailed } from "../protocol/errors.ts";
import { SPIN_MICROSECONDS } from "./cApi.ts";
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

interface SessionOptions {
  threads: number;
  capacity: number;
  exactBytes?: boolean; // slower kernels for products of bytes, which do not saturate on processors without VNNI
}

export async function loadBindingDecoder(
  form: ComputeForm,
  config: ModelConfig,
  options: { threads: number; capacity: number; fallbackReason?: string },
): Promise<Decoder> {
  const exactBytes = await bytesSaturate(form.probePath);
  const session = await BindingSession.load(form.rowsGraphPath, config, { ...options, exactBytes });
  return new BindingDecoder(session, config, options.capacity, options.fallbackReason);
}

/** Whether the fast kernels for products of bytes are wrong on this processor. */
async function bytesSaturate(probePath: string): Promise<boolean> {
  const ort = (await import("onnxruntime-node")).default as OnnxRuntime;
  const session = await ort.InferenceSession.create(probePath, { logSeverityLevel: 3 });
  const [rows, depth] = KernelProbe.inputShape;
  const bytes = new Uint8Array(rows * depth).fill(KernelProbe.inputValue);
  const results = await session.run({ [KernelProbe.input]: new ort.Tensor("uint8", bytes, [rows, depth]) });
  await session.release();
  return (results[KernelProbe.output].data as Float32Array).some((sum) => sum !== KernelProbe.outputValue);
}

/** A loaded graph that puts out new rows, with its KV cache. */
export class BindingSession {
  readonly version: string;
  readonly caches: readonly Cache[];
  readonly #ort: OnnxRuntime;
  readonly #session: InferenceSession;

  private constructor(ort: OnnxRuntime, session: InferenceSession, config: ModelConfig, capacity: number) {
    this.#ort = ort;
    this.#session = session;
    this.version = ort.env.versions.node ?? "";
    const { kvHeads, headDim, layers } = config;
    const cache = (past: string, rows: string): Cache => {
      const data = new Float32Array(kvHeads * capacity * headDim);
      return { past, rows, data, tensor: new ort.Tensor("float32", data, [1, kvHeads, capacity, headDim]) };
    };
    this.caches = Array.from({ length: layers }, (_, layer) => [
      cache(GraphNames.pastKey(layer), GraphNames.keyRows(layer)),
      cache(GraphNames.pastValue(layer), GraphNames.valueRows(layer)),
    ]).flat();
  }

  static async load(graphPath: string, config: ModelConfig, options: SessionOptions): Promise<BindingSession> {
    const ort = (await import("onnxruntime-node")).default as OnnxRuntime;
    const session = await ort.InferenceSession.create(graphPath, {
      executionProviders: ["cpu"],
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

  /** Runs `tokens` at the positions from `past` on, and fetches `outputs`. Holds the event loop meanwhile. */
  async run(
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
    const feeds: Record<string, Tensor> = {
      [GraphNames.inputIds]: int64(tokens, [1, tokens.length]),
      [GraphNames.logitPositions]: int64(logitPositions, [logitPositions.length]),
      [GraphNames.lastPosition]: int32(end - 1, [1]),
      [GraphNames.totalLength]: int32(end, []),
      [GraphNames.rowsStart]: int64([past], [1]),
      [GraphNames.rowsEnd]: int64([end], [1]),
    };
    for (const cache of this.caches) feeds[cache.past] = cache.tensor;
    return this.#session.run(feeds, outputs);
  }

  release(): void {
    void this.#session.release();
  }
}

class BindingDecoder implements Decoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  readonly device = "cpu";
  readonly runtime: string;
  readonly fallbackReason?: string;
  readonly #session: BindingSession;
  readonly #outputs: string[];
  #running = false;

  constructor(session: BindingSession, config: ModelConfig, capacity: number, fallbackReason?: string) {
    this.config = config;
    this.capacity = capacity;
    this.runtime = `binding ${session.version}`;
    this.fallbackReason = fallbackReason;
    this.#session = session;
    this.#outputs = [GraphNames.logits, ...session.caches.map(({ rows }) => rows)];
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
      const asked = logitPositions.length > 0 ? logitPositions : [0]; // the head has no kernel for nothing
      const results = await this.#session.run(tokens, past, asked, this.#outputs);
      for (const { rows, data } of this.#session.caches) this.#store(data, results[rows].data as Float32Array, past);
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
    this.#session.release();
  }

  /** Writes `rows`, [1, kvHeads, time, headDim], into a half of the cache from position `past` on. */
  #store(cache: Float32Array, rows: Float32Array, past: number): void {
    const { kvHeads, headDim } = this.config;
    const rowsPerHead = rows.length / kvHeads;
    for (let head = 0; head < kvHeads; head++) {
      cache.set(rows.subarray(head * rowsPerHead, (head + 1) * rowsPerHead), (head * this.capacity + past) * headDim);
    }
  }
}
