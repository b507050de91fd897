// Runs any ONNX graph over the stock binding, on the processor or on WebGPU: for the trainer, whose graphs take their weights as inputs, and
// for the decoder on WebGPU. Knows no model. A run holds the event loop.

import type { InferenceSession, Tensor } from "onnxruntime-node";
import { runtimeFailed } from "../../../common/errors.ts";
import { onnxRuntime } from "./environment.ts";

/** A tensor in this process's memory, or, on WebGPU, on the device. */
export type GraphTensor = Tensor;
export type GraphDevice = "cpu" | "webgpu";

export interface GraphSession {
  /**
   * Runs the graph. On the processor nothing is copied: inputs are read and `outputs` are written where they lie.
   * A tensor on the device is good only until the session that made it is released: using it after that aborts the process.
   * @param outputs where each output goes; null for one that stays on the device
   * @returns all outputs; the caller disposes those that are on the device
   * @throws UserError when the runtime fails
   */
  run(
    inputs: Readonly<Record<string, GraphTensor>>,
    outputs: Readonly<Record<string, GraphTensor | null>>,
  ): Promise<Record<string, GraphTensor>>;
  release(): Promise<void>;
}

export interface GraphSessionOptions {
  device: GraphDevice;
  threads: number;
  onDevice?: readonly string[]; // outputs that stay on the device, on WebGPU; none where all that do are given their places
}

/** A tensor over `data`, which is not copied. */
export async function tensorFactory() {
  const { Tensor } = await onnxRuntime();
  return {
    float32: (data: Float32Array, shape: readonly number[]): GraphTensor => new Tensor("float32", data, shape),
    int64: (data: BigInt64Array, shape: readonly number[]): GraphTensor => new Tensor("int64", data, shape),
    int32: (data: Int32Array, shape: readonly number[]): GraphTensor => new Tensor("int32", data, shape),
  };
}

/**
 * @param graph the encoded graph, or its file where its weights lie beside it
 * @throws UserError when the runtime cannot load the graph, or has no such device
 */
export async function createGraphSession(
  graph: Uint8Array | string,
  options: GraphSessionOptions,
): Promise<GraphSession> {
  const { device, threads, onDevice = [] } = options;
  const ort = await onnxRuntime();
  // Even an empty one makes the binding ignore where outputs are to go.
  const locations =
    onDevice.length > 0 ? Object.fromEntries(onDevice.map((name) => [name, "gpu-buffer" as const])) : undefined;
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(graph as string, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      enableMemPattern: false, // its one large block would lie beside what the first run left in the arena
      logSeverityLevel: 3,
      ...(device === "cpu"
        ? // A masked score's weight is below the normal floats: with AVX-512 the softmax of 512 tokens took 11 ms for it, and takes 1.
          // The calling thread is set so by the first session of a process only, and then its JavaScript counts in normal floats, too.
          { extra: { session: { set_denormal_as_zero: "1" } } }
        : {
            ...(locations && { preferredOutputLocation: locations }),
            extra: { session: { disable_cpu_ep_fallback: "1" } }, // a node that falls back would be silently slow
          }),
    });
  } catch (error) {
    throw runtimeFailed((error as Error).message);
  }
  return {
    async run(inputs, outputs) {
      try {
        return placed(await session.run(inputs, outputs), outputs);
      } catch (error) {
        throw runtimeFailed((error as Error).message);
      }
    },
    release: () => session.release(),
  };
}

/**
 * The binding ignores where outputs are to go when one of them stays on a device: copies those into their places. For a place on the device
 * it gives another tensor over the same memory, which is let go of.
 */
function placed(
  results: Readonly<Record<string, GraphTensor>>,
  outputs: Readonly<Record<string, GraphTensor | null>>,
): Record<string, GraphTensor> {
  const copied = Object.entries(results).map(([name, result]): [string, GraphTensor] => {
    const place = outputs[name];
    if (!place || place === result) return [name, result];
    if (place.location !== "cpu") result.dispose();
    else if (place.data !== result.data) (place.data as Float32Array).set(result.data as Float32Array);
    return [name, place];
  });
  return Object.fromEntries(copied);
}
