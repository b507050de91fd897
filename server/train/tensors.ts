// Makes the tensors that the trainer feeds. On WebGPU, moves what never changes to the device once.

import { DataType } from "../graph/onnxGraph.ts";
import { createGraphSession, type GraphDevice, type GraphTensor, tensorFactory } from "../runtime/graphSession.ts";
import { Tape } from "./autodiff/tape.ts";

export interface TensorFactory {
  /** Over `data`, which is not copied. */
  float32(data: Float32Array, shape: readonly number[]): GraphTensor;
  int64(data: BigInt64Array, shape: readonly number[]): GraphTensor;
  zeros(shape: readonly number[]): GraphTensor;
  /** On the processor the same as `float32`; on WebGPU a copy on the device. */
  frozen(data: Float32Array, shape: readonly number[]): Promise<GraphTensor>;
}

export async function createTensorFactory(device: GraphDevice): Promise<TensorFactory> {
  const { float32, int64 } = await tensorFactory();
  return {
    float32,
    int64,
    zeros: (shape) => float32(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
    frozen: async (data, shape) =>
      device === "cpu" ? float32(data, shape) : upload(float32(data, shape), shape, device),
  };
}

/** Uploads through a graph of one node, whose output stays on the device. */
async function upload(tensor: GraphTensor, shape: readonly number[], device: GraphDevice): Promise<GraphTensor> {
  const tape = new Tape();
  tape.output("y", tape.node("Identity", [tape.input("x", shape, { type: DataType.float32 })], shape));
  const session = await createGraphSession(tape.encode().bytes, { device, threads: 1, onDevice: ["y"] });
  const { y } = await session.run({ x: tensor }, { y: null });
  await session.release();
  return y;
}
