// Creates the trainer's input tensors. On WebGPU, uploads what never changes to the device once.

import {
  createGraphSession,
  type GraphDevice,
  type GraphSession,
  type GraphTensor,
  tensorFactory,
} from "../engine/runtime/graphSession.ts";
import { Tape } from "./autodiff/tape.ts";

export interface TensorFactory {
  /** A tensor over `data`, which is not copied. */
  float32(data: Float32Array, shape: readonly number[]): GraphTensor;
  int64(data: BigInt64Array, shape: readonly number[]): GraphTensor;
  int8(data: Int8Array, shape: readonly number[]): GraphTensor;
  zeros(shape: readonly number[]): GraphTensor;
  /** On the processor the same as `float32`; on WebGPU a copy on the device, valid until `release`. */
  frozen(data: Float32Array, shape: readonly number[]): Promise<GraphTensor>;
  release(): Promise<void>;
}

export async function createTensorFactory(device: GraphDevice): Promise<TensorFactory> {
  const { float32, int64, int8 } = await tensorFactory();
  const uploads = new Map<string, GraphSession>(); // by shape
  const uploadOf = async (shape: readonly number[]): Promise<GraphSession> => {
    const known = uploads.get(String(shape));
    if (known) return known;
    const session = await createGraphSession(identityGraph(shape), { device, threads: 1, onDevice: ["y"] });
    uploads.set(String(shape), session);
    return session;
  };
  return {
    float32,
    int64,
    int8,
    zeros: (shape) => float32(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
    async frozen(data, shape) {
      const tensor = float32(data, shape);
      if (device === "cpu") return tensor;
      const session = await uploadOf(shape);
      return (await session.run({ x: tensor }, { y: null })).y;
    },
    async release() {
      for (const session of uploads.values()) await session.release();
      uploads.clear();
    },
  };
}

/** The graph y = x, whose output is the copy on the device. */
function identityGraph(shape: readonly number[]): Uint8Array {
  const tape = new Tape();
  tape.output("y", tape.node("Identity", [tape.input("x", shape)], shape));
  return tape.encode().bytes;
}
