// Runs any ONNX graph over the stock binding, on the processor or on WebGPU: for the trainer, whose graphs take their weights as inputs, and for
// the decoder on WebGPU. Knows no model. A run blocks the event loop.

import type { InferenceSession, Tensor } from "onnxruntime-node";
import { runtimeFailed } from "../../../common/errors.ts";
import { onnxRuntime } from "./environment.ts";

/** A tensor in this process's memory, or, on WebGPU, on the device. */
export type GraphTensor = Tensor;
export type GraphDevice = "cpu" | "webgpu";

export interface GraphSession {
  /**
   * Runs the graph. On the processor nothing is copied: inputs and `outputs` are read and written in place. A tensor on the device is valid only
   * until the session that made it is released: using it after that aborts the process.
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
  onDevice?: readonly string[]; // outputs that stay on the device, on WebGPU; omitted where all of them have a given place
}

/** A tensor over `data`, which is not copied. */
export async function tensorFactory() {
  const { Tensor } = await onnxRuntime();
  return {
    float32: (data: Float32Array, shape: readonly number[]): GraphTensor => new Tensor("float32", data, shape),
    int64: (data: BigInt64Array, shape: readonly number[]): GraphTensor => new Tensor("int64", data, shape),
    int8: (data: Int8Array, shape: readonly number[]): GraphTensor => new Tensor("int8", data, shape),
    int32: (data: Int32Array, shape: readonly number[]): GraphTensor => new Tensor("int32", data, shape),
  };
}

/**
 * @param graph the encoded graph, or its file where its weights are stored beside it
 * @throws UserError when the runtime cannot load the graph, or has no such device
 */
export async function createGraphSession(
  graph: Uint8Array | string,
  options: GraphSessionOptions,
): Promise<GraphSession> {
  const { device, threads, onDevice = [] } = options;
  const ort = await onnxRuntime();
  // Even an empty list makes the binding ignore the given places of outputs.
  const locations =
    onDevice.length > 0 ? Object.fromEntries(onDevice.map((name) => [name, "gpu-buffer" as const])) : undefined;
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(graph as string, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      enableMemPattern: false, // its one large block would come on top of the arena's memory from the first run
      logSeverityLevel: 3,
      ...(device === "cpu"
        ? // The weight of a masked score is denormal: with AVX-512 the softmax of 512 tokens took 11 ms for that reason, and now takes 1.
          // The setting affects the calling thread only in the first session of a process; from then on its JavaScript treats denormals as zero,
          // too.
          { extra: { session: { set_denormal_as_zero: "1" } } }
        : {
            ...(locations && { preferredOutputLocation: locations }),
            extra: { session: { disable_cpu_ep_fallback: "1" } }, // a node that falls back to the processor would be silently slow
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
 * Copies outputs into their given places, which the binding ignores when one of the outputs stays on a device. For a place on the device the
 * binding returns another tensor over the same memory, which is disposed.
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
